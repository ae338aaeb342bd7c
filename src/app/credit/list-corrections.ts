import { affectedFields } from '../../core/credit/affected-fields';
import { type EpochMs, type LocalDate, monthOf } from '../../core/credit/calendar';
import { type Product, PRODUCTS } from '../../core/credit/codes';
import { FIELD_CATALOGUE, type FieldEntry, type RecordKind } from '../../core/credit/field-catalogue';
import { FURNISHED_FIELDS, type FieldSpecification } from '../../core/credit/furnished-fields';
import { changedFields, SERVED_BY_LOANS, type ServedRevision, servedDuring } from '../../core/credit/served-revision';
import { GatewayError } from '../../core/errors';
import type { InstitutionRegister } from '../ports';
import type { CorrectedBorrower, DisclosedReport, RecordHistory, RevisionReader } from '../record-ports';

/** A transaction that corrects a record may commit so long after the instant that it writes down: until then all read the old one. */
export const COMMIT_MARGIN_MS = 60_000;

export interface CorrectionParts {
  readonly institutions: InstitutionRegister;
  readonly revisions: RevisionReader;
}
/** A superseded revision: names of what changed, never values. */
export interface Correction {
  readonly entity: string;
  /** The platform's own key. */
  readonly naturalKey: string;
  readonly revision: number;
  readonly correctedAtMs: EpochMs;
  /** Day that the old content describes, and the new: where they are equal the platform takes back what it said. */
  readonly asOf: readonly [before: LocalDate, after: LocalDate];
  readonly fields: readonly string[];
}
/** A correction, and a disclosure that may have shown what it corrects. */
export interface ShownCorrection {
  readonly correction: Correction;
  readonly disclosure: DisclosedReport;
  /** Coordinates that left and may have another value now. */
  readonly shown: readonly string[];
}
export interface CorrectionCounts {
  readonly corrections: number;
  /** Of those: shown to somebody. */
  readonly disclosed: number;
  /** Disclosures to correct, by recipient. */
  readonly byRecipient: ReadonlyMap<string, number>;
  /** Borrowers whose key was destroyed. */
  readonly erased: number;
}

/**
 * The worklist of correction notices (credit-record.md, section 13, 6): for each revision of a platform's records that was
 * superseded since an instant, the disclosures that released an affected field of that platform and product while it was
 * served. What cannot be told from the ledger is listed; nothing is listed for other platforms' records.
 *
 * @throws GatewayError NOT_FOUND if the platform is not registered.
 */
export async function listCorrections(
  { institutions, revisions }: CorrectionParts,
  question: { readonly platformId: string; readonly sinceMs: EpochMs; readonly onShown: (shown: ShownCorrection) => void },
): Promise<CorrectionCounts> {
  const { platformId, sinceMs, onShown } = question;
  if ((await institutions.find(platformId))?.kind !== 'PLATFORM')
    throw new GatewayError('NOT_FOUND', `No platform ${platformId} is registered.`);
  const counts = { corrections: 0, disclosed: 0, erased: 0 };
  const reports = new Map<string, Set<string>>();
  let after: Buffer | null = null;
  do {
    const page = await revisions.corrected(platformId, sinceMs, after);
    for (const borrower of page.borrowers) {
      const found = correctionsOf(borrower, sinceMs);
      counts.corrections += found.length;
      if (borrower.subject === null) counts.erased += 1;
      const disclosures = found.length === 0 || borrower.subject === null ? [] : await revisions.disclosedOf(borrower.subject);
      for (const one of found) {
        const shown = disclosures.flatMap((disclosure) => showing(one, disclosure));
        if (shown.length > 0) counts.disclosed += 1;
        for (const each of shown) {
          const { recipientId, reportId } = each.disclosure;
          reports.set(recipientId, (reports.get(recipientId) ?? new Set()).add(reportId));
          onShown(each);
        }
      }
    }
    after = page.next;
  } while (after !== null);
  return { ...counts, byRecipient: new Map([...reports].map(([recipientId, of]) => [recipientId, of.size])) };
}

interface FoundCorrection {
  readonly history: RecordHistory;
  readonly correction: Correction;
  readonly before: ServedRevision;
  /** Under which the old value was shown; empty for what is of no product. */
  readonly products: ReadonlySet<Product>;
}

function correctionsOf({ histories }: CorrectedBorrower, sinceMs: EpochMs): readonly FoundCorrection[] {
  return histories.flatMap((history) =>
    history.revisions.flatMap((before, index): FoundCorrection[] => {
      const next = history.revisions[index + 1];
      if (!next || before.untilMs === null || before.untilMs < sinceMs) return [];
      const { entity, naturalKey } = history;
      const correction = {
        entity,
        naturalKey,
        revision: before.revision,
        correctedAtMs: before.untilMs,
        asOf: [before.asOf, next.asOf] as const,
        fields: changedFields(before, next),
      };
      return [{ history, correction, before, products: productsDuring(history, before, histories) }];
    }),
  );
}

/** Products of the record's account while the revision was served; the account may have been corrected itself. */
function productsDuring(
  { accountKey, product }: RecordHistory,
  { fromMs, untilMs }: ServedRevision,
  histories: readonly RecordHistory[],
): ReadonlySet<Product> {
  if (product === null) return new Set();
  const account = histories.find((one) => one.entity === 'account' && one.accountKey === accountKey);
  if (!account) return new Set([product]);
  const names = servedDuring(account.revisions, fromMs, untilMs).map(({ values }) => values['product']);
  return new Set(PRODUCTS.filter((one) => names.includes(one)));
}

const RECORD_KINDS: Readonly<Record<string, RecordKind>> = {
  borrower: 'customer',
  account: 'account',
  monthlySummary: 'month',
  loan: 'loan',
  repayment: 'repayment',
  inquiry: 'inquiry',
  statement: 'statement',
};

/** Nothing where the disclosure cannot have shown the revision. */
function showing(
  { history, correction, before, products }: FoundCorrection,
  disclosure: DisclosedReport,
): readonly ShownCorrection[] {
  if (disclosure.decidedAtMs >= correction.correctedAtMs + COMMIT_MARGIN_MS) return [];
  if (before.fromMs !== null && disclosure.appendedAtMs < before.fromMs) return [];
  const { platformId } = history;
  const places = ['-', ...products].map((product) => `${platformId}/${product}`);
  const left = new Set(places.flatMap((place) => disclosure.released[place] ?? []));
  const shown = [...affectedBy(history.entity, correction.fields)]
    .filter((entry) => left.has(entry.id) && mayHold(entry, history, disclosure))
    .map(({ coordinate }) => coordinate)
    .sort();
  return shown.length > 0 ? [{ correction, disclosure, shown }] : [];
}

/** Disputes are shown beside fields and are none themselves. */
function affectedBy(entity: string, fields: readonly string[]): ReadonlySet<FieldEntry> {
  const kind = RECORD_KINDS[entity];
  const specifications: Readonly<Record<string, FieldSpecification>> = FURNISHED_FIELDS;
  const byLoans: Readonly<Record<string, { readonly column: string }>> = SERVED_BY_LOANS;
  const columns = fields.flatMap((name) => specifications[entity]?.[name]?.column ?? byLoans[name]?.column ?? []);
  return kind ? affectedFields(kind, columns, FIELD_CATALOGUE) : new Set();
}

/**
 * Can this field of the disclosure include the month? None lies after the month of the platform's as-of date, and an
 * indicator reads the completed months of its window alone. How far back the consents reached is not looked up.
 */
function mayHold({ source }: FieldEntry, { month, platformId }: RecordHistory, { asOf }: DisclosedReport): boolean {
  const asOfDay = asOf[platformId];
  if (month === null || asOfDay === undefined) return true;
  const age = monthOf(asOfDay) - month;
  return source.kind === 'indicator' && source.windowMonths > 0 ? age >= 1 && age <= source.windowMonths : age >= 0;
}
