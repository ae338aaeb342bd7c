import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { NOW_MS } from '../support/builders';
import { type Answer, CALLERS, type Values } from '../support/clients';
import { act, asking } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { statementsOf } from '../support/sql-spy';
import { changeWithheld } from '../support/world-changes';
import { actualCells, expectedCells, leakedIndicators, outOfOrder } from '../support/world-expected';
import {
  aFuzzWorld,
  aQuery,
  build,
  type Built,
  FIELDS,
  FURNISHED_MONTHS,
  IN_PROGRESS,
  PRODUCTS,
  REACH,
} from '../support/world-fuzz';
import {
  CUSTOMER,
  DAY,
  EVERYTHING,
  normalised,
  openWorld,
  recordsOf,
  type ReportDraft,
  reportOf,
  stableHeaders,
  type World,
} from '../support/world';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const PAIRS = 150;
const ORACLE_WORLDS = 200;
const GONE = 30;

forEachDatabase('uniform absence', (open, dialect) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });

  describe('of a person', () => {
    const cases: Record<string, ReportDraft> = {};
    beforeAll(async () => {
      const everything = '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY *+LOAN_DETAIL';
      const aPerson = async (name: string): Promise<Values> => {
        await world.furnish(recordsOf({ customerId: name, months: FURNISHED_MONTHS }));
        return CUSTOMER(name);
      };
      cases['nobody'] = { borrower: CUSTOMER('nobody') };
      cases['without consent'] = { borrower: await aPerson('none') };
      cases['revoked'] = { borrower: await aPerson('revoked') };
      await world.revoke(await world.grant({ borrower: CUSTOMER('revoked'), scopes: everything }));
      cases['not yet'] = { borrower: await aPerson('future') };
      await world.grant({ borrower: CUSTOMER('future'), scopes: everything, validFrom: NOW_MS + 1 });
      cases['paused'] = { borrower: await aPerson('paused') };
      const paused = await world.grant({ borrower: CUSTOMER('paused'), scopes: everything });
      await world.change("UPDATE arrangement SET status = 'PAUSED' WHERE arrangement_id = ?", [Buffer.from(paused, 'hex')]);
      const consented = async (name: string, more: Values = {}): Promise<string> => {
        cases[name] = { borrower: await aPerson(name) };
        return world.grant({ borrower: CUSTOMER(name), scopes: everything, more });
      };
      const asked = async (name: string, borrower: Values): Promise<string> => {
        cases[name] = { borrower };
        const scopes = [{ cluster: 'ACCOUNT_TERMS', everyProduct: true, effect: 'PERMIT' }];
        return (await act(world, CALLERS.bankA, 'requestConsent', asking(borrower, { scopes }))).consentRequest.id;
      };
      await act(world, CALLERS.platform, 'pauseConsent', { consentId: await consented('paused by the API') });
      await act(world, CALLERS.platform, 'pauseConsent', {
        consentId: await consented('EXPLICIT but paused', { absencePolicy: 'EXPLICIT' }),
      });
      await act(world, CALLERS.bankA, 'revokeConsent', { consentId: await consented('given up by the bank') });
      await consented('used up', { accessMode: 'ONE_TIME' });
      await consented('over frequency', { frequency: { count: 1, per: 'WEEK' } });
      for (const name of ['used up', 'over frequency'])
        expect((await world.report({ borrower: CUSTOMER(name), select: EVERYTHING })).accounts).not.toBeNull();
      await asked('request pending', await aPerson('request pending'));
      await asked('request to nobody', CUSTOMER('nobody-asked'));
      const consentRequestId = await asked('request rejected', await aPerson('request rejected'));
      await act(world, CALLERS.platform, 'rejectConsentRequest', { consentRequestId });
      cases['other purpose'] = { borrower: await aPerson('purpose') };
      await world.grant({ borrower: CUSTOMER('purpose'), scopes: '*+IDENTITY *+ACCOUNT_TERMS', purpose: 'CARD_APPROVAL' });
      cases['other bank'] = { borrower: await aPerson('bank') };
      await world.grant({ borrower: CUSTOMER('bank'), scopes: everything, recipientId: 'bank-b' });
      cases['denied'] = { borrower: await aPerson('denied') };
      await world.grant({ borrower: CUSTOMER('denied'), scopes: `${everything} ${everything.replaceAll('+', '-')}` });
      cases['tampered'] = { borrower: await aPerson('tampered') };
      const tampered = await world.grant({ borrower: CUSTOMER('tampered'), scopes: everything });
      await world.change('UPDATE consent SET hash = ? WHERE arrangement_id = ?', [randomBytes(32), Buffer.from(tampered, 'hex')]);
      cases['wrong name'] = { borrower: { idType: 'RESIDENT_ID_CARD', idNumber: 'ID-bank', fullName: 'Wrong' } };
      cases['expired'] = { borrower: await aPerson('expired') };
      world.clock.nowMs = NOW_MS - 2 * DAY;
      await world.grant({ borrower: CUSTOMER('expired'), scopes: everything, validUntil: NOW_MS });
      world.clock.nowMs = NOW_MS;
    });

    it('gives the same bytes, headers and statements in every case, and one ledger entry each', async () => {
      const seen: { name: string; bytes: string; status: number; headers: unknown; sql: unknown; entries: number }[] = [];
      for (const [name, draft] of Object.entries(cases)) {
        const before = await entries(world);
        const { result, executed } = await world.spy.during(() => world.ask({ ...draft, select: EVERYTHING }));
        const { status, text } = result;
        const sql = statementsOf(executed);
        seen.push({
          name,
          status,
          bytes: normalised(text),
          headers: stableHeaders(result),
          sql,
          entries: (await entries(world)) - before,
        });
      }
      expect(seen).toHaveLength(19);
      const [first] = seen;
      expect({ status: first?.status, entries: first?.entries }).toEqual({ status: 200, entries: 1 });
      for (const one of seen) expect(one).toEqual({ ...first, name: one.name });
    });

    it('is null in every field of the schema', async () => {
      const report = await world.report({ ...cases['without consent'], select: EVERYTHING });
      const { identity, summary, accounts } = report;
      expect(accounts).toBeNull();
      expect(Object.keys(identity)).toHaveLength(
        FIELDS.filter(({ coordinate }) => coordinate.startsWith('Identity.')).length + 1, // and its disputes
      );
      expect(Object.keys(summary)).toHaveLength(
        FIELDS.filter(({ coordinate }) => coordinate.startsWith('CreditSummary.')).length + 1,
      );
      expect([...Object.values(identity), ...Object.values(summary)].filter((value) => value !== null)).toEqual([]);
    });

    it('is null in each field by itself, whatever else is permitted', async () => {
      await world.furnish(recordsOf({ customerId: 'each', months: ['2026-03'] }));
      for (const { coordinate } of FIELDS) {
        const [type = '', name = ''] = coordinate.split('.');
        const others = ['Identity.idType', 'CreditAccount.guaranteeType'].filter((other) => other !== coordinate);
        const id = await world.grant({ borrower: CUSTOMER('each'), scopes: others.map((other) => `*+${other}`).join(' ') });
        const report = await world.report({ borrower: CUSTOMER('each'), select: selectOne(type, name) });
        expect({ coordinate, found: leavesOf(report, name) }).toEqual({ coordinate, found: [] });
        await world.revoke(id);
      }
    });

    it('does not tell a consented person without records from one without consent', async () => {
      await world.furnish(recordsOf({ customerId: 'empty', products: [] }));
      await world.grant({
        borrower: CUSTOMER('empty'),
        scopes: '*+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY',
      });
      const ask = async (borrower: Values): Promise<Answer> => world.ask({ borrower, select: EVERYTHING });
      const [empty, none] = [await ask(CUSTOMER('empty')), await ask(CUSTOMER('nobody'))];
      expect(normalised(empty.text)).toBe(normalised(none.text));
      expect(stableHeaders(empty)).toEqual(stableHeaders(none));
      expect(reportOf(empty)['eraseBy']).toBe(reportOf(none)['eraseBy']);
    });
  });

  it('changes no byte when only withheld cells change', async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(aFuzzWorld, aQuery, fc.integer({ min: 0, max: 1 }), async (drawn, select, asNull) => {
        const built = await build(world, drawn);
        const ask = () => world.spy.during(() => world.ask({ borrower: built.borrower, select }));
        const before = await ask();
        changed += await changeWithheld(world, built, asNull === 1);
        const after = await ask();
        expect(normalised(after.result.text)).toBe(normalised(before.result.text));
        expect(after.result.status).toBe(200);
        expect(stableHeaders(after.result)).toEqual(stableHeaders(before.result));
        expect(statementsOf(after.executed)).toEqual(statementsOf(before.executed));
      }),
      { numRuns: PAIRS, seed: SEED, endOnFailure: true },
    );
    process.stdout.write(
      `differential fuzz on ${dialect}: ${String(PAIRS)} pairs, seed ${String(SEED)}, ${String(changed)} withheld cells changed\n`,
    );
    expect(changed).toBeGreaterThan(PAIRS * 10);
  });

  it('changes nothing for the recipient when a person of whom nothing is permitted is gone altogether', async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(
        aFuzzWorld,
        fc.infiniteStream(fc.nat({ max: 9 })),
        fc.integer({ min: 1, max: 60 }),
        async (drawn, dice, months) => {
          const built = await build(world, drawn);
          const fields = withheldFrom(built).filter(() => Number(dice.next().value) < 4);
          if (fields.length === 0) return;
          asked += fields.length;
          const select = selectSome(fields, months, fields.includes('CreditAccount.product') ? '(product: JIEBEI)' : '');
          const ask = (borrower: Values) => world.spy.during(() => world.ask({ borrower, select }));
          const seen = [await ask(built.borrower), await ask(CUSTOMER(`nobody-like-${built.customerId}`))];
          await world.change(
            'DELETE FROM identity_lookup WHERE borrower_ref IN (SELECT borrower_ref FROM customer WHERE customer_id = ?)',
            [built.customerId],
          );
          seen.push(await ask(built.borrower));
          const [first, ...others] = seen.map(({ result, executed }) => ({
            status: result.status,
            bytes: normalised(result.text),
            headers: stableHeaders(result),
            sql: statementsOf(executed),
          }));
          for (const other of others) expect(other).toEqual(first);
        },
      ),
      { numRuns: GONE, seed: SEED, endOnFailure: true },
    );
    process.stdout.write(
      `gone on ${dialect}: ${String(GONE)} people, seed ${String(SEED)}, ${String(asked)} withheld fields asked\n`,
    );
    expect(asked).toBeGreaterThan(GONE * 5);
  });

  if (dialect === 'sqlite')
    it('releases what the independent oracle allows, no more and no less', async () => {
      let [shown, hidden] = [0, 0];
      await fc.assert(
        fc.asyncProperty(aFuzzWorld, async (drawn) => {
          const built = await build(world, drawn);
          const report = await world.report({ borrower: built.borrower, select: EVERYTHING });
          const expected = expectedCells(world, built, drawn.salt);
          const actual = actualCells(report, expected);
          expect(actual).toEqual(expected.cells);
          for (const value of Object.values(actual)) value === null ? (hidden += 1) : (shown += 1);
          expect([...leakedIndicators(report, built), ...outOfOrder(report)]).toEqual([]);
        }),
        { numRuns: ORACLE_WORLDS, seed: SEED, endOnFailure: true },
      );
      process.stdout.write(
        `oracle: ${String(ORACLE_WORLDS)} worlds, seed ${String(SEED)}, ${String(shown)} cells shown, ${String(hidden)} withheld or empty, 0 leaks, 0 over-denials\n`,
      );
      expect(Math.min(shown, hidden)).toBeGreaterThan(ORACLE_WORLDS * 10);
    });
});

async function entries(world: World): Promise<number> {
  const [row] = await world.rows('SELECT COUNT(*) AS n FROM ledger_entry');
  return Number(row?.['n']);
}

/** What is asked of a list of records of their own. */
const BELOW: Readonly<Record<string, string>> = {
  fundingShares: ' { institution shareBp }',
  specialEvents: ' { type occurredOn }',
  loans: ' { loanRef }',
  repayments: ' { dueOn }',
  inquiries: ' { inquiredOn }',
  statements: ' { text }',
};

function selectOne(type: string, name: string): string {
  const field = `${name}${BELOW[name] ?? ''}`;
  switch (type) {
    case 'Identity':
      return `identity { ${field} }`;
    case 'CreditSummary':
      return `summary { ${field} }`;
    case 'CreditReport':
      return field;
    case 'CreditAccount':
      return `accounts { ${field} currency }`;
    case 'Loan':
      return `accounts { loans { ${field} } currency }`;
    case 'Repayment':
      return `accounts { loans { repayments { ${field} } } currency }`;
    case 'Inquiry':
      return `inquiries { ${field} }`;
    case 'Statement':
      return `statements { ${field} }`;
    default:
      return `accounts { monthlySummaries { ${field} month } }`;
  }
}

/** Fields of which the oracle shows nothing, of no product, month or window; to ask one of a list is to ask the list. */
function withheldFrom({ oracle }: Built): readonly string[] {
  const isWithheld = ({ coordinate, windowMonths }: (typeof FIELDS)[number]): boolean =>
    PRODUCTS.every((product) =>
      windowMonths === null
        ? [null, IN_PROGRESS, ...REACH].every((month) => !oracle.shows(coordinate, product, month))
        : oracle.windowOf(coordinate, product) === null,
    );
  const isBelowShown = ({ within }: (typeof FIELDS)[number]): boolean => {
    const list = FIELDS.find(({ coordinate }) => coordinate === within);
    return list !== undefined && (!isWithheld(list) || isBelowShown(list));
  };
  return FIELDS.filter((field) => isWithheld(field) && !isBelowShown(field)).map(({ coordinate }) => coordinate);
}

/** A query for these fields and no others, lists only where a field of theirs, or the list itself, is among them. */
function selectSome(fields: readonly string[], months: number, product: string): string {
  const of = (type: string): string =>
    fields
      .filter((field) => field.startsWith(`${type}.`) && !LISTS.has(field))
      .map((field) => field.slice(type.length + 1))
      .map((name) => `${name}${BELOW[name] ?? ''}`)
      .join(' ');
  const list = (name: string, coordinate: string, below: string): string =>
    below.trim() !== '' || fields.includes(coordinate) ? `${name} { __typename ${below} }` : '';
  const repayments = list('repayments', 'Loan.repayments', of('Repayment'));
  const loans = list('loans', 'CreditAccount.loans', `${of('Loan')} ${repayments}`);
  return `reportId decidedAt eraseBy withheldFields { field } identity { __typename ${of('Identity')} }
    ${list('inquiries', 'CreditReport.inquiries', of('Inquiry'))} ${list('statements', 'CreditReport.statements', of('Statement'))}
    summary { basis { field products } ${of('CreditSummary')} }
    accounts${product} { accountRef currency ${of('CreditAccount')} ${loans} disputes { targetField receivedOn }
      monthlySummaries(months: ${String(months)}) { month ${of('MonthlySummary')} } }`;
}
const LISTS = new Set(['CreditAccount.loans', 'Loan.repayments', 'CreditReport.inquiries', 'CreditReport.statements']);

/** Values under a name anywhere below, the two granted fields left aside. */
function leavesOf(value: unknown, name: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => leavesOf(item, name));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    key === name && below !== null && !['idType', 'guaranteeType'].includes(name) ? [below] : leavesOf(below, name),
  );
}
