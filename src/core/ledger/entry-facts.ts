import { type ConsentAction, decodeEntry, ENTRY_VERSION, type InstitutionEntry } from './entry';
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

type Members = Readonly<Record<string, unknown>>;

/** @throws LedgerFault on bytes that the gateway would not have written into this ledger. */
export function readFacts(index: number, body: Buffer, origin: string): EntryFacts {
  const entry = decodeEntry(body);
  const refuse = (reason: string): never => {
    throw new LedgerFault(index, reason);
  };
  if (entry === null) return refuse('it is not written in the canonical form');
  if (entry['v'] !== ENTRY_VERSION) return refuse('it is of an unknown version or type');
  if (!Number.isSafeInteger(entry['at'])) return refuse('it has no instant');
  if (entry['ledger'] !== origin) return refuse(`it is of the ledger ${String(entry['ledger'])}`);
  switch (entry['type']) {
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
      return { type: 'R', at: entry['at'] as number };
    default:
      return refuse('it is of an unknown version or type');
  }
}

function reportFacts(entry: Members): ReportFacts | null {
  const { type, at, subject, set, actor, purpose, consents, released, hypothetical } = entry;
  const recipient = type === 'D' ? actor : entry['recipient'];
  const isSound =
    areTexts(subject, recipient, purpose) && Number.isSafeInteger(set) && areReliedOn(consents) && isObject(released);
  if (!isSound) return null;
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
    const namesNobody = ['subject', 'institution', 'version'].every((name) => !(name in entry));
    return namesNobody ? ({ type: 'K', at, action } as ErasureFacts) : null; // as was looked at
  }
  const isSound = INSTITUTION_ACTIONS.has(action) && areTexts(institution) && Number.isSafeInteger(version);
  return isSound ? ({ type: 'K', at, action, institution, version } as InstitutionFacts) : null; // as was looked at
}

/** It names no person: a disclosure does not pass for one. */
function accessFacts(entry: Members): AccessFacts | null {
  const { at, actor, fields, rows, first, last } = entry;
  const isSound = areTexts(actor) && Array.isArray(fields) && fields.length > 0 && isCount(rows) && !('subject' in entry);
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
