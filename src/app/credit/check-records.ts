import { asOfDay, type EpochDay, toEpochDay, toLocalDate } from '../../core/credit/calendar';
import { checkAccount, type CheckedRecord, type Verdict } from '../../core/credit/invariants';
import { type Figures, type Invariant, INVARIANTS } from '../../core/credit/record-rules';
import { checkTotals } from '../../core/credit/total-invariant';
import { GatewayError } from '../../core/errors';
import type { InstitutionRegister } from '../ports';
import type { CheckedBorrower, CheckReader, OpenDispute } from '../record-ports';

/** Days before an answer is due from which on it is an alarm: day 15 of 20 (credit-record.md, section 13). */
export const DISPUTE_ALARM_DAYS = 5;

export interface CheckParts {
  readonly institutions: InstitutionRegister;
  readonly checks: CheckReader;
}
export interface CheckRequest {
  /** null: every platform. */
  readonly platformId: string | null;
  readonly todayDay: EpochDay;
  readonly onViolation: (violation: Violation) => void;
  /** @param share - How much of the records is done, 0 to 1: by the place of their random keys, so nothing is counted. */
  readonly onProgress?: (share: number) => void;
}
/** A record that breaks an invariant, by the platform's own key, with the figures that differ. */
export interface Violation {
  readonly invariant: Invariant;
  readonly platformId: string;
  readonly record: CheckedRecord;
  readonly figures: Figures;
}
export interface InvariantCount {
  readonly checked: number;
  /** A term was not furnished. */
  readonly skipped: number;
  /** Of those checked. */
  readonly violated: number;
}
export type CheckCounts = Readonly<Record<Invariant, InvariantCount>>;

/**
 * Reconciles the stored records by the invariants of credit-record.md, section 10: every borrower once, in the order of
 * keys, in constant memory.
 *
 * @throws GatewayError NOT_FOUND if the platform is not registered.
 */
export async function checkRecords({ institutions, checks }: CheckParts, request: CheckRequest): Promise<CheckCounts> {
  const { platformId, todayDay, onViolation, onProgress } = request;
  await assertPlatform(institutions, platformId);
  const newestMonths = await checks.newestMonths();
  const counts = new Map(INVARIANTS.map((name) => [name, { checked: 0, skipped: 0, violated: 0 }]));
  let after: Buffer | null = null;
  do {
    const { borrowers, next } = await checks.page(platformId, after);
    for (const borrower of borrowers)
      for (const { invariant, record, outcome } of verdictsOn(
        borrower,
        asOfDay(todayDay, newestMonths.get(borrower.platformId) ?? null),
      )) {
        const count = counts.get(invariant);
        if (!count) continue;
        if (outcome === 'SKIPPED') count.skipped += 1;
        else count.checked += 1;
        if (typeof outcome !== 'object') continue;
        count.violated += 1;
        onViolation({ invariant, platformId: borrower.platformId, record, figures: outcome });
      }
    after = next;
    onProgress?.(after === null ? 1 : after.readUInt32BE(0) / 2 ** 32);
  } while (after !== null);
  return Object.fromEntries(counts) as CheckCounts; // made of every name above
}

function* verdictsOn({ platformId, accounts }: CheckedBorrower, asOf: EpochDay): Generator<Verdict> {
  for (const account of accounts) yield* checkAccount(account);
  const totals = checkTotals(platformId, accounts, asOf);
  if (totals) yield totals;
}

/** A dispute without an answer; overdue where `daysLeft` is negative, due today at 0. */
export interface DisputeWarning {
  readonly dispute: OpenDispute;
  readonly daysLeft: number;
}

/** Disputes that must be answered within five days or should have been (credit-record.md, section 13, 5). */
export async function* warnOfDisputes(
  { checks }: CheckParts,
  { platformId, todayDay }: Pick<CheckRequest, 'platformId' | 'todayDay'>,
): AsyncGenerator<DisputeWarning> {
  const dueBy = toLocalDate(todayDay + DISPUTE_ALARM_DAYS);
  let page = await checks.openDisputes(platformId, dueBy, null);
  for (;;) {
    for (const dispute of page.disputes) yield { dispute, daysLeft: toEpochDay(dispute.answerDueOn) - todayDay };
    if (page.next === null) return;
    page = await checks.openDisputes(platformId, dueBy, page.next);
  }
}

async function assertPlatform(institutions: InstitutionRegister, platformId: string | null): Promise<void> {
  if (platformId === null) return;
  const found = await institutions.find(platformId);
  if (found?.kind !== 'PLATFORM') throw new GatewayError('NOT_FOUND', `No platform ${platformId} is registered.`);
}
