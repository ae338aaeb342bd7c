import { type ConsentAction, decodeEntry, ENTRY_VERSION, type InstitutionEntry, type LedgerEntry } from './entry';
import { LedgerFault } from './ledger-fault';

/** What the order of a ledger's entries depends on, and no more: so that little is handed on where others hash and parse. */
export type EntryFacts = ReportFacts | ConsentFacts | InstitutionFacts | ErasureFacts | RequestFacts | AccessFacts;

export interface ReportFacts {
  readonly type: 'D' | 'P';
  readonly at: number;
  readonly subject: string;
  readonly set: number;
  /** Whose consents were decided on: of a preview the recipient that was looked through. */
  readonly recipient: string;
  readonly purpose: string;
  /** As `arrangement:version`. */
  readonly consents: readonly string[];
  /** May one of them be only supposed? */
  readonly supposes: boolean;
  /** Whose records left; `-` where no platform is known. */
  readonly platforms: readonly string[];
}
export interface ConsentFacts {
  readonly type: 'C';
  readonly at: number;
  readonly subject: string;
  readonly set: number;
  readonly recipient: string;
  readonly purpose: string;
  readonly action: ConsentAction;
  readonly consent: string;
  readonly from: number;
  readonly to: number;
  /** The platform that acted itself. */
  readonly platform: string | null;
}
export interface InstitutionFacts {
  readonly type: 'K';
  readonly at: number;
  readonly action: InstitutionEntry['action'];
  readonly institution: string;
  readonly version: number;
}
export interface ErasureFacts {
  readonly type: 'K';
  readonly at: number;
  readonly action: 'borrower-erased';
}
/** What an auditor read. */
export interface AccessFacts {
  readonly type: 'A';
  readonly at: number;
  /** Greatest index of a disclosure that was shown; null: none was. */
  readonly last: number | null;
}
export interface RequestFacts {
  readonly type: 'R';
  readonly at: number;
}

const CONSENT_ACTIONS: ReadonlySet<unknown> = new Set<ConsentAction>(['grant', 'amend', 'pause', 'resume', 'revoke', 'expire']);
const INSTITUTION_ACTIONS: ReadonlySet<unknown> = new Set<InstitutionEntry['action']>([
  'institution-suspended',
  'institution-restored',
  'institution-closed',
]);
const RELIED_ON = /^[^:]+:[1-9][0-9]*$/;
/** `platform/PRODUCT`, `platform/-` or `-/-`. */
const PLACE = /^[^/]+\/[^/]+$/;

const HEAD = ['v', 'type', 'ledger', 'gateway', 'at', 'nonce'];
const ACT = [...HEAD, 'actor', 'role', 'jti', 'subject', 'recipient', 'purpose'];
const REPORT = [
  ...HEAD, 'report', 'actor', 'jti', 'subject', 'purpose', 'op', 'schema', 'set', 'asof', 'consents', 'released', 'refused', 'empty',
  'rows', 'months', 'commit',
]; // prettier-ignore
/** All members that entries of a type may have: an entry of one type does not pass for one of which less is asked. */
const MEMBERS: Readonly<Record<LedgerEntry['type'], ReadonlySet<string>>> = {
  D: new Set(REPORT),
  P: new Set([...REPORT, 'role', 'recipient', 'hypothetical']),
  C: new Set([...ACT, 'action', 'consent', 'from', 'to', 'document', 'evidence', 'set']),
  R: new Set([...ACT, 'action', 'request', 'document']),
  K: new Set([...HEAD, 'action', 'institution', 'version']),
  A: new Set([...HEAD, 'actor', 'jti', 'op', 'fields', 'rows', 'first', 'last']),
};

type Members = Readonly<Record<string, unknown>>;

/** @throws LedgerFault on bytes that the gateway would not have written into this ledger. */
export function readFacts(index: number, body: Buffer, origin: string): EntryFacts {
  const entry = decodeEntry(body);
  const refuse = (reason: string): never => {
    throw new LedgerFault(index, reason);
  };
  if (entry === null) return refuse('it is not written in the canonical form');
  const { v, type, nonce } = entry;
  if (v !== ENTRY_VERSION || !isType(type)) return refuse('it is of an unknown version or type');
  const foreign = Object.keys(entry).find((name) => !MEMBERS[type].has(name));
  if (foreign !== undefined) return refuse(`it has a member that no entry of its type has: ${foreign}`);
  if (!isWord(nonce)) return refuse('it has no nonce');
  if (!Number.isSafeInteger(entry['at'])) return refuse('it has no instant');
  if (entry['ledger'] !== origin) return refuse(`it is of the ledger ${String(entry['ledger'])}`);
  switch (type) {
    case 'D':
    case 'P':
      return reportFacts(entry) ?? refuse('it does not say whose consents, which of them and what it released');
    case 'C':
      return consentFacts(entry) ?? refuse('it does not say which consent of whom became what');
    case 'K':
      return controlFacts(entry) ?? refuse('it does not say what became of which institution');
    case 'A':
      return accessFacts(entry) ?? refuse('it does not say what was read');
    case 'R':
      return requestFacts(entry) ?? refuse('it does not say who asked whom for what');
  }
}

function isType(type: unknown): type is LedgerEntry['type'] {
  return typeof type === 'string' && Object.hasOwn(MEMBERS, type);
}

function reportFacts(entry: Members): ReportFacts | null {
  const { type, at, subject, set, actor, purpose, consents, released, refused = {}, empty = {}, hypothetical } = entry;
  const recipient = type === 'D' ? actor : entry['recipient'];
  const isSound =
    areTexts(subject, recipient, purpose) &&
    [entry['report'], entry['commit']].every(isWord) &&
    Number.isSafeInteger(set) &&
    areReliedOn(consents) &&
    [released, refused, empty].every(areFields);
  if (!isSound || !isObject(released)) return null;
  const platforms = [...new Set(Object.keys(released).map((place) => place.slice(0, place.lastIndexOf('/'))))];
  return {
    type,
    at,
    subject,
    set,
    recipient,
    purpose,
    consents,
    supposes: type === 'P' && hypothetical !== undefined,
    platforms,
  } as ReportFacts; // as was looked at
}

function consentFacts(entry: Members): ConsentFacts | null {
  const { at, subject, set, recipient, purpose, action, consent, from, to, role, actor } = entry;
  const isSound =
    areTexts(subject, recipient, purpose, consent, actor) &&
    [set, from, to].every(Number.isSafeInteger) &&
    CONSENT_ACTIONS.has(action);
  const platform = role === 'PLATFORM' ? actor : null;
  return isSound
    ? ({ type: 'C', at, subject, set, recipient, purpose, action, consent, from, to, platform } as ConsentFacts)
    : null; // as was looked at
}

function controlFacts(entry: Members): InstitutionFacts | ErasureFacts | null {
  const { at, action, institution, version } = entry;
  if (action === 'borrower-erased') {
    const namesNobody = ['institution', 'version'].every((name) => !(name in entry));
    return namesNobody ? ({ type: 'K', at, action } as ErasureFacts) : null; // as was looked at
  }
  const isSound = INSTITUTION_ACTIONS.has(action) && areTexts(institution) && Number.isSafeInteger(version);
  return isSound ? ({ type: 'K', at, action, institution, version } as InstitutionFacts) : null; // as was looked at
}

function requestFacts(entry: Members): RequestFacts | null {
  const { at, action, request, subject, recipient, purpose } = entry;
  const isSound = (action === 'request' || action === 'reject') && areTexts(request, subject, recipient, purpose);
  return isSound ? ({ type: 'R', at } as RequestFacts) : null; // as was looked at
}

function accessFacts(entry: Members): AccessFacts | null {
  const { at, actor, fields, rows, first, last } = entry;
  const isSound = areTexts(actor) && Array.isArray(fields) && fields.length > 0 && isCount(rows);
  if (!isSound) return null;
  if (first === undefined && last === undefined) return { type: 'A', at, last: null } as AccessFacts; // as was looked at
  const isRange = isCount(first) && isCount(last) && first <= last && rows > 0;
  return isRange ? ({ type: 'A', at, last } as AccessFacts) : null; // as was looked at
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** Under each place the ids of fields, once each and ascending; no place without one. */
function areFields(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(
    ([place, ids]: [string, unknown]) =>
      PLACE.test(place) &&
      Array.isArray(ids) &&
      ids.length > 0 &&
      ids.every((id, at) => Number.isSafeInteger(id) && (id as number) > ((ids[at - 1] as number | undefined) ?? 0)),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each once, in ascending order. */
function areReliedOn(consents: unknown): boolean {
  if (!Array.isArray(consents)) return false;
  return consents.every(
    (one, at) => typeof one === 'string' && RELIED_ON.test(one) && (at === 0 || (consents[at - 1] as string) < one),
  );
}
