import type { LineVerdict, RetryStage } from '../app/ports';
import type { FurnishedEntity } from '../core/credit/furnished-fields';
import type { RecordFault } from '../core/credit/furnished-record';
import type { StoredRecord, World } from './furnish-world';
import type { PlannedRecord } from './planned-record';
import { isSameContent } from './record-columns';
import type { Rungs } from './record-rungs';

/** One record that is new, has changed, or was confirmed by a newer delivery. */
export interface Change<P extends PlannedRecord = PlannedRecord> {
  readonly planned: P;
  readonly borrowerRef: Buffer;
  /** That of the record's account; null for a record of a customer. */
  readonly accountId: Buffer | null;
  /** The stored record; null for a new one. */
  readonly previous: StoredRecord | null;
  readonly revision: number;
  /** Computed from the content and stored beside it; those of a borrower are sealed with it already. */
  readonly rungs: Rungs;
}

/** Is the stored record superseded? Else its as-of date alone moves, and no revision is made. */
export function supersedes({ previous, revision }: Pick<Change, 'previous' | 'revision'>): boolean {
  return previous !== null && revision > previous.revision;
}

/** What one line would do; becomes part of the world only if all of it may be done. */
export class LineDraft {
  readonly changes: Change[] = [];
  /** In order; a line holds few records, so that they are searched one by one. */
  private readonly puts: { readonly part: keyof World; readonly key: string; readonly value: unknown }[] = [];
  private readonly faults: RecordFault[] = [];
  private stage: RetryStage | null = null;

  constructor(private readonly world: World) {}

  /** What is stored under a key, by this line or before it. */
  find<Part extends keyof World>(part: Part, key: string): PartValue<Part> | undefined {
    const own = this.puts.findLast((put) => put.part === part && put.key === key);
    return (own ? own.value : this.world[part].get(key)) as PartValue<Part> | undefined; // what was put under this part
  }

  put<Part extends keyof World>(part: Part, key: string, value: PartValue<Part>): void {
    this.puts.push({ part, key, value });
  }

  refuse(code: RecordFault['code'], field: string, message: string): void {
    this.faults.push({ code, field, message });
  }

  /** A parent may still come; a line of several records waits no longer than for the first of them. */
  miss(entity: Exclude<FurnishedEntity, 'borrower'>, field: string, message: string): void {
    this.stage ??= STAGES[entity];
    this.refuse('PARENT_MISSING', field, message);
  }

  /** The record as it will be stored; null if it changes nothing or is too old, which is then a fault. */
  revise({ entity, record, content }: PlannedRecord, previous: StoredRecord | null): StoredRecord | null {
    const { asOf } = record;
    if (!previous) return { asOf, revision: 1, content };
    if (isSameContent(content, previous.content)) return asOf > previous.asOf ? { ...previous, asOf } : null;
    if (asOf >= previous.asOf) return { asOf, revision: previous.revision + 1, content };
    this.refuse('STALE', 'asOf', `A newer record of this ${WORDS[entity]} is stored already.`);
    return null;
  }

  /** Makes the line part of the world, unless it is refused. */
  settle(): LineVerdict {
    if (this.faults.length > 0) return this.refusal();
    for (const { part, key, value } of this.puts) (this.world[part] as Map<string, unknown>).set(key, value); // put as of this part
    const isNews = this.changes.some((change) => change.previous === null || supersedes(change));
    return { kind: isNews ? 'accepted' : 'unchanged' };
  }

  /** A line that is bad anyhow does not wait for a parent. */
  private refusal(): LineVerdict {
    const { faults, stage } = this;
    if (stage === null || faults.some(({ code }) => code !== 'PARENT_MISSING')) return { kind: 'rejected', faults };
    return { kind: 'parentMissing', stage, faults };
  }
}

type PartValue<Part extends keyof World> = World[Part] extends Map<string, infer Value> ? Value : never;
const STAGES: Readonly<Record<Exclude<FurnishedEntity, 'borrower'>, RetryStage>> = {
  account: 'account', monthlySummary: 'detail', loan: 'detail', inquiry: 'detail', repayment: 'repayment', dispute: 'statement',
  statement: 'statement',
}; // prettier-ignore
const WORDS: Readonly<Record<FurnishedEntity, string>> = {
  borrower: 'customer', account: 'account', monthlySummary: 'month', loan: 'loan', inquiry: 'inquiry', repayment: 'repayment',
  dispute: 'dispute', statement: 'statement',
}; // prettier-ignore
