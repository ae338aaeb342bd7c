import { changeInstitution } from '../../src/app/identity/operator-events';
import { openOperator } from '../../src/compose';
import { unavailable } from '../../src/core/errors';
import { at, NOW_MS } from '../support/builders';
import { aBorrower, type Answer, CALLERS, newKey, sendAs, type Values } from '../support/clients';
import { isRunBy, type Row, ROWS } from '../support/consent-matrix';
import { forEachDatabase } from '../support/databases';
import {
  callerOf,
  coordinatesOf,
  isAskedPerProduct,
  recordsFor,
  requestIdOf,
  scopeInputs,
  selectionOf,
  stage,
  type Staged,
} from '../support/matrix-world';
import { assertClean, CUSTOMER, openWorld, type Report, reportOf, startGateway, type World } from '../support/world';

const RUN = ROWS.filter((row) => isRunBy('api', row));
/** Reasons of single records: the cell itself is released, and the record is not listed. */
const OF_RECORDS = new Set(['OUT_OF_RANGE', 'NOTICE_MISSING', 'RETENTION_ENDED', 'CO_BORROWER']);
const DISCLOSURE = `query ($id: ID!) { disclosure(reportId: $id) { outcome citations { consent { id } }
  verdicts { field product verdict reason because consents { version } } } }`;
const CONSENT = `query ($id: ID!) { consent(id: $id) { status statusReason } }`;

interface Verdict {
  readonly field: string;
  readonly product: string | null;
  readonly verdict: string;
  readonly reason: string;
  readonly because: readonly string[];
}
interface Explained {
  readonly outcome: string;
  readonly citations: readonly { readonly consent: { readonly id: string } }[];
  readonly verdicts: readonly Verdict[];
}

forEachDatabase('the consent matrix in a running gateway', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    for (const row of RUN) {
      // an adverse record past its time is not accepted: it must have become old here
      world.clock.nowMs = row[3].given === 'ADVERSE_ENDED' ? at('2026-04-13T10:00:00.000') : NOW_MS;
      await world.furnish(recordsFor(row));
    }
  });
  afterEach(() => {
    world.spy.beforeRead = null;
    world.spy.beforeWrite = null;
  });

  it.each(RUN.map((row) => [row[0], row] as const))('%s answers as the matrix says', async (_number, row) => {
    const [, , , { hypothetical }, verdict] = row;
    const staged = await stage(world, row);
    if (hypothetical !== undefined) return expectPreviewed(row, staged);
    const before = await disclosures();
    const answer = await askAs(row, staged);
    if (verdict === 'REFUSE' || verdict === 'FAULT') {
      expectRefused(row, answer);
      return expect(await disclosures()).toEqual(before);
    }
    await expectDecided(row, staged, answer);
  });

  /** How many disclosures were made, and how many uses they cost. */
  async function disclosures(): Promise<readonly number[]> {
    const counts = await Promise.all(
      ['disclosure', 'consent_charge'].map((table) => world.rows(`SELECT COUNT(*) AS n FROM ${table}`)),
    );
    return counts.map(([row]) => Number(row?.['n']));
  }

  /** Asks under the row's circumstances. */
  async function askAs(row: Row, { borrower, ids }: Staged): Promise<Answer> {
    const [, , asked, { purpose = 'MORTGAGE_ORIGINATION', borrowerKnown = true, given, requestId }] = row;
    const draft = {
      as: callerOf(row), borrower: borrowerKnown ? borrower : CUSTOMER('nobody at all'), select: selectionOf(asked),
      ...(requestId === undefined ? {} : { requestId: requestIdOf(row, requestId) }), ...(purpose === null ? {} : { purpose }),
    }; // prettier-ignore
    const consentId = ids.get('a') ?? '';
    switch (given ?? 'NOTHING_ELSE') {
      case 'RECIPIENT_SUSPENDED': {
        const operator = await openOperator(world.stores, world.keys);
        await changeInstitution(operator, 'bank-a', 'SUSPENDED');
        const answer = await world.ask(draft);
        await changeInstitution(operator, 'bank-a', 'ACTIVE');
        return answer;
      }
      case 'REVOKE_BEFORE_APPEND':
        world.spy.beforeWrite = async () => {
          world.spy.beforeWrite = null;
          await world.revoke(consentId);
        };
        return world.ask(draft);
      case 'REVOKE_AFTER_APPEND': {
        const gateway = await startGateway(world.stores, world.keys, {
          wrapLedger: (ledger) => ({
            ...ledger,
            append: async (disclosure) => {
              const outcome = await ledger.append(disclosure);
              await world.revoke(consentId);
              return outcome;
            },
          }),
        });
        return world.ask({ ...draft, gateway });
      }
      case 'ENDS_BEFORE_APPEND':
        world.spy.beforeWrite = () => {
          world.clock.nowMs = NOW_MS + 90 * 86_400_000;
        };
        return world.ask(draft);
      case 'REFUSED_BEFORE':
        assertClean(await world.ask({ ...draft, select: selectionOf('borrowedAmount') }));
        return world.ask(draft);
      case 'THREE_ALIASES':
        return world.ask({ ...draft, select: `${draft.select} x: ${accountsOf(asked)} y: ${accountsOf(asked)}` });
      case 'TWO_AT_ONCE': {
        const [one, other] = await Promise.all([world.ask(draft), world.ask(draft)]);
        const [shown, hidden] = isShown(row, reportOf(one)) ? [one, other] : [other, one];
        expect(isShown(row, reportOf(hidden))).toBe(false);
        expect(await verdictsOn(row, hidden)).toMatchObject([{ verdict: 'WITHHOLD', reason: row[6]?.other }]);
        return shown;
      }
      case 'DATABASE_FAILS':
        world.spy.beforeRead = ({ sql }) => {
          if (sql.includes('monthly_summary')) throw unavailable('the connection is gone');
        };
        return world.ask(draft);
      case 'NO_JIEBEI_ACCOUNT':
      case 'NOTICE_MISSING':
      case 'NOTICE_SENT':
      case 'ADVERSE_ENDED':
      case 'JOINT_ACCOUNT':
      case 'NOTHING_ELSE':
        return purpose === null ? askWithoutPurpose(draft.borrower) : world.ask(draft);
    }
  }

  function askWithoutPurpose(borrower: Values): Promise<Answer> {
    const query = 'query ($input: CreditReportInput!) { creditReport(input: $input) { reportId } }';
    return sendAs(world.gateway.http, CALLERS.bankA, query, { input: { borrower, requestId: newKey() } });
  }

  /** A refusal of the whole request is the same for every person, and a fault is no absence. */
  function expectRefused(row: Row, answer: Answer): void {
    const codes: Readonly<Record<string, string>> = {
      NO_PURPOSE: 'BAD_USER_INPUT', PURPOSE_NOT_ALLOWED: 'FORBIDDEN', RECIPIENT_SUSPENDED: 'FORBIDDEN', FORBIDDEN: 'FORBIDDEN',
      SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
    }; // prettier-ignore
    expect({ code: answer.code, data: answer.data }).toEqual({ code: codes[row[5]], data: undefined });
    expect(answer.text).not.toContain('"data"');
  }

  async function expectDecided(row: Row, staged: Staged, answer: Answer): Promise<void> {
    const [, , , , verdict, reason, remarks = {}] = row;
    const report = reportOf(answer);
    expect(isShown(row, report)).toBe(verdict === 'RELEASE' && !(remarks.withheldFields !== undefined && hasNoRecord(row)));
    const ofRecord = OF_RECORDS.has(reason);
    for (const cell of await verdictsOn(row, answer))
      expect(cell).toMatchObject(ofRecord ? { verdict: 'RELEASE', reason: 'PERMITTED' } : { verdict, reason });
    if (remarks.because !== undefined)
      expect((await verdictsOn(row, answer)).map(({ because }) => because.map(lastPart).sort().join(' '))).toEqual([
        remarks.because,
      ]);
    if (verdict === 'RELEASE' && !hasNoRecord(row)) await expectCited(row, staged, answer);
    expectToldOf(row, report);
    if (remarks.basis !== undefined) expect(basisOf(report)).toBe(remarks.basis);
    if (remarks.state !== undefined) expect(await stateOf(staged)).toBe(stateAfter(row));
    if (reason === 'TAMPERED') expect(world.log.join('')).toContain('alarm: a stored consent does not match its hash');
  }

  async function explained(answer: Answer): Promise<Explained> {
    const id = answer.extensions?.disclosure?.reportId;
    const seen = await sendAs(world.gateway.http, CALLERS.auditor, DISCLOSURE, { id });
    assertClean(seen);
    return seen.data?.['disclosure'] as Explained;
  }

  /** The auditor's verdicts on the row's own cells, decided again from the consents of then. */
  async function verdictsOn([, , asked, { product = 'JIEBEI' }]: Row, answer: Answer): Promise<readonly Verdict[]> {
    const { verdicts } = await explained(answer);
    const found = coordinatesOf(asked).flatMap((coordinate) =>
      verdicts.filter(
        (cell) =>
          cell.field === coordinate && (cell.product === product || cell.product === null || !isAskedPerProduct(coordinate)),
      ),
    );
    expect(found.length).toBeGreaterThanOrEqual(coordinatesOf(asked).length);
    return found;
  }

  /** Where a later grant lifted a DENY two consents permit alike, and chance says which of them is cited. */
  async function expectCited(row: Row, { ids }: Staged, answer: Answer): Promise<void> {
    const nameOf = new Map([...ids].map(([name, id]) => [id, name]));
    const { citations, outcome } = await explained(answer);
    const cited = citations.map(({ consent }) => nameOf.get(consent.id)).sort().join(' '); // prettier-ignore
    expect(outcome).toBe('RELEASED');
    expect(row[0] === 'M45' ? ['a', 'c'] : [row[6]?.cites ?? 'a']).toContain(cited);
  }

  function expectToldOf([, , , { product = 'JIEBEI' }, , , remarks]: Row, { withheldFields }: Report): void {
    const told = withheldFields as readonly { field: string; product: string | null }[] | null;
    const expected = remarks?.withheldFields ?? null;
    if (expected === null) return expect(told).toBeNull();
    const ours = told?.filter((cell) => cell.product === product).map(({ field }) => lastPart(field));
    expect(ours?.join(' ')).toBe(expected);
  }

  /** Is there a value of every asked field, of the row's product and month? */
  function isShown(
    [number, , asked, { product = 'JIEBEI', month, atMs = NOW_MS, recipientId = 'bank-a', purpose }]: Row,
    report: Report,
  ): boolean {
    const { keys } = world;
    const accountId = keys.accountIdOf('platform-1', `${number}-${product}`);
    const ref = keys.pairwiseRef(recipientId, purpose ?? 'MORTGAGE_ORIGINATION', accountId);
    const account = report.accounts?.find(({ accountRef }) => accountRef === ref);
    return coordinatesOf(asked).every((coordinate) => {
      const name = lastPart(coordinate);
      if (coordinate.startsWith('CreditSummary.')) return (report.summary[name] ?? null) !== null;
      if (coordinate.startsWith('CreditAccount.')) return (account?.[name] ?? null) !== null;
      return (account?.monthlySummaries?.find((one) => one['month'] === (month ?? newestMonth(atMs)))?.[name] ?? null) !== null;
    });
  }

  const accountsOf = (asked: string): string => `accounts { monthlySummaries { month ${asked} } }`;
  const hasNoRecord = ([, , asked, { given }]: Row): boolean =>
    given === 'NO_JIEBEI_ACCOUNT' && coordinatesOf(asked).every((coordinate) => coordinate.startsWith('MonthlySummary.'));
  const lastPart = (coordinate: string): string => coordinate.slice(coordinate.indexOf('.') + 1);

  /** The newest month that was complete at the instant, and furnished. */
  const newestMonth = (atMs: number): string => (atMs < at('2026-04-01T00:00:00.000') ? '2026-02' : '2026-03');

  function basisOf({ summary }: Report): string {
    const [basis] = (summary['basis'] ?? []) as readonly { products: string[]; firstMonth: string; lastMonth: string }[];
    return basis ? `${basis.products.join(',')} ${basis.firstMonth} ${basis.lastMonth}` : '';
  }

  async function stateOf({ customerId, ids }: Staged): Promise<string> {
    const answer = await sendAs(world.gateway.http, aBorrower(customerId), CONSENT, { id: ids.get('a') });
    const { status, statusReason } = answer.data?.['consent'] as { status: string; statusReason: string | null };
    return statusReason === null ? status : `${status} ${statusReason}`;
  }

  /** The row states what was before the look-up, which itself used up what was for one use. */
  function stateAfter([number, , , , , , remarks]: Row): string | undefined {
    return number === 'M49' ? 'EXPIRED ONE_TIME_USED' : remarks?.state;
  }

  async function expectPreviewed([, , asked, { hypothetical }, verdict, reason]: Row, { borrower }: Staged): Promise<void> {
    const query = `query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) {
      report { ${selectionOf(asked)} } verdicts { field product verdict reason } } }`;
    const input = {
      borrower, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION', hypothetical: { scopes: scopeInputs(hypothetical ?? '') },
    }; // prettier-ignore
    const before = await disclosures();
    const answer = await sendAs(world.gateway.http, CALLERS.platform, query, { input });
    assertClean(answer);
    const { verdicts, report } = answer.data?.['previewCreditReport'] as { verdicts: readonly Verdict[]; report: Report };
    expect(verdicts.find(({ product }) => product === 'JIEBEI')).toMatchObject({ verdict, reason });
    expect(report.accounts?.[0]?.monthlySummaries?.[0]).toMatchObject({ loanCount: 2 });
    const [newest] = await world.rows('SELECT body FROM ledger_entry ORDER BY idx DESC LIMIT 1');
    expect(JSON.parse((newest?.['body'] as Buffer).toString())).toMatchObject({ type: 'P' });
    expect(await disclosures()).toEqual(before);
  }
});
