import type { AccountTerms } from './account-terms';
import type { Emit } from './generated-entities';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

const INSTITUTIONS = [
  ['示例银行股份有限公司', '11'], ['样本银行股份有限公司', '11'], ['虚拟银行股份有限公司', '11'], ['样本消费金融有限公司', '24'],
  ['样本小额贷款有限公司', '51'], ['示例融资担保有限公司', '53'],
] as const; // prettier-ignore
/** Reason codes (credit-record.md, section 12): 01 post-loan management, 02 loan approval, 03 card approval, 08 guarantor check. */
const REASONS = [['01', 45], ['02', 38], ['03', 15], ['08', 2]] as const; // prettier-ignore
const LOAN_TYPES = [['91', 70], ['11', 15], ['21', 8], ['41', 7]] as const; // prettier-ignore
/** How many queries beside those before an account was opened. */
const COUNTS = [[0, 35], [1, 25], [2, 15], [3, 10], [5, 8], [9, 5], [16, 2]] as const; // prettier-ignore

/** Inquiries are kept for 24 months; whoever imports these does so a month or so after the as-of date. */
const KEPT_DAYS = 690;

/** Queries of the window that are not past their time: one on the day before each account that opened in it, and others. */
export function emitInquiries(
  random: Random,
  customerId: string,
  accounts: readonly AccountTerms[],
  emit: Emit,
  window: RecordWindow,
): void {
  const firstDay = Math.max(window.firstDay, window.asOfDay - KEPT_DAYS);
  let count = 0;
  const add = (
    day: number,
    institutionName: string,
    institutionType: string,
    reason: string,
    businessType: string | null,
  ): void => {
    count += 1;
    emit('inquiry', {
      inquiryNo: `${customerId}-q${String(count).padStart(2, '0')}`,
      customerId,
      inquiredOn: window.text(day),
      institutionName,
      reason,
      institutionType,
      ...(businessType === null ? {} : { businessType }),
    });
  };
  for (const { openedOn, furnisherName, furnisherType, businessType } of accounts)
    if (openedOn > firstDay) add(openedOn - 1, furnisherName, furnisherType, '02', businessType);
  for (let left = random.weigh(COUNTS); left > 0; left -= 1) {
    const [name, type] = random.pick(INSTITUTIONS);
    const reason = random.weigh(REASONS);
    add(random.between(firstDay, window.asOfDay), name, type, reason, reason === '02' ? random.weigh(LOAN_TYPES) : null);
  }
}
