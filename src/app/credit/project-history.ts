import type { FieldEntry } from '../../core/credit/field-catalogue';
import type { RecordGroup, RecordRow } from '../ports';
import type { ProjectTools } from './project-loans';
import { held, newestFirst, placesIn, projectedOf, shownValues, toDays, valueOf } from './projected-fields';
import { disputesOfInquiry, targetOf } from './project-disputes';
import { originIn, type ReleasedGroup } from './record-groups';
import { type ReleasedAccount, type ReleasedRecord, type TalliedOrigin, withProvenance } from './released-report';

/** A list of the report itself, and the platforms whose records stand in it. */
export interface ReportList {
  /** null: nothing to list. */
  readonly items: readonly ReleasedRecord[] | null;
  readonly origins: readonly TalliedOrigin[];
}

interface Listed {
  readonly name: string;
  readonly group: ReleasedGroup;
  readonly values: Record<string, unknown>;
  readonly origins: Map<FieldEntry, readonly TalliedOrigin[]>;
}

/**
 * Who asked about the borrower. A look-up through this gateway is an inquiry beside the records of every platform that it
 * showed: it is listed once, each field by the first platform that may show it.
 */
export function projectInquiries(
  rows: readonly RecordRow[],
  disputes: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  reads: readonly RecordGroup[],
  tools: ProjectTools,
): ReportList & { readonly ids: ReadonlySet<string> } {
  if (rows.length === 0) return NO_INQUIRIES;
  const list = tools.catalogue.find('CreditReport.inquiries');
  const shown = groups.map((group, at) => {
    const segments = reads[at]?.segments ?? [];
    const days = segments.map(toDays);
    const listed = placesIn(days, (list && group.cells.get(list)?.days) ?? []);
    return { days, listed, fields: projectedOf(group, 'inquiry', 0, segments) };
  });
  const found = new Map<string, Listed & { readonly inquiryId: Buffer }>();
  for (const row of rows) {
    const [group, of] = [held(groups[row.group], 'its group'), held(shown[row.group], 'its fields')];
    const { segment = 0 } = row.key;
    const [recordId, days] = [held(row.key.recordId, 'its name'), held(of.days[segment], 'its segment')];
    if (!of.listed.has(segment)) continue;
    const name = tools.keys.pairwiseRef(tools.recipientId, tools.purpose, recordId);
    const item = found.get(name) ?? {
      name,
      group,
      inquiryId: recordId,
      values: {},
      origins: new Map<FieldEntry, readonly TalliedOrigin[]>(),
    };
    found.set(name, item);
    const values = shownValues(of.fields, row, group);
    for (const { entry, name: field } of of.fields) {
      if (!(field in values) || item.origins.has(entry)) continue;
      item.values[field] = values[field];
      item.origins.set(entry, [originIn(group, days)]);
    }
  }
  for (const { inquiryId, values } of found.values())
    values['disputes'] = disputesOfInquiry(disputes, values as ReleasedRecord, inquiryId, tools.catalogue); // provenance follows
  const ids = new Set([...found.values()].map(({ inquiryId }) => inquiryId.toString('hex')));
  return { ...toList([...found.values()], 'inquiredOn'), ids };
}

const NO_INQUIRIES = { items: null, origins: [], ids: new Set<string>() };

/**
 * What the borrower and others state. One about an item travels with it: it is shown exactly where the item is, so that it
 * never tells of a withheld one.
 */
export function projectStatements(
  rows: readonly RecordRow[],
  groups: readonly ReleasedGroup[],
  accounts: readonly ReleasedAccount[],
  inquiryIds: ReadonlySet<string>,
  tools: ProjectTools,
): ReportList {
  const list = tools.catalogue.find('CreditReport.statements');
  const items = rows.flatMap((row): Listed[] => {
    const group = held(groups[row.group], 'its group');
    if (!list || !group.cells.has(list)) return [];
    const entity = row.values['target_entity'];
    if (entity !== null && entity !== 'borrower' && !isTargetShown(row, accounts, inquiryIds)) return [];
    const fields = projectedOf(group, 'statement', 0);
    return [
      {
        name: tools.keys.pairwiseRef(tools.recipientId, tools.purpose, held(row.key.recordId, 'its name')),
        group,
        values: Object.fromEntries(fields.map((field) => [field.name, valueOf(field, row, group)])),
        origins: new Map(fields.map(({ entry }) => [entry, [originIn(group, null)]])),
      },
    ];
  });
  return toList(items, 'madeOn');
}

/** Does what a record is about stand in the report: an inquiry in its list, an account, month, loan or repayment with a value? */
function isTargetShown(row: RecordRow, accounts: readonly ReleasedAccount[], inquiryIds: ReadonlySet<string>): boolean {
  const inquiryId = row.values['inquiry_id'] as Buffer | null | undefined;
  if (inquiryId) return inquiryIds.has(inquiryId.toString('hex'));
  const item = targetOf(row.key, accounts);
  // A month that was read for an indicator has its name and nothing else: it is not listed, and nothing tells of it.
  return item !== null && Object.entries(item).some(([name, value]) => name !== 'month' && value !== null && value !== undefined);
}

function toList(listed: readonly Listed[], day: string): ReportList {
  const names = new Map(
    listed.map(({ name, values, origins }) => [withProvenance(values, (entry) => origins.get(entry) ?? []), name]),
  );
  const items = names.size > 0 ? newestFirst([...names.keys()], [day], (record) => names.get(record) ?? '') : null;
  return { items, origins: [...new Set(listed.map(({ group }) => group))].map((group) => originIn(group, null)) };
}
