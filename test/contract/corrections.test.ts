import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { addCorrectionsCommand } from '../../src/cli/corrections';
import { toEpochDay } from '../../src/core/credit/calendar';
import { servedAt } from '../../src/core/credit/served-revision';
import type { EntryDraft, FieldsByProduct } from '../../src/core/ledger/entry';
import { createSequencer, openLedger, type Sequencer } from '../../src/db/ledger-sequencer';
import { createRevisionReader } from '../../src/db/revision-reader';
import { at, fieldOf } from '../support/builders';
import { heardFromCommands } from '../support/console';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import { aBorrower, aFurnishing, aLoan, aMonth, anAccount, type Furnishing } from '../support/furnishing';

const ids = (...names: string[]): number[] => names.map((name) => fieldOf(name).id).sort((a, b) => a - b);
const FIRST = at('2026-02-01T09:00:00.000');
const SECOND = at('2026-02-03T09:00:00.000');
const THIRD = at('2026-02-05T09:00:00.000');
const HOUR_MS = 3_600_000;

forEachDatabase('corrected records and who saw them', (open) => {
  let nowMs: number;
  let test: TestDatabase;
  let world: Furnishing;
  let ledger: Sequencer;
  const said = heardFromCommands();
  beforeEach(async () => {
    nowMs = FIRST;
    test = await open({ clock: () => nowMs });
    world = await aFurnishing(test, ['ant', 'jd']);
    for (const institutionId of ['bank-a', 'bank-b'])
      await world.institutions.add({
        institutionId, kind: 'BANK', legalName: institutionId, contact: null, purposes: ['CARD_APPROVAL'], historical: false,
      }); // prettier-ignore
    ledger = createSequencer(test.writer, await openLedger(test.writer));
  });
  afterEach(() => {
    world.remove();
  });

  async function borrowerOf(customerId: string): Promise<Buffer> {
    const [row] = await world.rows('SELECT borrower_ref FROM customer WHERE platform_id = ? AND customer_id = ?', [
      'ant',
      customerId,
    ]);
    return row?.['borrower_ref'] as Buffer;
  }
  interface Shown {
    readonly asOf?: string | null;
    readonly type?: 'D' | 'P';
    readonly appendedMs?: number;
  }
  /** Appends a disclosure that was decided now; returns its index. */
  async function disclose(
    recipientId: string,
    released: FieldsByProduct,
    { asOf = '2026-02-01', type = 'D', appendedMs = nowMs }: Shown = {},
  ): Promise<number> {
    const borrowerRef = await borrowerOf('c1');
    const [key] = await world.rows('SELECT wrapped_key FROM borrower_key WHERE borrower_ref = ?', [borrowerRef]);
    const decidedAtMs = nowMs;
    const report = randomBytes(16);
    const content = {
      v: 1, gateway: 'gateway', nonce: randomBytes(16).toString('base64url'), report: report.toString('base64url'), actor: recipientId,
      jti: 'jti', subject: world.keys.borrowerKey(borrowerRef, key?.['wrapped_key'] as Buffer).pseudonym().toString('base64url'),
      purpose: 'CARD_APPROVAL', op: 'op', schema: 'schema', set: 0, consents: [], released, refused: {}, empty: {}, rows: 1, months: 1,
      commit: 'commit', ...(asOf === null ? {} : { asof: { ant: toEpochDay(asOf), jd: toEpochDay(asOf) } }),
    } as const; // prettier-ignore
    const entry: EntryDraft =
      type === 'D' ? { ...content, type } : { ...content, type, role: 'PLATFORM', recipient: recipientId };
    nowMs = appendedMs;
    const outcome = await ledger.append({
      entry: entry as Extract<EntryDraft, { type: 'D' | 'P' }>, // one of the two
      borrowerRef, consentSet: 0, recipientId, institutions: [[recipientId, 1]], decidedAtMs, holdsUntilMs: null, charges: [], inquiries: [],
      retry: type === 'P' ? null : {
        requestId: report.toString('hex'), requestHash: randomBytes(32), answerMark: randomBytes(32), reportId: report, eraseByMs: null,
      },
    }); // prettier-ignore
    if (outcome.kind !== 'appended') throw new Error('not appended');
    return outcome.ledgerIndex;
  }
  async function command(...words: string[]): Promise<number> {
    const program = new Command().exitOverride();
    const adapters = {
      institutions: world.institutions,
      revisions: createRevisionReader(world.database, world.keys, { pageBorrowers: 1 }),
      close: () => Promise.resolve(),
    };
    addCorrectionsCommand(program, () => Promise.resolve(adapters));
    said.length = 0;
    await program.parseAsync(['corrections', ...words], { from: 'user' });
    return Number(process.exitCode ?? 0);
  }
  /** Who was shown what, of the lines: record, changed fields, recipient, ledger index, shown fields. */
  async function worklist(platformId = 'ant', ...words: string[]): Promise<readonly string[]> {
    expect(await command('--platform', platformId, ...words)).toBe(0);
    return said
      .slice(0, -1)
      .map((line) => line.replace(/^log: /, '').replace(/ (revision|corrected|asOf|report|decided)=\S+/g, ''));
  }

  const account = (more: Readonly<Record<string, unknown>>) => anAccount('a1', 'c1', more);
  const january = (more: Readonly<Record<string, unknown>>) => aMonth('a1', '2026-01', more);
  const HUABEI = (...names: string[]): FieldsByProduct => ({ 'ant/HUABEI': ids(...names) });

  it('lists the bank that saw the old value, and not the one that asked after the correction', async () => {
    await world.furnish([
      aBorrower('c1'),
      account({}),
      january({ repaymentStatus: '1', pastDueAmountMinor: 5, balanceMinor: 9 }),
    ]);
    nowMs = FIRST + HOUR_MS;
    const seen = await disclose('bank-a', HUABEI('repaymentStatus', 'balance', 'worstStatus24m', 'borrowedAmount12m'));
    const unaffected = await disclose('bank-b', HUABEI('balance'));
    await disclose('bank-b', HUABEI('repaymentStatus'), { type: 'P' });
    nowMs = SECOND;
    await world.furnish([january({ repaymentStatus: 'N', pastDueAmountMinor: 5, balanceMinor: 9, asOf: '2026-02-02' })]);
    nowMs = SECOND + HOUR_MS;
    await disclose('bank-b', HUABEI('repaymentStatus', 'worstStatus24m'));
    expect(await worklist()).toEqual([
      `monthlySummary ant a1/2026-01 changed=repaymentStatus recipient=bank-a index=${String(seen)} shown=CreditSummary.worstStatus24m,MonthlySummary.repaymentStatus`,
    ]);
    expect(said[0]).toMatch(
      /^log: monthlySummary ant a1\/2026-01 revision=1 corrected=2026-02-03T01:00:00\.000Z asOf=2026-01-31\.\.2026-02-02 changed=repaymentStatus recipient=bank-a report=[\w-]{22} index=0 decided=2026-02-01T02:00:00\.000Z shown=CreditSummary\.worstStatus24m,MonthlySummary\.repaymentStatus$/,
    );
    expect(said[1]).toBe('log: Corrections: 1, shown to somebody: 1. Disclosures by recipient: bank-a 1.');
    expect(unaffected).toBe(seen + 1);
  });

  it('lists only disclosures of the platform and product, and months that they can include', async () => {
    await world.furnish([
      aBorrower('c1'),
      account({}),
      january({ repaymentStatus: '1' }),
      aMonth('a1', '2024-12', { repaymentStatus: '1' }),
    ]);
    await world.furnish([aBorrower('c1'), anAccount('j1', 'c1')], { platformId: 'jd' });
    await disclose('bank-a', { 'ant/JIEBEI': ids('repaymentStatus'), 'jd/HUABEI': ids('repaymentStatus') });
    const before = await disclose('bank-a', HUABEI('repaymentStatus', 'worstStatus24m'), { asOf: '2025-12-01' });
    const inProgress = await disclose('bank-a', HUABEI('repaymentStatus', 'worstStatus24m'), { asOf: '2026-01-31' });
    const untold = await disclose('bank-a', HUABEI('repaymentStatus', 'overdueNow'), { asOf: null });
    nowMs = SECOND;
    await world.furnish([
      january({ repaymentStatus: 'N', asOf: '2026-02-02' }),
      aMonth('a1', '2024-12', { repaymentStatus: 'N', asOf: '2026-02-02' }),
    ]);
    const line = (index: number, shown: string, month: string): string =>
      `monthlySummary ant a1/${month} changed=repaymentStatus recipient=bank-a index=${String(index)} shown=${shown}`;
    const [status, worst] = ['MonthlySummary.repaymentStatus', 'CreditSummary.worstStatus24m'];
    expect(await worklist()).toEqual(
      expect.arrayContaining([
        line(before, `${worst},${status}`, '2024-12'),
        line(inProgress, `${worst},${status}`, '2024-12'),
        line(inProgress, status, '2026-01'),
        line(untold, `CreditSummary.overdueNow,${status}`, '2024-12'),
        line(untold, `CreditSummary.overdueNow,${status}`, '2026-01'),
      ]),
    );
    expect(said).toHaveLength(6);
    expect(await worklist('jd')).toEqual([]);
    expect(said).toEqual(['log: Corrections: 0, shown to somebody: 0. Disclosures by recipient: none.']);
  });

  it('takes each correction by itself: rungs, the product of then, borrowers as a whole', async () => {
    await world.furnish([
      aBorrower('c1', { mobile: '13800001111', residenceCity: 'X' }),
      account({ product: 'HUABEI', creditLimitMinor: 100 }),
    ]);
    const first = await disclose('bank-a', {
      'ant/HUABEI': ids('creditLimitBand', 'utilisation'),
      'ant/-': ids('Identity.mobileMasked', 'Identity.residenceCity'),
    });
    nowMs = SECOND;
    await world.furnish([
      aBorrower('c1', { mobile: '13800002222', residenceCity: 'X', asOf: '2026-02-01' }),
      account({ product: 'JIEBEI', creditLimitMinor: 100, asOf: '2026-02-01' }),
    ]);
    nowMs = SECOND + HOUR_MS;
    const second = await disclose('bank-b', { 'ant/JIEBEI': ids('creditLimit'), 'ant/HUABEI': ids('balance') });
    nowMs = THIRD;
    await world.furnish([account({ product: 'JIEBEI', creditLimitMinor: 200, asOf: '2026-02-01' })]);
    const lines = await worklist();
    expect([...lines].sort()).toEqual([
      `account ant a1 changed=creditLimitMinor recipient=bank-b index=${String(second)} shown=CreditAccount.creditLimit`,
      `account ant a1 changed=product recipient=bank-a index=${String(first)} shown=CreditAccount.creditLimitBand,CreditSummary.utilisation`,
      `borrower ant c1 changed=mobile recipient=bank-a index=${String(first)} shown=Identity.mobileMasked`,
    ]);
    expect(said.join(' ')).not.toMatch(/138|1111|2222/);
    expect(await worklist('ant', '--since', '2026-02-05')).toEqual(lines.filter((one) => one.includes('creditLimitMinor')));
    expect(await worklist('ant', '--since', '2026-02-06')).toEqual([]);
  });

  it('lists what was read while the correction was committing, or decided before and recorded after', async () => {
    await world.furnish([aBorrower('c1'), account({}), january({ balanceMinor: 1 })]);
    nowMs = SECOND;
    await world.furnish([january({ balanceMinor: 2 })]);
    nowMs = THIRD;
    await world.furnish([january({ balanceMinor: 3 })]);
    nowMs = SECOND - 1;
    const before = await disclose('bank-a', HUABEI('balance'), { appendedMs: SECOND + 1 });
    nowMs = SECOND + 59_999;
    const during = await disclose('bank-a', HUABEI('balance'));
    nowMs = SECOND + 60_000;
    const after = await disclose('bank-a', HUABEI('balance'));
    await worklist();
    const shown = said.map((line) => [/revision=(\d)/.exec(line)?.[1], Number(/index=(\d+)/.exec(line)?.[1])]).slice(0, -1);
    expect(shown).toEqual([
      ['1', before],
      ['1', during],
      ['2', before],
      ['2', during],
      ['2', after],
    ]);
  });

  it('reads a record as it was served before, between and after two corrections', async () => {
    await world.furnish([aBorrower('c1', { fullName: 'Old' }), account({}), january({ balanceMinor: 1 })]);
    nowMs = SECOND;
    await world.furnish([aBorrower('c1', { fullName: 'New' }), january({ balanceMinor: 2 })]);
    nowMs = THIRD;
    await world.furnish([january({ balanceMinor: 3, asOf: '2026-02-04' })]);
    const reader = createRevisionReader(world.database, world.keys);
    const borrowerRef = await borrowerOf('c1');
    const accountKey = world.keys.accountIdOf('ant', 'a1').toString('hex');
    const month = await reader.findHistory({ borrowerRef, entity: 'monthlySummary', recordKey: `${accountKey}/202601` });
    const balances = [FIRST, SECOND - 1, SECOND, THIRD - 1, THIRD, THIRD + HOUR_MS].map((atMs) => {
      const served = servedAt(month?.revisions ?? [], atMs);
      return [served?.revision, served?.asOf, served?.values['balanceMinor']];
    });
    expect(balances).toEqual([
      [1, '2026-01-31', 1], [1, '2026-01-31', 1], [2, '2026-01-31', 2], [2, '2026-01-31', 2], [3, '2026-02-04', 3], [3, '2026-02-04', 3],
    ]); // prettier-ignore
    expect(month).toMatchObject({ platformId: 'ant', naturalKey: 'a1/2026-01', product: 'HUABEI', accountKey });
    const customer = await reader.findHistory({ borrowerRef, entity: 'borrower', recordKey: 'ant/c1' });
    expect(customer?.revisions.map(({ values }) => values['fullName'])).toEqual(['Old', 'New']);
    const untouched = await reader.findHistory({ borrowerRef, entity: 'account', recordKey: accountKey });
    expect(untouched?.revisions).toMatchObject([{ revision: 1, fromMs: null, untilMs: null, values: { product: 'HUABEI' } }]);
    expect(await reader.findHistory({ borrowerRef, entity: 'account', recordKey: '00'.repeat(8) })).toBeNull();
  });

  it('follows loans to their month, and instalments, inquiries and statements by their own keys', async () => {
    const of = (entity: string, more: Readonly<Record<string, unknown>>) => ({ entity, asOf: '2026-01-31', ...more });
    const records = (principalMinor: number, paidAmountMinor: number, institutionName: string, text: string) => [
      of('loan', { loanNo: 'l1', accountNo: 'a1', drawnOn: '2026-01-05', principalMinor }),
      of('repayment', { loanNo: 'l1', instalmentNo: 1, dueOn: '2026-01-20', dueAmountMinor: 100, paidAmountMinor }),
      of('inquiry', { inquiryNo: 'q1', customerId: 'c1', inquiredOn: '2026-01-20', institutionName, reason: '02' }),
      of('statement', { statementNo: 's1', customerId: 'c1', author: 'BORROWER', text, madeOn: '2026-01-20' }),
      of('dispute', {
        disputeNo: 'd1', customerId: 'c1', targetEntity: 'account', targetKey: 'a1', targetField: 'CreditAccount.status',
        receivedOn: '2026-01-20', ...(principalMinor === 100 ? {} : { answeredOn: '2026-01-25', outcome: 'CORRECTED' }),
      }),
    ]; // prettier-ignore
    await world.furnish([aBorrower('c1'), account({}), january({}), ...records(100, 10, 'One', 'Old')]);
    const index = await disclose('bank-a', {
      'ant/HUABEI': ids('MonthlySummary.borrowedAmountBand', 'borrowedAmount12m', 'loanCount12m', 'Repayment.paidAmount', 'CreditAccount.status'),
      'ant/-': ids('hardInquiries6m', 'Statement.text'),
    }); // prettier-ignore
    nowMs = SECOND;
    await world.furnish(records(200, 20, 'Two', 'New'));
    const line = (record: string, changed: string, shown: string): string =>
      `${record} changed=${changed} recipient=bank-a index=${String(index)} shown=${shown}`;
    expect([...(await worklist())].sort()).toEqual([
      line('inquiry ant q1', 'institutionName', 'CreditSummary.hardInquiries6m'),
      line('loan ant l1', 'principalMinor', 'CreditSummary.borrowedAmount12m,MonthlySummary.borrowedAmountBand'),
      line(
        'monthlySummary ant a1/2026-01',
        'servedBorrowedAmountMinor',
        'CreditSummary.borrowedAmount12m,MonthlySummary.borrowedAmountBand',
      ),
      line('repayment ant l1/1', 'paidAmountMinor', 'Repayment.paidAmount'),
      line('statement ant s1', 'text', 'Statement.text'),
    ]);
    expect(said.at(-1)).toBe('log: Corrections: 6, shown to somebody: 5. Disclosures by recipient: bank-a 1.');
    const borrowerRef = await borrowerOf('c1');
    const recordKey = `${world.keys.recordIdOf('ant', 'loan', 'l1').toString('hex')}/1`;
    const history = await createRevisionReader(world.database, world.keys).findHistory({
      borrowerRef,
      entity: 'repayment',
      recordKey,
    });
    expect(history?.revisions.map(({ values }) => values['paidAmountMinor'])).toEqual([10, 20]);
  });

  it('tells of a month whose borrowing moved because a loan was furnished later, and of no other', async () => {
    const february = aMonth('a1', '2026-02', { loanCount: 1, borrowedAmountMinor: 100 });
    await world.furnish([aBorrower('c1'), account({}), january({ loanCount: 3, borrowedAmountMinor: 900 }), february]);
    const index = await disclose('bank-a', { 'ant/HUABEI': ids('MonthlySummary.loanCount', 'loanCount12m', 'balance') });
    nowMs = SECOND;
    await world.furnish([
      aLoan('l1', 'a1', { drawnOn: '2026-01-05', principalMinor: 900 }),
      aLoan('l2', 'a1', { drawnOn: '2026-02-05', principalMinor: 100 }),
    ]);
    nowMs = THIRD;
    await disclose('bank-b', { 'ant/HUABEI': ids('MonthlySummary.loanCount') });
    expect(await worklist()).toEqual([
      `monthlySummary ant a1/2026-01 changed=servedLoanCount,servedLoanDays recipient=bank-a index=${String(index)} shown=CreditSummary.loanCount12m,MonthlySummary.loanCount`,
    ]);
  });

  it('tells of a month whose borrowing is beyond what can be stated', async () => {
    await world.furnish([aBorrower('c1'), account({}), january({ loanCount: 2, loanDays: 1, borrowedAmountMinor: 900 })]);
    await disclose('bank-a', { 'ant/HUABEI': ids('MonthlySummary.borrowedAmountBand') });
    nowMs = SECOND;
    const principalMinor = Number.MAX_SAFE_INTEGER;
    await world.furnish(['l1', 'l2'].map((loanNo) => aLoan(loanNo, 'a1', { drawnOn: '2026-01-05', principalMinor })));
    expect(await worklist()).toEqual([
      'monthlySummary ant a1/2026-01 changed=servedBorrowedAmountMinor recipient=bank-a index=0 shown=MonthlySummary.borrowedAmountBand',
    ]);
  });

  it('reads nothing of a person whose key was destroyed, and says how many there are', async () => {
    await world.furnish([
      aBorrower('c1'), account({}), january({ balanceMinor: 1 }), aBorrower('c2'), anAccount('a2', 'c2'), aMonth('a2', '2026-01', { balanceMinor: 1 }),
    ]); // prettier-ignore
    await disclose('bank-a', HUABEI('balance'));
    nowMs = SECOND;
    await world.furnish([january({ balanceMinor: 2 }), aMonth('a2', '2026-01', { balanceMinor: 2 })]);
    const borrowerRef = await borrowerOf('c1');
    await world.database.write(function* () {
      yield { sql: 'DELETE FROM borrower_key WHERE borrower_ref = ?', params: [borrowerRef] };
    });
    expect(await worklist()).toEqual([]);
    expect(said).toEqual([
      'log: Corrections: 1, shown to somebody: 0. Disclosures by recipient: none. Borrowers whose key was destroyed, left out: 1.',
    ]);
    expect(await worklist('jd')).toEqual([]);
    expect(said).toEqual(['log: Corrections: 0, shown to somebody: 0. Disclosures by recipient: none.']);
    const recordKey = `${world.keys.accountIdOf('ant', 'a1').toString('hex')}/202601`;
    const reader = createRevisionReader(world.database, world.keys);
    expect(await reader.findHistory({ borrowerRef, entity: 'monthlySummary', recordKey })).toBeNull();
  });

  it('refuses a platform that is not registered and a day that is none', async () => {
    expect(await command('--platform', 'bank-a')).toBe(2);
    expect(said).toEqual(['error: No platform bank-a is registered.']);
    expect(await command('--platform', 'ant', '--since', '2026-02-30')).toBe(2);
    expect(said).toEqual(['error: Write the day as YYYY-MM-DD.']);
  });
});
