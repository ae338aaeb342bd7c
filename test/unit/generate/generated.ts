import { toMonthIndex } from '../../../src/core/credit/calendar';
import { borrowerRecords, type GenerateSettings } from '../../../src/generate/borrower-records';

export const UNTIL = '2026-01';
export const AS_OF = '2026-01-31';

/** One generated line, as it would be read back. */
export type Raw = Readonly<Record<string, unknown>> & { readonly entity: string };

/** Records of the first `borrowers`, each through JSON and back. */
export function generated(borrowers: number, more: Partial<GenerateSettings> = {}): readonly Raw[] {
  const records: Raw[] = [];
  const emit = borrowerRecords({ seed: 1, months: 24, until: toMonthIndex(UNTIL), detail: 'FULL', ...more });
  for (let index = 0; index < borrowers; index += 1)
    emit(index, (entity, fields) => void records.push(JSON.parse(JSON.stringify({ entity, asOf: AS_OF, ...fields })) as Raw));
  return records;
}

export const ofEntity = (records: readonly Raw[], entity: string): readonly Raw[] =>
  records.filter((raw) => raw.entity === entity);

export function groupBy(records: readonly Raw[], field: string): ReadonlyMap<string, readonly Raw[]> {
  const groups = new Map<string, Raw[]>();
  for (const raw of records) {
    const key = String(raw[field]);
    const group = groups.get(key);
    if (group) group.push(raw);
    else groups.set(key, [raw]);
  }
  return groups;
}
