import type { EpochDay } from '../core/credit/calendar';
import { type LateSpell, NEVER, spellOn } from './behaviour';
import type { Offer } from './account-terms';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

/** One part of a loan's schedule and how it is paid; days after the window stand for what is not known yet. */
export interface Instalment {
  readonly dueOn: EpochDay;
  readonly principalMinor: number;
  readonly interestMinor: number;
  /** Paid in full; NEVER: it is not. */
  readonly paidOn: EpochDay;
  readonly kind: 'SCHEDULED' | 'EARLY' | 'EARLY_FULL';
}

/** Interest is paid before principal. */
export interface PartPayment {
  readonly paidOn: EpochDay;
  readonly amountMinor: number;
  readonly principalMinor: number;
}

export interface Loan {
  readonly drawnOn: EpochDay;
  readonly principalMinor: number;
  readonly annualRateBp: number;
  readonly termDays: number;
  readonly purpose: (typeof PURPOSES)[number][0];
  readonly instalments: readonly Instalment[];
  /** A payment of a part of the first instalment that is unpaid when the window ends. */
  readonly part: PartPayment | null;
}

/** How the person pays this account. */
export interface Payer {
  readonly forgetsBp: number;
  readonly forgetsDaysMax: number;
  readonly spells: readonly LateSpell[];
}

const PURPOSES = [['CONSUMPTION', 80], ['RENOVATION', 7], ['EDUCATION', 5], ['TRAVEL', 5], ['OTHER', 3]] as const; // prettier-ignore
const DAYS_IN_YEAR = 360;
const BP = 10_000;
/** How often in 10,000 a loan is settled before its end, an instalment is paid well ahead, an overdue one is paid in part. */
const SETTLES_EARLY_BP = 700;
const PAYS_EARLY_BP = 150;
const PAYS_PART_BP = 2_500;

/**
 * A loan with its schedule of equal principal, and every payment that it will see.
 *
 * No instalment is due on the last day of a month, so that at each month's end what was due is either paid or late. A loan's
 * instalments are paid in their order.
 */
export function inventLoan(
  random: Random,
  draw: { readonly drawnOn: EpochDay; readonly principalMinor: number; readonly annualRateBp: number; readonly offer: Offer },
  payer: Payer,
  window: RecordWindow,
): Loan {
  const { drawnOn, principalMinor, annualRateBp, offer } = draw;
  const days = dueDays(drawnOn, offer, window);
  const earlyFrom = random.chance(SETTLES_EARLY_BP) ? random.between(0, offer.instalments - 1) : -1;
  const instalments: Instalment[] = [];
  let open = principalMinor;
  let before: { readonly dueOn: EpochDay; readonly paidOn: EpochDay } = { dueOn: drawnOn, paidOn: drawnOn };
  let settledOn = NEVER;
  for (const [at, dueOn] of days.entries()) {
    if (at === earlyFrom) settledOn = settlementDay(random, before, dueOn, payer, window);
    const share = at === days.length - 1 ? open : Math.floor(principalMinor / days.length);
    const interestMinor = Math.floor((open * annualRateBp * (dueOn - before.dueOn)) / (BP * DAYS_IN_YEAR) + 0.5);
    const instalment: Instalment =
      settledOn < NEVER
        ? { dueOn, principalMinor: share, interestMinor: 0, paidOn: settledOn, kind: 'EARLY_FULL' }
        : { dueOn, principalMinor: share, interestMinor, ...payment(random, before.paidOn, dueOn, payer, window) };
    instalments.push(instalment);
    open -= share;
    before = instalment;
  }
  const termDays = before.dueOn - drawnOn;
  return {
    drawnOn,
    principalMinor,
    annualRateBp,
    termDays,
    purpose: random.weigh(PURPOSES),
    instalments,
    part: inventPart(random, instalments, window),
  };
}

function dueDays(drawnOn: EpochDay, { instalments, days }: Offer, window: RecordWindow): readonly EpochDay[] {
  return Array.from({ length: instalments }, (_, at) => {
    const after = Math.floor((days * (at + 1)) / instalments);
    if (!window.isLastOfMonth(drawnOn + after)) return drawnOn + after;
    return after === 30 ? drawnOn + 31 : drawnOn + after - 1;
  });
}

/** Some day between two due days, if nothing is late then and it lies in the window; else NEVER. */
function settlementDay(
  random: Random,
  before: { readonly dueOn: EpochDay; readonly paidOn: EpochDay },
  dueOn: EpochDay,
  { spells }: Payer,
  window: RecordWindow,
): EpochDay {
  const day = random.between(before.dueOn + 1, dueOn - 4);
  return before.paidOn <= day && day <= window.asOfDay && !spellOn(spells, day) ? day : NEVER;
}

/** @param paidBefore - When the loan's last instalment was paid; this one is not paid sooner. */
function payment(
  random: Random,
  paidBefore: EpochDay,
  dueOn: EpochDay,
  { forgetsBp, forgetsDaysMax, spells }: Payer,
  window: RecordWindow,
): Pick<Instalment, 'paidOn' | 'kind'> {
  const spell = spellOn(spells, dueOn);
  if (spell) return { paidOn: Math.max(paidBefore, spell.until), kind: 'SCHEDULED' };
  if (random.chance(forgetsBp))
    return { paidOn: Math.max(paidBefore, dueOn + random.between(1, forgetsDaysMax)), kind: 'SCHEDULED' };
  const ahead = random.between(5, 20);
  if (random.chance(PAYS_EARLY_BP) && paidBefore < dueOn - ahead && dueOn - ahead <= window.asOfDay)
    return { paidOn: dueOn - ahead, kind: 'EARLY' };
  const firstDay = window.firstDayAt(window.monthAt(dueOn));
  return {
    paidOn: dueOn > window.asOfDay ? NEVER : Math.max(paidBefore, firstDay, dueOn - random.between(0, 3)),
    kind: 'SCHEDULED',
  };
}

function inventPart(random: Random, instalments: readonly Instalment[], { asOfDay }: RecordWindow): PartPayment | null {
  const unpaid = instalments.find(({ paidOn }) => paidOn > asOfDay);
  if (!unpaid || unpaid.dueOn >= asOfDay || !random.chance(PAYS_PART_BP)) return null;
  const dueMinor = unpaid.principalMinor + unpaid.interestMinor;
  const amountMinor = Math.max(1, Math.floor((dueMinor * random.between(10, 80)) / 100));
  const principalMinor = Math.max(0, amountMinor - unpaid.interestMinor);
  return { paidOn: random.between(unpaid.dueOn + 1, asOfDay), amountMinor, principalMinor };
}
