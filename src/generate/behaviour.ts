import type { EpochDay } from '../core/credit/calendar';
import type { Random } from './random';
import type { RecordWindow } from './record-window';

/** A day that never comes: what falls on it is not paid. */
export const NEVER: EpochDay = Number.MAX_SAFE_INTEGER;

/** Days on [from, until): what falls due on them is paid on `until`, or not at all if that is NEVER. */
export interface LateSpell {
  readonly from: EpochDay;
  readonly until: EpochDay;
}

interface Temperament {
  /** How often in 10,000 an instalment is forgotten, and for how many days at most. */
  readonly forgetsBp: number;
  readonly forgetsDaysMax: number;
  /** How often in 10,000 a month begins a spell, and how many days it lasts. */
  readonly spellBp: number;
  readonly spellDays: readonly [number, number];
  /** How often in 10,000 an account is left unpaid for long, or for good. */
  readonly ruinBp: number;
}
const PROMPT: Temperament = { forgetsBp: 15, forgetsDaysMax: 5, spellBp: 0, spellDays: [0, 0], ruinBp: 0 };
const FORGETFUL: Temperament = { forgetsBp: 900, forgetsDaysMax: 12, spellBp: 100, spellDays: [5, 25], ruinBp: 0 };
const HABITUAL: Temperament = { forgetsBp: 2_500, forgetsDaysMax: 20, spellBp: 1_500, spellDays: [15, 100], ruinBp: 500 };
const DEFAULTING: Temperament = { forgetsBp: 800, forgetsDaysMax: 20, spellBp: 500, spellDays: [10, 60], ruinBp: 7_500 };

/** How often a person borrows: loans of one account in a month, outside and inside a burst. */
interface Appetite {
  readonly loanBp: number;
  readonly burstBp: number;
  readonly burstLoans: readonly [number, number];
}
const NEVER_BORROWS: Appetite = { loanBp: 0, burstBp: 0, burstLoans: [0, 0] };
const RARELY: Appetite = { loanBp: 800, burstBp: 300, burstLoans: [1, 3] };
const SOMETIMES: Appetite = { loanBp: 2_500, burstBp: 1_000, burstLoans: [2, 5] };
const OFTEN: Appetite = { loanBp: 6_000, burstBp: 2_000, burstLoans: [4, 9] };
const ALWAYS: Appetite = { loanBp: 9_000, burstBp: 3_500, burstLoans: [8, 22] };
const BURST_MONTHS_MAX = 3;

export interface Behaviour {
  readonly temperament: Temperament;
  readonly appetite: Appetite;
  /** By month of the window: does the person borrow in a burst? The same on all their accounts. */
  readonly bursts: readonly boolean[];
}

/** Most people pay on time and borrow little; a few do neither. */
export function inventBehaviour(random: Random, { months }: RecordWindow): Behaviour {
  const temperament = random.weigh([[PROMPT, 730], [FORGETFUL, 165], [HABITUAL, 70], [DEFAULTING, 35]]); // prettier-ignore
  const appetite = random.weigh([[NEVER_BORROWS, 12], [RARELY, 45], [SOMETIMES, 30], [OFTEN, 11], [ALWAYS, 2]]); // prettier-ignore
  let left = 0;
  const bursts = Array.from({ length: months }, () => {
    if (left > 0) left -= 1;
    else if (random.chance(appetite.burstBp)) left = random.between(1, BURST_MONTHS_MAX);
    return left > 0;
  });
  return { temperament, appetite, bursts };
}

/** The spells of one account, in order and without a common day, from its first day in the window on. */
export function inventLateSpells(
  random: Random,
  { temperament }: Behaviour,
  firstDay: EpochDay,
  window: RecordWindow,
): LateSpell[] {
  const { spellBp, spellDays, ruinBp } = temperament;
  const spells: LateSpell[] = [];
  const ruinOn = random.chance(ruinBp) ? random.between(firstDay, window.asOfDay) : NEVER;
  for (let from = firstDay + random.between(0, 29); from < Math.min(ruinOn, window.asOfDay); from += random.between(28, 33)) {
    if (!random.chance(spellBp)) continue;
    const until = from + random.between(...spellDays);
    if (until >= ruinOn) break;
    spells.push({ from, until });
    from = until;
  }
  if (ruinOn < NEVER) spells.push({ from: ruinOn, until: random.chance(6_500) ? NEVER : ruinOn + random.between(120, 400) });
  return spells;
}

export function spellOn(spells: readonly LateSpell[], day: EpochDay): LateSpell | null {
  for (const spell of spells) if (spell.from <= day && day < spell.until) return spell;
  return null;
}
