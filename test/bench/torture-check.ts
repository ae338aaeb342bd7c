import { FIELD_CATALOGUE } from '../../src/core/credit/field-catalogue';
import type { DisclosureEntry, FieldsByProduct, LedgerEntry } from '../../src/core/ledger/entry';
import { judge, RULES as RACE_RULES, type Rule as RaceRule } from './race-history';
import { toLine } from './race-world';
import { PLATFORM } from './settings';
import type { Heard, Received, ReportBody } from './torture-load';

/** R1 and R2 as the race judges them; of R3 also what the race has no need to ask. */
export const TORTURE_RULES = [
  ...RACE_RULES,
  'R3 body without an entry',
  'R3 body shows otherwise than its entry says',
  'acknowledged change missing or doubled',
  'retry with a second effect',
  'error with data',
  'ledger does not verify',
] as const;
export type TortureRule = RaceRule | (typeof TORTURE_RULES)[number];
export interface TortureViolation {
  readonly rule: TortureRule;
  readonly detail: string;
}

/** What is known after a round, from the clients and from the database. */
export interface Evidence {
  readonly heard: Heard;
  /** The whole ledger. */
  readonly entries: readonly LedgerEntry[];
  /** How many disclosures are remembered under a request id. */
  readonly disclosures: ReadonlyMap<string, number>;
  /** What a verification of the ledger failed with; null: it did not. */
  readonly fault: unknown;
}

export function findViolations(evidence: Evidence): readonly TortureViolation[] {
  const { heard, entries, fault } = evidence;
  const { violations } = judge({ lives: heard.lives, lookUps: heard.received, ledger: entries.map(toLine) });
  return [
    ...violations,
    ...judgeBodies(heard.received, entries),
    ...judgeChanges(heard, entries),
    ...judgeRetries(evidence),
    ...heard.changesLost.map((detail): TortureViolation => ({ rule: 'acknowledged change missing or doubled', detail })),
    ...heard.refusedWithData.map((detail): TortureViolation => ({ rule: 'error with data', detail })),
    ...(fault === null ? [] : [{ rule: 'ledger does not verify', detail: String(fault) } as const]),
  ];
}

/** Promise R3: whatever was received stands in the ledger, as it was. */
function* judgeBodies(received: readonly Received[], entries: readonly LedgerEntry[]): Generator<TortureViolation> {
  const byReport = new Map(entries.flatMap((entry) => (entry.type === 'D' ? [[entry.report, entry] as const] : [])));
  for (const { reportId, body } of received) {
    const entry = byReport.get(reportId);
    if (!entry) yield { rule: 'R3 body without an entry', detail: reportId };
    else if (textOf(contentOf(body)) !== textOf(entry)) {
      const detail = `${reportId}: ${textOf(contentOf(body))}, recorded ${textOf(entry)}`;
      yield { rule: 'R3 body shows otherwise than its entry says', detail };
    }
  }
}

type Content = Pick<DisclosureEntry, 'released' | 'rows' | 'months'>;
const textOf = ({ released, rows, months }: Content): string => JSON.stringify([Object.entries(released).sort(), rows, months]);

/** What a body shows, in the words of an entry. */
function contentOf({ data: { creditReport } }: ReportBody): Content {
  const released = new Map<string, Set<number>>();
  const counted = { rows: 0, months: 0 };
  const take = (type: string, record: Readonly<Record<string, unknown>>, product: string): void => {
    for (const [name, value] of Object.entries(record)) {
      if (value === null) continue;
      const entry = FIELD_CATALOGUE.find(`${type}.${name}`);
      const group = `${PLATFORM}/${product}`;
      if (entry) released.set(group, (released.get(group) ?? new Set()).add(entry.id));
    }
  };
  take('Identity', creditReport.identity, '-');
  for (const account of (creditReport['accounts'] ?? []) as readonly Account[]) {
    take('CreditAccount', account, account.product);
    counted.rows += 1;
    for (const month of account.monthlySummaries ?? []) {
      take('MonthlySummary', month, account.product);
      counted.rows += 1;
      counted.months += 1;
    }
  }
  const fields: FieldsByProduct = Object.fromEntries(
    [...released].map(([group, ids]) => [group, [...ids].sort((a, b) => a - b)]),
  );
  return { released: fields, ...counted };
}
type Account = Readonly<Record<string, unknown>> & {
  readonly product: string;
  readonly monthlySummaries: readonly Readonly<Record<string, unknown>>[] | null;
};

/** Every life of a consent was acknowledged twice, at its beginning and at its end; whatever was sent again counts once. */
function* judgeChanges({ lives }: Heard, entries: readonly LedgerEntry[]): Generator<TortureViolation> {
  const ended = lives.flat().filter(({ revoke }) => revoke.endMs < Infinity).length;
  const acknowledged = { grant: lives.flat().length, revoke: ended };
  for (const action of ['grant', 'revoke'] as const) {
    const recorded = entries.filter((entry) => entry.type === 'C' && entry.action === action).length;
    const detail = `${action}: ${String(acknowledged[action])} acknowledged, ${String(recorded)} recorded`;
    if (recorded !== acknowledged[action]) yield { rule: 'acknowledged change missing or doubled', detail };
  }
}

/** Under a consent that does not move, one request is one disclosure, however often it was sent. */
function* judgeRetries({ heard, disclosures }: Evidence): Generator<TortureViolation> {
  for (const { requestId, standing } of heard.received) {
    const count = disclosures.get(requestId) ?? 0;
    if (standing && count > 1) yield { rule: 'retry with a second effect', detail: `${requestId}: ${String(count)} disclosures` };
  }
}
