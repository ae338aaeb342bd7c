import type { Values } from './clients';
import { type LoanDraft, loanNoOf } from './credit-history';
import {
  ALL_MONTHS, type Built, disputesOf, FIELDS, figuresOf, FURNISHED_MONTHS, IN_PROGRESS, INQUIRIES, loansOf, PRODUCTS, REACH, statementsOf,
} from './world-fuzz'; // prettier-ignore
import { DAY, type Report, type World } from './world';
import type { Oracle } from './world-oracle';

export type Cells = Readonly<Record<string, unknown>>;
export interface Expected {
  readonly cells: Cells;
  /** Product of each account, and place of each loan in the draft, by the reference that the recipient sees. */
  readonly keys: ReadonlyMap<string, string>;
}

const bandOf = (amount: number): string =>
  amount === 0
    ? 'A0'
    : `A${String(1 + [100_000, 500_000, 2_000_000, 5_000_000, 20_000_000].filter((bound) => amount >= bound).length)}`;
const countBandOf = (count: number): string =>
  count === 0 ? 'C0' : count < 3 ? 'C1_2' : count < 6 ? 'C3_5' : count < 10 ? 'C6_9' : 'C10_PLUS';

/** Every cell of everything that the schema can ask of a person of the fuzz, by a name of its own; null: not shown. */
export function expectedCells(world: World, { customerId, borrower, oracle }: Built, salt: number): Expected {
  const refOf = (id: Buffer): string => world.keys.pairwiseRef('bank-a', 'MORTGAGE_ORIGINATION', id);
  const cells: Record<string, unknown> = {};
  const keys = new Map<string, string>();
  const identity: Values = {
    fullName: `Name ${customerId}`, idType: 'RESIDENT_ID_CARD', idNumberMasked: `****${`ID-${customerId}`.slice(-4)}`, idNumber: `ID-${customerId}`,
    birthYear: 1990, dateOfBirth: '1990-01-02', identityUpdatedOn: '2026-01-05', mobileMasked: '****1234', mobile: '13800001234',
    residenceCity: 'Hangzhou', residenceAddress: 'Street 1',
  }; // prettier-ignore
  for (const [name, value] of Object.entries(identity))
    cells[`Identity.${name}`] = oracle.shows(`Identity.${name}`, 'JIEBEI', null) ? value : null;
  for (const [index, product] of PRODUCTS.entries()) {
    keys.set(refOf(world.keys.accountIdOf('platform-1', `${customerId}-${product}`)), product);
    for (const [at, loan] of loansOf(salt, product).entries()) {
      keys.set(
        refOf(world.keys.recordIdOf('platform-1', 'loan', loanNoOf(customerId, product, at))),
        `${product} loan ${String(at)}`,
      );
      cells[`${product} loan ${String(at)}`] = loanCells(oracle, product, loan);
    }
    const account: Values = {
      product, accountClass: 'D1', portfolioType: 'INSTALMENT', businessType: '91', furnisherName: `Lender ${product}`, furnisherType: '24',
      openedYear: 2019, openedOn: `2019-05-0${String(index + 1)}`, maturityOn: '2030-01-01', closedOn: null, creditLimitBand: bandOf(1_000_000 * (index + 1)),
      creditLimit: 1_000_000 * (index + 1), originalAmount: 5_000_001 + index, repaymentMethod: '11', repaymentFrequency: '03', guaranteeType: '4',
      liabilityRole: 'INDIVIDUAL', status: 'NORMAL', fiveTierClass: 'NORMAL', fundingShares: true,
    }; // prettier-ignore
    for (const [name, value] of Object.entries(account))
      cells[`${product} CreditAccount.${name}`] = oracle.shows(`CreditAccount.${name}`, product, null) ? value : null;
    cells[`${product} CreditAccount.specialEvents`] = oracle.showsOn('CreditAccount.specialEvents', product, '2025-11-11')
      ? true
      : null;
    for (const month of ALL_MONTHS) Object.assign(cells, monthCells(oracle, salt, product, month));
  }
  cells['CreditReport.inquiries'] = inquiryRows(oracle);
  const all = { ...cells, ...indicatorCells(oracle, salt) };
  return { cells: { ...all, ...remarkCells({ customerId, borrower, oracle }, salt, { cells: all, keys }) }, keys };
}

/** Sums and counts by schoolbook arithmetic over what the oracle leaves of each product. */
function indicatorCells(oracle: Oracle, salt: number): Cells {
  const months = (name: string, product: string): readonly string[] =>
    (oracle.windowOf(`CreditSummary.${name}`, product) ?? []).filter((month) => FURNISHED_MONTHS.includes(month));
  const total = (name: string, furnished: string): number | null => {
    const values = PRODUCTS.flatMap((product) =>
      months(name, product).map((month) => Number(figuresOf(salt, product, month)[furnished])),
    );
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  };
  const accounts = (name: string): number | null =>
    PRODUCTS.filter((product) => oracle.windowOf(`CreditSummary.${name}`, product) !== null).length || null;
  return {
    'CreditSummary.loanCount12m': total('loanCount12m', 'loanCount'),
    'CreditSummary.borrowedAmount12m': total('borrowedAmount12m', 'borrowedAmountMinor'),
    ...singleRecordCells(oracle, salt),
    'CreditSummary.openAccountCount': accounts('openAccountCount'),
    'CreditSummary.lenderCount': accounts('lenderCount'),
  };
}

/** Indicators over single loans, instalments and inquiries, each counted where its own day is shown. */
function singleRecordCells(oracle: Oracle, salt: number): Cells {
  const counted = (name: string, months: number, product: string, day: string): boolean =>
    REACH.slice(0, months).includes(day.slice(0, 7)) && oracle.showsOn(`CreditSummary.${name}`, product, day);
  const loans = (name: string): readonly LoanDraft[] =>
    PRODUCTS.flatMap((product) => loansOf(salt, product).filter(({ drawnOn }) => counted(name, 12, product, drawnOn)));
  const instalments = (name: string): readonly { readonly late: number; readonly isOnTime: boolean }[] =>
    PRODUCTS.flatMap((product) =>
      loansOf(salt, product).flatMap(({ repayments = [] }) =>
        repayments.flatMap((one) => {
          const [dueOn, paidOn] = [String(one['dueOn']), one['paidOn'] as string | undefined];
          const late = Math.max(0, daysBetween(dueOn, paidOn ?? AS_OF));
          return counted(name, 24, product, dueOn) ? [{ late, isOnTime: paidOn !== undefined && paidOn <= dueOn }] : [];
        }),
      ),
    );
  const inquiries = (months: number): number | null => {
    const name = `hardInquiries${String(months)}m`;
    const hard = INQUIRIES.filter(({ inquiredOn }) => counted(name, months, 'JIEBEI', inquiredOn)).filter(({ reason, inquiredOn }) => reason !== '01' && REACH.slice(0, months).includes(inquiredOn.slice(0, 7)));
    return hard.length === 0 ? null : new Set(hard.map((one) => `${String(one['institutionName'])} ${one.inquiredOn.slice(0, 7)}`)).size;
  };
  const [since, dues, late] = [loans('daysSinceLastLoan'), instalments('onTimeRate24m'), instalments('maxDaysPastDue24m')];
  const rate = (dues.filter(({ isOnTime }) => isOnTime).length / dues.length) * 10_000;
  return {
    'CreditSummary.daysSinceLastLoan': since.length === 0 ? null : Math.min(...since.map(({ drawnOn }) => daysBetween(drawnOn, AS_OF))),
    'CreditSummary.onTimeRate24m': dues.length === 0 ? null : Math.floor(rate + 0.5),
    'CreditSummary.maxDaysPastDue24m': late.length === 0 ? null : Math.max(...late.map((one) => one.late)),
    'CreditSummary.hardInquiries3m': inquiries(3),
    'CreditSummary.hardInquiries24m': inquiries(24),
  };
} // prettier-ignore

function monthCells(oracle: Oracle, salt: number, product: string, month: string): Cells {
  const values = figuresOf(salt, product, month);
  const backwards = [IN_PROGRESS, ...REACH];
  const sixMonths = backwards.slice(backwards.indexOf(month)).slice(0, 6);
  const rolling = sixMonths.every(
    (one) => ALL_MONTHS.includes(one) && oracle.shows('MonthlySummary.averageUsedLimit6m', product, one),
  );
  const shown: Values = {
    ...Object.fromEntries(
      ['borrowedAmount', 'balance', 'usedLimit', 'maxUsedLimit', 'scheduledDue', 'actualPaid', 'pastDueAmount'].map((name) => [
        name,
        values[`${name}Minor`],
      ]),
    ),
    ...Object.fromEntries(
      ['repaymentStatus', 'loanCount', 'loanDays', 'remainingInstalments', 'pastDuePeriods', 'daysPastDueMonthEnd'].map(
        (name) => [name, values[name]],
      ),
    ),
    ...Object.fromEntries(['31To60', '61To90', '91To180', 'Over180'].map((name) => [`pastDuePrincipal${name}`, 0])),
    borrowedAmountBand: bandOf(Number(values['borrowedAmountMinor'])),
    loanCountBand: countBandOf(Number(values['loanCount'])),
  };
  const cells: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(shown))
    cells[`${product} ${month} ${name}`] = oracle.shows(`MonthlySummary.${name}`, product, month) ? value : null;
  const used = sixMonths.map((one) => Number(figuresOf(salt, product, one)['usedLimitMinor']));
  const mean = used.reduce((sum, one) => sum + one, 0) / 6;
  cells[`${product} ${month} averageUsedLimit6m`] = rolling ? Math.floor(mean + 0.5) : null;
  return cells;
}

// ------------------------------------------------------------------ loans, inquiries, statements, disputes

const AS_OF = '2026-04-15';
const daysBetween = (from: string, until: string): number => (Date.parse(until) - Date.parse(from)) / DAY;
const STATUS: Readonly<Record<string, string>> = { 1: 'NORMAL', 2: 'OVERDUE', 3: 'SETTLED' };

type Shows = (name: string, value: unknown) => unknown;
const shownOn =
  (oracle: Oracle, product: string, day: string): Shows =>
  (name, value) =>
    oracle.showsOn(name, product, day) ? (value ?? null) : null;

/** One loan with its instalments, those in a fixed order; null: it is not listed. */
function loanCells(oracle: Oracle, product: string, loan: LoanDraft): Values | null {
  if (!oracle.showsOn('CreditAccount.loans', product, loan.drawnOn)) return null;
  const shows = shownOn(oracle, product, loan.drawnOn);
  const values: Values = {
    drawnMonth: loan.drawnOn.slice(0, 7), drawnOn: loan.drawnOn, principalBand: bandOf(loan.principalMinor), principal: loan.principalMinor,
    annualRateBp: loan['annualRateBp'], termDays: loan['termDays'], instalmentCount: loan['instalmentCount'], loanPurpose: loan['loanPurpose'],
    outstandingPrincipal: loan['outstandingPrincipalMinor'], loanStatus: STATUS[String(loan['rawStatus'])], settledOn: loan['settledOn'],
  };
  return {
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shows(`Loan.${name}`, value)])),
    repayments: rowsOrNull(instalmentsOf(oracle, product, loan).filter((one) => one !== null)),
  };
} // prettier-ignore

/** The instalments of a loan in the order of the draft; null: not listed. */
function instalmentsOf(oracle: Oracle, product: string, { drawnOn, repayments = [] }: LoanDraft): readonly (Values | null)[] {
  return repayments.map((one) => {
    const [dueOn, paidOn] = [String(one['dueOn']), one['paidOn'] as string | undefined];
    if (![drawnOn, dueOn].every((day) => oracle.showsOn('Loan.repayments', product, day))) return null;
    const shows = shownOn(oracle, product, dueOn);
    const values: Values = {
      dueOn, dueAmount: one['dueAmountMinor'], paidOn, lastPaidOn: one['lastPaidOn'], paidAmount: one['paidAmountMinor'], kind: one['kind'],
      daysPastDue: Math.max(0, daysBetween(dueOn, paidOn ?? AS_OF)),
    };
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, shows(`Repayment.${name}`, value)]));
  });
} // prettier-ignore

/** A list whose order says nothing here: rows as texts, sorted; nothing is null. */
function rowsOrNull(rows: readonly Values[]): readonly string[] | null {
  const texts = rows.map((row) => JSON.stringify(Object.keys(row).sort().map((name) => [name, row[name]]))); // prettier-ignore
  return texts.length > 0 ? texts.sort() : null;
}

function inquiryRows(oracle: Oracle): readonly string[] | null {
  const names = ['inquiredOn', 'institutionName', 'institutionType', 'reason', 'businessType', 'isHard'];
  const listed = INQUIRIES.filter(({ inquiredOn }) => oracle.showsOn('CreditReport.inquiries', 'JIEBEI', inquiredOn));
  return rowsOrNull(
    listed.map((one) => {
      const values: Values = { ...one, isHard: ['02', '03', '08'].includes(one.reason) };
      const shows = shownOn(oracle, 'JIEBEI', one.inquiredOn);
      return Object.fromEntries(names.map((name) => [name, shows(`Inquiry.${name}`, values[name])]));
    }),
  );
}

interface Target {
  readonly product: string;
  /** Name of the loan among the cells; empty: it is about none. */
  readonly loan: string;
  /** What is shown of the target by field; null: it does not stand in the report. */
  readonly values: Values | null;
}

/** What is stated and what is disputed stands beside what it is about, and nowhere else. */
function remarkCells({ customerId, oracle }: Built, salt: number, { cells, keys }: Expected): Cells {
  const targetOf = (entity: string, key: string): Target => {
    const product = PRODUCTS.find((one) => key.includes(one)) ?? '';
    const [, at = '', instalmentNo = ''] = /-L(\d+)(?:\/(\d+))?$/.exec(key) ?? [];
    const draft = loansOf(salt, product)[Number(at)];
    const loan = at === '' ? '' : `${product} loan ${at}`;
    if (entity === 'loan') return { product, loan, values: (cells[loan] ?? null) as Values | null };
    if (entity === 'repayment')
      return { product, loan, values: (draft && instalmentsOf(oracle, product, draft)[Number(instalmentNo) - 1]) ?? null };
    const prefix = entity === 'account' ? `${product} CreditAccount.` : `${product} ${key.slice(-7)} `;
    const values = Object.entries(cells).filter(([name, value]) => name.startsWith(prefix) && value !== null);
    return { product, loan, values: Object.fromEntries(values.map(([name, value]) => [name.slice(prefix.length), value])) };
  };
  const statements = statementsOf(customerId).filter(({ targetEntity, targetKey }) => {
    if (targetEntity === undefined) return true;
    const { values } = targetOf(String(targetEntity), String(targetKey));
    return values !== null && (targetEntity === 'loan' || Object.values(values).some((value) => value !== null));
  });
  const disputes = disputesOf(customerId).flatMap(({ targetEntity, targetKey, targetField, receivedOn }) => {
    const { product, loan, values } = targetOf(String(targetEntity), String(targetKey));
    if ((values?.[targetField.slice(targetField.indexOf('.') + 1)] ?? null) === null) return [];
    const month = targetEntity === 'monthlySummary' ? String(targetKey).slice(-7) : null;
    const loanRef = [...keys].find(([, of]) => of === loan)?.[0] ?? null;
    const answerDueOn = new Date(Date.parse(receivedOn) + 20 * DAY).toISOString().slice(0, 10);
    return [{ product, row: { targetField, month, loanRef, receivedOn, answerDueOn, answeredOn: null, outcome: 'OPEN' } }];
  });
  const rows = statements.map((one) =>
    Object.fromEntries(
      ['author', 'text', 'madeOn'].map((name) => [name, oracle.shows(`Statement.${name}`, 'JIEBEI', null) ? one[name] : null]),
    ),
  );
  return {
    'CreditReport.statements': oracle.shows('CreditReport.statements', 'JIEBEI', null) ? rowsOrNull(rows) : null,
    ...Object.fromEntries(
      PRODUCTS.map((product) => [
        `${product} disputes`,
        rowsOrNull(disputes.filter((one) => one.product === product).map(({ row }) => row)),
      ]),
    ),
  };
}

/** Records whose order is not that of what is shown of their days, the newest first. */
export function outOfOrder({ accounts, inquiries, statements }: Report): readonly string[] {
  const faults: string[] = [];
  const check = (name: string, records: readonly Values[] | null | undefined, ...days: readonly string[]): void => {
    const shown = (records ?? []).map((record) => days.map((day) => record[day]).find((day) => typeof day === 'string') ?? '');
    if (shown.some((day, at) => at > 0 && String(shown[at - 1]) < String(day))) faults.push(`${name} ${shown.join(' ')}`);
  };
  check('inquiries', inquiries, 'inquiredOn');
  check('statements', statements, 'madeOn');
  for (const { loans, monthlySummaries, disputes } of accounts ?? []) {
    check('loans', loans, 'drawnOn', 'drawnMonth');
    check('months', monthlySummaries, 'month');
    check('disputes', disputes, 'receivedOn');
    for (const { repayments } of loans ?? []) check('repayments', repayments, 'dueOn');
  }
  return faults;
}

// ------------------------------------------------------------------ what was answered

/** The answer in the same form; what was not listed is null. */
export function actualCells(report: Report, { keys, cells }: { keys: Expected['keys']; cells: Cells }): Cells {
  const found: Record<string, unknown> = Object.fromEntries(Object.keys(cells).map((key) => [key, null]));
  const put = (key: string, value: unknown): void => {
    const simple = Array.isArray(value) ? true : value;
    if (simple !== null) found[key] = simple;
  };
  for (const [name, value] of Object.entries(report.identity)) put(`Identity.${name}`, value);
  for (const [name, value] of Object.entries(report.summary))
    if (`CreditSummary.${name}` in cells) put(`CreditSummary.${name}`, value);
  const inquiries = (report.inquiries ?? []).map(({ disputes, ...inquiry }) =>
    disputes === null ? inquiry : { ...inquiry, disputes },
  );
  found['CreditReport.inquiries'] = rowsOrNull(inquiries);
  found['CreditReport.statements'] = rowsOrNull(report.statements ?? []);
  for (const { accountRef, monthlySummaries, loans, disputes, ...account } of report.accounts ?? []) {
    const product = keys.get(String(accountRef)) ?? 'UNKNOWN ACCOUNT';
    for (const [name, value] of Object.entries(account))
      if (name !== 'currency' && name !== 'reportedOn') put(`${product} CreditAccount.${name}`, value);
    found[`${product} disputes`] = rowsOrNull(disputes ?? []);
    for (const { loanRef, repayments, ...values } of loans ?? [])
      put(keys.get(loanRef) ?? 'UNKNOWN LOAN', { ...values, repayments: rowsOrNull(repayments ?? []) });
    for (const { month, ...values } of monthlySummaries ?? [])
      for (const [name, value] of Object.entries(values)) put(`${product} ${String(month)} ${name}`, value);
  }
  return found;
}

/** Every day that a month can have: single records count where their own day is shown, though the month may not be whole. */
const daysIn = (month: string): readonly string[] =>
  Array.from({ length: 31 }, (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`);

/** Indicators with a value for which no product is released, or whose basis names what is not. */
export function leakedIndicators({ summary }: Report, { oracle }: Built): string[] {
  const { basis, ...values } = summary;
  const faults = Object.entries(values)
    .filter(
      ([name, value]) =>
        value !== null && !PRODUCTS.some((product) => oracle.windowOf(`CreditSummary.${name}`, product) !== null),
    )
    .map(([name]) => name);
  for (const { field, products, firstMonth } of (basis ?? []) as { field: string; products: string[]; firstMonth: string }[])
    for (const product of products) {
      const window = oracle.windowOf(field, product);
      const months = FIELDS.find(({ coordinate }) => coordinate === field)?.windowMonths ?? 0;
      const all = products.flatMap((one) => oracle.windowOf(field, one) ?? []);
      const isShown =
        all.includes(firstMonth) || products.some((one) => daysIn(firstMonth).some((day) => oracle.showsOn(field, one, day)));
      if (window === null || (months > 0 && !isShown)) faults.push(`${field} ${product}`);
    }
  return faults;
}
