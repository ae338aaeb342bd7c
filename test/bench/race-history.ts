/** A stretch of time on the one monotonic clock of the process that saw everything. */
export interface Span {
  readonly beginMs: number;
  readonly endMs: number;
}
/** A consent as seen from outside: it began to hold at some instant within `grant` and ended at some instant within `revoke`. */
export interface ConsentLife {
  readonly grant: Span;
  readonly revoke: Span;
}
/** A look-up that was answered with a report; it took effect at some instant within its span. */
export interface LookUp extends Span {
  readonly borrower: number;
  readonly shown: boolean;
  readonly reportId: string;
  readonly ledgerIndex: number;
}
/** What the rules ask of a ledger entry; its index is its place in the list. */
export type LedgerLine =
  | { readonly kind: 'change'; readonly subject: string; readonly action: 'grant' | 'revoke'; readonly set: number }
  | {
      readonly kind: 'disclosure';
      readonly subject: string;
      readonly report: string;
      readonly released: boolean;
      readonly set: number;
    };

export interface RaceHistory {
  /** By borrower. A borrower has one consent at a time: a grant begins after the revocation before it was acknowledged. */
  readonly lives: readonly (readonly ConsentLife[])[];
  readonly lookUps: readonly LookUp[];
  /** The whole ledger. */
  readonly ledger: readonly LedgerLine[];
}

/** R1 is judged by what a bank and a platform can see, R2 by the ledger alone, R3 by holding one against the other. */
export const RULES = [
  'R1 shown without a consent',
  'R1 withheld under a consent',
  'R2 decided on another consent set',
  'R2 released after the revocation',
  'R3 not recorded',
  'R3 recorded twice',
  'R3 recorded otherwise',
] as const;
export type Rule = (typeof RULES)[number];
export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
}
export interface Verdict {
  readonly violations: readonly Violation[];
  /** Look-ups that met no change, so that R1 left them one right answer: to show, or to withhold. */
  readonly mustShow: number;
  readonly mustWithhold: number;
}

export function judge({ lives, lookUps, ledger }: RaceHistory): Verdict {
  const duties = lookUps.map((lookUp) => dutyOf(lookUp, lives[lookUp.borrower] ?? []));
  return {
    violations: [...judgeDuties(lookUps, duties), ...judgeLedger(ledger), ...judgeRecords(lookUps, ledger)],
    mustShow: duties.filter((duty) => duty === 'show').length,
    mustWithhold: duties.filter((duty) => duty === 'withhold').length,
  };
}

/**
 * To withhold, if no instant of the look-up can lie in the life of a consent; to show, if every instant must. Where two
 * readings of the clock are equal, their order is unknown and either answer is right.
 *
 * @returns null where either answer is right.
 */
export function dutyOf({ beginMs, endMs }: Span, lives: readonly ConsentLife[]): 'show' | 'withhold' | null {
  if (lives.some(({ grant, revoke }) => grant.endMs < beginMs && endMs < revoke.beginMs)) return 'show';
  return lives.some(({ grant, revoke }) => grant.beginMs <= endMs && beginMs <= revoke.endMs) ? null : 'withhold';
}

function* judgeDuties(lookUps: readonly LookUp[], duties: readonly ReturnType<typeof dutyOf>[]): Generator<Violation> {
  for (const [at, lookUp] of lookUps.entries()) {
    if (duties[at] === 'show' && !lookUp.shown) yield { rule: 'R1 withheld under a consent', detail: toText(lookUp) };
    if (duties[at] === 'withhold' && lookUp.shown) yield { rule: 'R1 shown without a consent', detail: toText(lookUp) };
  }
}

/**
 * The ledger's order is the order of effects: every disclosure rests on the newest change before it. One that withheld under
 * a grant is for R1 alone to judge: a decision's instant is read just before its consents, and may lie before the grant's.
 */
function* judgeLedger(ledger: readonly LedgerLine[]): Generator<Violation> {
  const newest = new Map<string, { readonly set: number; readonly action: 'grant' | 'revoke' }>();
  for (const [index, line] of ledger.entries()) {
    if (line.kind === 'change') {
      newest.set(line.subject, line);
      continue;
    }
    const { set, action } = newest.get(line.subject) ?? NOTHING_GRANTED;
    const at = `entry ${String(index)} of ${line.subject}`;
    if (line.set !== set)
      yield { rule: 'R2 decided on another consent set', detail: `${at}: ${String(line.set)}, in force ${String(set)}` };
    if (line.released && action === 'revoke') yield { rule: 'R2 released after the revocation', detail: at };
  }
}
const NOTHING_GRANTED = { set: 0, action: 'revoke' } as const;

/** Every question of the race has a request id of its own, so every answer must have an entry of its own. */
function* judgeRecords(lookUps: readonly LookUp[], ledger: readonly LedgerLine[]): Generator<Violation> {
  const told = new Set<number>();
  for (const lookUp of lookUps) {
    const { ledgerIndex, reportId, shown } = lookUp;
    const line = ledger[ledgerIndex];
    if (line?.kind !== 'disclosure' || line.report !== reportId) yield { rule: 'R3 not recorded', detail: toText(lookUp) };
    else if (line.released !== shown) yield { rule: 'R3 recorded otherwise', detail: toText(lookUp) };
    if (told.has(ledgerIndex)) yield { rule: 'R3 recorded twice', detail: toText(lookUp) };
    told.add(ledgerIndex);
  }
}

function toText({ borrower, shown, beginMs, endMs, reportId, ledgerIndex }: LookUp): string {
  const answer = shown ? 'shown' : 'withheld';
  const span = `${beginMs.toFixed(3)} to ${endMs.toFixed(3)} ms`;
  return `borrower ${String(borrower)} ${answer}, ${span}, report ${reportId}, entry ${String(ledgerIndex)}`;
}

export function countByRule(violations: readonly Violation[]): Readonly<Record<Rule, number>> {
  const counts = Object.fromEntries(RULES.map((rule) => [rule, 0])) as Record<Rule, number>;
  for (const { rule } of violations) counts[rule] += 1;
  return counts;
}
