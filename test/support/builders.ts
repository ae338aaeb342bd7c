import type {
  Arrangement,
  ConsentStatusReason,
  ConsentTerms,
  ConsentUse,
  Scope,
  ScopeEffect,
  StoredConsentStatus,
} from '../../src/core/consent/consent';
import { DATA_CLUSTERS, type DataCluster } from '../../src/core/consent/data-cluster';
import { decide } from '../../src/core/consent/decide';
import type { CellVerdict, ConsentSnapshot } from '../../src/core/consent/decision';
import { DAY_MS, type EpochMs, toEpochDay } from '../../src/core/credit/calendar';
import type { Product } from '../../src/core/credit/codes';
import { FIELD_CATALOGUE, type FieldCatalogue, type FieldEntry } from '../../src/core/credit/field-catalogue';

/** The world of the consent matrix (consent.md, section 7): Li, one platform, one bank, all times in Shanghai. */
export const NOW_MS = at('2026-04-15T10:00:00.000');
export const AS_OF = toEpochDay('2026-04-15');
export const PLATFORM = 'platform-1';
export const OTHER_PLATFORM = 'platform-2';
export const BANK_A = 'bank-a';
export const BANK_B = 'bank-b';
export const CENTRE = 'centre';

/** An instant written as local time in Shanghai, or in UTC with a Z. */
export function at(text: string): EpochMs {
  const ms = Date.parse(text.endsWith('Z') ? text : `${text}+08:00`);
  if (Number.isNaN(ms)) throw new Error(`not an instant: ${text}`);
  return ms;
}

/** A catalogue entry by its coordinate, or by its last part where that is unique. */
export function fieldOf(name: string, catalogue: FieldCatalogue = FIELD_CATALOGUE): FieldEntry {
  const [found, ...others] = catalogue.entries.filter(({ coordinate }) => coordinate === name || coordinate.endsWith(`.${name}`));
  if (!found || others.length > 0) throw new Error(`${name} names ${String(others.length + (found ? 1 : 0))} fields`);
  return found;
}

export function fieldsOf(names: string, catalogue: FieldCatalogue = FIELD_CATALOGUE): FieldEntry[] {
  return names.split(' ').map((name) => fieldOf(name, catalogue));
}

export interface ScopeDraft extends Partial<Scope> {
  /** Names the field; overrides `fieldId`. */
  readonly field?: string;
  readonly catalogue?: FieldCatalogue;
}

/** A PERMIT of loanCount for JIEBEI, unless told otherwise. */
export function aScope({ field = 'loanCount', catalogue = FIELD_CATALOGUE, ...scope }: ScopeDraft = {}): Scope {
  return { fieldId: fieldOf(field, catalogue).id, product: 'JIEBEI', effect: 'PERMIT', via: null, ...scope };
}

const PRODUCT_MARKS: Readonly<Record<string, Product | null>> = { '': 'JIEBEI', J: 'JIEBEI', H: 'HUABEI', O: 'OTHER', '*': null };

/** One word of the notation of `scopesOf`. */
export interface ScopeWord {
  /** Of a field, or of a cluster. */
  readonly name: string;
  readonly product: Product | null;
  readonly effect: ScopeEffect;
}

/** Scopes as they are written, before any cluster is expanded. */
export function scopeWordsOf(notation: string): ScopeWord[] {
  return notation
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [, mark = '', sign, name = ''] = /^([JHO*]?)([+-])([\w.]+)$/.exec(word) ?? [];
      if (sign === undefined) throw new Error(`not a scope: ${word}`);
      return { name, product: PRODUCT_MARKS[mark] ?? null, effect: sign === '+' ? 'PERMIT' : 'DENY' };
    });
}

/**
 * Scopes in the notation of the matrix: `+x` PERMIT, `-x` DENY, `H+x` for Huabei, `*+x` for every product. A cluster's
 * name stands for its fields, as granting expands it.
 */
export function scopesOf(notation: string, catalogue: FieldCatalogue = FIELD_CATALOGUE): Scope[] {
  return scopeWordsOf(notation).flatMap(({ name, product, effect }) => {
    const via = DATA_CLUSTERS.find((cluster) => cluster === name);
    if (!via) return [aScope({ field: name, catalogue, product, effect })];
    return catalogue.fieldsOf(via).map(({ id }): Scope => ({ fieldId: id, product, effect, via }));
  });
}

/** Permits of all the fields that a cluster holds, as granting expands them. */
export function clusterScopes(cluster: DataCluster, product: Product | null = 'JIEBEI'): Scope[] {
  return FIELD_CATALOGUE.fieldsOf(cluster).map(({ id }) => ({ fieldId: id, product, effect: 'PERMIT', via: cluster }));
}

/** A version of a consent with the matrix's defaults. */
export function aConsent(terms: Partial<ConsentTerms> = {}): ConsentTerms {
  return {
    arrangementId: 'a',
    version: 1,
    platformId: PLATFORM,
    recipientId: BANK_A,
    purpose: 'MORTGAGE_ORIGINATION',
    scopes: [aScope()],
    catalogueVersion: 1,
    validFromMs: at('2026-03-01T00:00:00.000'),
    validUntilMs: at('2026-06-01T00:00:00.000'),
    accessMode: 'RECURRING',
    frequency: null,
    dataFrom: null,
    dataUntil: null,
    dataLifeDays: null,
    absencePolicy: 'UNIFORM',
    legalBasis: 'WRITTEN_CONSENT_QUERY',
    evidence: null,
    grantedBy: { role: 'BORROWER', partyId: PLATFORM },
    grantedAtMs: at('2026-02-20T09:00:00.000'),
    previousHash: null,
    ...terms,
  };
}

export interface ArrangementDraft extends Partial<Omit<ConsentTerms, 'scopes' | 'arrangementId'>> {
  readonly id?: string;
  /** As scopes, or in the notation of `scopesOf`. */
  readonly scopes?: string | readonly Scope[];
  readonly status?: StoredConsentStatus;
  readonly statusReason?: ConsentStatusReason;
  readonly statusAtMs?: EpochMs;
  readonly createdAtMs?: EpochMs;
  readonly use?: ConsentUse | null;
  readonly chargedAtMs?: EpochMs | null;
  readonly tampered?: boolean;
  readonly catalogue?: FieldCatalogue;
}

/** An arrangement with its current version; ACTIVE since it was granted, unless told otherwise. */
export function anArrangement(draft: ArrangementDraft = {}): Arrangement {
  const { id = 'a', scopes = '+loanCount', status = 'ACTIVE', statusReason, statusAtMs, createdAtMs, ...more } = draft;
  const { use, chargedAtMs, tampered = false, catalogue, ...rest } = more;
  const terms = aConsent({
    ...rest,
    arrangementId: id,
    scopes: typeof scopes === 'string' ? scopesOf(scopes, catalogue) : scopes,
  });
  return {
    arrangementId: id,
    platformId: terms.platformId,
    recipientId: terms.recipientId,
    purpose: terms.purpose,
    version: terms.version,
    status,
    statusReason: statusReason ?? null,
    statusAtMs: statusAtMs ?? terms.grantedAtMs,
    createdAtMs: createdAtMs ?? terms.grantedAtMs,
    terms,
    tampered,
    use: use ?? null,
    chargedAtMs: chargedAtMs ?? null,
  };
}

/**
 * The counters that disclosures under a consent leave behind; null: there were none. Reckoned apart from src/core.
 *
 * @param usesMs - Their instants, ascending.
 * @param onceUsedAtMs - The one among them that used ONE_TIME up; null: none did.
 */
export function useOf(usesMs: readonly EpochMs[], onceUsedAtMs: EpochMs | null = null): ConsentUse | null {
  const newestMs = usesMs.at(-1);
  if (newestMs === undefined) return null;
  const dateOf = (ms: EpochMs): string => new Date(ms + 8 * HOUR_MS).toISOString();
  const dayNumber = (ms: EpochMs): number => Date.parse(`${dateOf(ms).slice(0, 10)}T00:00:00Z`) / DAY_MS;
  const weekNumber = (ms: EpochMs): number => Math.floor((dayNumber(ms) - 4) / 7); // day 4 was the first Monday
  const like = (windowOf: (ms: EpochMs) => unknown): number => usesMs.filter((ms) => windowOf(ms) === windowOf(newestMs)).length;
  return {
    lastDay: dayNumber(newestMs),
    dayUses: like(dayNumber),
    weekUses: like(weekNumber),
    monthUses: like((ms) => dateOf(ms).slice(0, 7)),
    onceUsedAtMs,
  };
}

/**
 * What a decision is made over: of all arrangements of the borrower those of this recipient and purpose, as the consent
 * reader loads them (consent.md, section 6, step 4).
 */
export function aSnapshot(borrowers: readonly Arrangement[], request: Partial<ConsentSnapshot> = {}): ConsentSnapshot {
  const { recipientId = BANK_A, purpose = 'MORTGAGE_ORIGINATION', borrowerKnown = true } = request;
  const loaded = borrowers.filter((one) => one.recipientId === recipientId && one.purpose === purpose);
  return {
    atMs: NOW_MS,
    asOfByPlatform: new Map(loaded.map(({ platformId }) => [platformId, AS_OF])),
    ...request,
    recipientId,
    purpose,
    borrowerKnown,
    arrangements: borrowerKnown ? loaded : [],
  };
}

/** The verdict on one cell; of the first platform, and of JIEBEI where the field is per product. */
export function verdictOn(
  snapshot: ConsentSnapshot,
  entry: FieldEntry,
  product: Product = 'JIEBEI',
  catalogue: FieldCatalogue = FIELD_CATALOGUE,
): CellVerdict {
  const cells = decide(snapshot, catalogue, [entry]).cells.get(entry) ?? [];
  const cell = cells.find((one) => one.product === (entry.perProduct ? product : null)) ?? cells[0];
  if (!cell) throw new Error(`no verdict on ${entry.coordinate}`);
  return cell;
}

/** An indicator-free entry for small catalogues; label and explanation are filled in. */
export function aField(id: number, coordinate: string, marks: Partial<FieldEntry> = {}): FieldEntry {
  return {
    id,
    coordinate,
    since: 1,
    cluster: 'BORROWING_FREQUENCY',
    sensitivity: 'FINANCIAL',
    adverse: false,
    perProduct: true,
    container: false,
    within: null,
    coarser: [],
    requires: [],
    inputs: [],
    source: { kind: 'column', record: 'month', column: coordinate.toLowerCase().replace('.', '_'), sealed: false },
    label: { en: 'Label', zh: '名称' },
    explanation: { en: 'Explanation.', zh: '说明。' },
    ...marks,
  };
}

/** An indicator for small catalogues. */
export function anIndicator(
  id: number,
  coordinate: string,
  windowMonths: number,
  inputs: readonly string[],
  marks: Partial<FieldEntry> = {},
): FieldEntry {
  return aField(id, coordinate, {
    inputs,
    source: { kind: 'indicator', formula: 'as told', formulaVersion: 1, windowMonths },
    ...marks,
  });
}

export const HOUR_MS = DAY_MS / 24;
