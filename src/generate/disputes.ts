import { type EpochDay, toYearMonth } from '../core/credit/calendar';
import { isAdverse } from '../core/credit/codes';
import type { AccountHistory } from './account-history';
import type { Emit } from './generated-entities';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

/** How often in 10,000 an account is disputed, without an adverse month and with one. */
const DISPUTED_BP = 60;
const DISPUTED_IF_ADVERSE_BP = 1_500;
const STATEMENT_BP = 3_500;
/** An answer is due on the 20th day; a few come later. */
const ANSWER_DAYS_MAX = 22;
const OUTCOMES = [['CORRECTED', 30], ['FLAG_REMOVED', 50], ['UNVERIFIABLE_NOTED', 20]] as const; // prettier-ignore
const ACCOUNT_FIELDS = ['CreditAccount.status', 'CreditAccount.creditLimit', 'CreditAccount.openedOn'] as const;
const LOAN_FIELDS = ['Loan.principal', 'Loan.loanStatus', 'Loan.drawnOn'] as const;
const TEXTS = [
  '本人因系统扣款失败导致还款延迟，并非故意。', '该笔借款非本人操作，已向平台反映。', '还款当日银行卡限额，次日已还清。', '金额与本人记录不符，请核实。',
] as const; // prettier-ignore
const FURNISHER_TEXT = '经核实，扣款记录完整，异议处理中。';

interface Target {
  readonly targetEntity: 'account' | 'monthlySummary' | 'loan';
  readonly targetKey: string;
  readonly targetField: string;
  /** The first day on which it could be disputed. */
  readonly knownOn: EpochDay;
}

/** Disputes of a few accounts, more where a month is adverse; beside some of them a statement on the same target. */
export function emitDisputes(
  random: Random,
  customerId: string,
  histories: readonly AccountHistory[],
  emit: Emit,
  window: RecordWindow,
): void {
  let count = 0;
  for (const history of histories) {
    const adverse = history.months.some(({ status }) => isAdverse(status));
    if (!random.chance(adverse ? DISPUTED_IF_ADVERSE_BP : DISPUTED_BP)) continue;
    const { targetEntity, targetKey, targetField, knownOn } = chooseTarget(random, history, window);
    const receivedOn = random.between(knownOn, window.asOfDay);
    const answeredOn = receivedOn + random.between(3, ANSWER_DAYS_MAX);
    const number = String((count += 1));
    const closing =
      answeredOn <= window.asOfDay
        ? { answeredOn: window.text(answeredOn), outcome: random.weigh(OUTCOMES) }
        : { outcome: 'OPEN' };
    emit('dispute', {
      disputeNo: `${customerId}-d${number}`,
      customerId,
      targetEntity,
      targetKey,
      targetField,
      receivedOn: window.text(receivedOn),
      ...closing,
    });
    if (!random.chance(STATEMENT_BP)) continue;
    const author = random.chance(8_500) ? 'BORROWER' : 'FURNISHER';
    const text = author === 'BORROWER' ? random.pick(TEXTS) : FURNISHER_TEXT;
    const madeOn = window.text(random.between(receivedOn, Math.min(answeredOn, window.asOfDay)));
    emit('statement', { statementNo: `${customerId}-s${number}`, customerId, author, text, madeOn, targetEntity, targetKey });
  }
}

/** An adverse month if there is one, else any of the account's months, its newest loan, or the account itself. */
function chooseTarget(random: Random, { terms, months, loans }: AccountHistory, window: RecordWindow): Target {
  const { accountNo } = terms;
  const adverse = months.filter(({ status }) => isAdverse(status));
  const [first, ...more] = adverse.length > 0 ? adverse : months;
  const loan = loans.at(-1);
  const kind = random.weigh([['MONTH', adverse.length > 0 ? 8 : 2], ['LOAN', 2], ['ACCOUNT', 2]]); // prettier-ignore
  if (kind === 'MONTH' && first) {
    const { month } = random.pick([first, ...more]);
    const targetField = adverse.length > 0 ? 'MonthlySummary.repaymentStatus' : 'MonthlySummary.borrowedAmount';
    const targetKey = `${accountNo}/${toYearMonth(window.firstMonth + month)}`;
    return { targetEntity: 'monthlySummary', targetKey, targetField, knownOn: window.lastDayAt(month) };
  }
  if (kind === 'LOAN' && loan) {
    const targetKey = `${accountNo}-${String(loans.length).padStart(4, '0')}`;
    return { targetEntity: 'loan', targetKey, targetField: random.pick(LOAN_FIELDS), knownOn: loan.drawnOn };
  }
  const knownOn = Math.max(terms.openedOn, window.firstDay);
  return { targetEntity: 'account', targetKey: accountNo, targetField: random.pick(ACCOUNT_FIELDS), knownOn };
}
