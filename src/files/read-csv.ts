import { isForbiddenField } from '../core/credit/forbidden-fields';
import { FURNISHED_FIELDS, type FurnishedEntity } from '../core/credit/furnished-fields';
import {
  entityOfFields,
  type FurnishedLine,
  isFurnishedEntity,
  naturalKeyOf,
  type ParseContext,
  parseFurnishedRecord,
} from '../core/credit/furnished-record';
import { GatewayError } from '../core/errors';
import { readCsvRows } from './csv-rows';

/** One entity per file, told by its columns; a column `entity` may repeat it. List-valued cells hold JSON. */
export async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  context: Omit<ParseContext, 'notation'>,
): AsyncGenerator<FurnishedLine> {
  const header: { entity: FurnishedEntity | null } = { entity: null };
  const checkHeader = (names: readonly string[]): void => {
    header.entity = entityOfHeader(names);
  };
  for await (const { line, cells } of readCsvRows(bytes, checkHeader)) {
    const { entity } = header;
    if (!cells) {
      const message = 'The row has not as many cells as the header, or a quote stands inside a cell.';
      yield { line, entity, key: null, faults: [{ code: 'MALFORMED_LINE', field: null, message }] };
      continue;
    }
    const named = cells['entity'] ?? entity ?? '';
    const key = naturalKeyOf(named, cells);
    if (named !== entity && isFurnishedEntity(named)) {
      const message = 'A CSV file holds one entity only; its columns are those of another.';
      yield { line, entity, key: null, faults: [{ code: 'INCONSISTENT', field: 'entity', message }] };
      continue;
    }
    const parsed = parseFurnishedRecord(named, cells, { ...context, notation: 'TEXT' });
    yield 'record' in parsed ? { line, entity, key, records: [parsed.record] } : { line, entity, key, faults: parsed.faults };
  }
}

/** @throws GatewayError BAD_USER_INPUT naming the column that no record has. */
function entityOfHeader(names: readonly string[]): FurnishedEntity {
  const entity = entityOfFields(new Set(names));
  if (!entity)
    throw new GatewayError(
      'BAD_USER_INPUT',
      'The header tells no entity: it needs customerId, accountNo, or accountNo and month.',
    );
  for (const name of names) {
    if (name === 'entity' || name === 'asOf' || Object.hasOwn(FURNISHED_FIELDS[entity], name)) continue;
    const reason = isForbiddenField(name) ? 'holds data that must never be stored' : `is no field of ${entity}`;
    throw new GatewayError('BAD_USER_INPUT', `The column ${name} ${reason}; remove it from the file.`);
  }
  return entity;
}
