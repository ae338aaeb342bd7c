import type { ActorRole } from '../identity/actor';

/** Version of the encoding; a changed byte needs a new one. */
export const ENTRY_VERSION = 1;
/** Within the 65,535 of the tile format; room for every field of a score of platforms. */
export const ENTRY_BYTES_MAX = 32_768;

/** Field ids by `platform/PRODUCT`; `platform/-` for fields that are not per product, `-/-` where no platform is known. */
export type FieldsByProduct = Readonly<Record<string, readonly number[]>>;

/** Binary values are unpadded base64url; instants are milliseconds. */
interface EntryHead {
  readonly v: typeof ENTRY_VERSION;
  readonly ledger: string;
  readonly gateway: string;
  /** Database clock, read after the sequence lock. */
  readonly at: number;
  /** 16 random bytes that hide the leaf. */
  readonly nonce: string;
}

/** What a report shows, whoever it is for: the entry says it in fields and counts, never in values. */
interface ReportContent extends EntryHead {
  readonly report: string;
  readonly actor: string;
  readonly jti: string;
  readonly subject: string;
  readonly purpose: string;
  /** SHA-256 of the operation. */
  readonly op: string;
  /** SHA-256 of schema variant and catalogue. */
  readonly schema: string;
  /** Version of the borrower's consent set at the decision. */
  readonly set: number;
  /** As-of date of each platform that has a consent here, in days since 1970-01-01; in entries since there are previews. */
  readonly asof?: Readonly<Record<string, number>>;
  /** Versions relied on, as `arrangement:version`. */
  readonly consents: readonly string[];
  readonly released: FieldsByProduct;
  readonly refused: FieldsByProduct;
  readonly empty: FieldsByProduct;
  /** Records listed, and how many of them are months. */
  readonly rows: number;
  readonly months: number;
  /** HMAC-SHA-256 over the serialised `data`, under a salt made of the nonce by the borrower's key. */
  readonly commit: string;
}

/** One release or refusal: one entry for each operation and borrower, whatever was released. */
export interface DisclosureEntry extends ReportContent {
  readonly type: 'D';
}

/** What a borrower or a platform was shown of what a recipient would see; never counted as a disclosure. */
export interface PreviewEntry extends ReportContent {
  readonly type: 'P';
  readonly role: string;
  readonly recipient: string;
  /** Hash of the consent that was only supposed; absent: today's consents. */
  readonly hypothetical?: string;
}

/** Who changed what about whom. */
interface ConsentAct extends EntryHead {
  readonly actor: string;
  readonly role: ActorRole;
  readonly jti: string;
  readonly subject: string;
  readonly recipient: string;
  readonly purpose: string;
}

/** A consent transition. */
export interface ConsentChangeEntry extends ConsentAct {
  readonly type: 'C';
  readonly action: ConsentAction;
  readonly consent: string;
  /** Version before (0: none) and after; equal when the transition makes no version. */
  readonly from: number;
  readonly to: number;
  /** Hash of the consent document now in force. */
  readonly document: string;
  readonly evidence?: string;
  /** New version of the borrower's consent set. */
  readonly set: number;
}
export type ConsentAction = 'grant' | 'amend' | 'pause' | 'resume' | 'revoke' | 'expire';

/** A consent request that was asked or rejected; it changes no consent, so it leaves the consent set alone. */
export interface ConsentRequestEntry extends ConsentAct {
  readonly type: 'R';
  readonly action: 'request' | 'reject';
  readonly request: string;
  /** Hash of the bounds asked for. */
  readonly document: string;
}

/** A change that names no borrower. */
export type ControlEntry = InstitutionEntry | ErasureEntry;
export interface InstitutionEntry extends EntryHead {
  readonly type: 'K';
  readonly action: 'institution-suspended' | 'institution-restored' | 'institution-closed';
  readonly institution: string;
  readonly version: number;
}
/** A person's key was destroyed; whose, nobody may tell by it. */
export interface ErasureEntry extends EntryHead {
  readonly type: 'K';
  readonly action: 'borrower-erased';
}

/** What an auditor was shown of consents and disclosures: one entry for each operation. */
export interface AccessEntry extends EntryHead {
  readonly type: 'A';
  readonly actor: string;
  readonly jti: string;
  /** SHA-256 of the operation and its variables. */
  readonly op: string;
  /** What was asked, by its names in the query, ascending. */
  readonly fields: readonly string[];
  /** Consents, requests and disclosures that were shown. */
  readonly rows: number;
  /** Lowest and highest index of the disclosures among them; absent where there is none. */
  readonly first?: number;
  readonly last?: number;
}

export type LedgerEntry = DisclosureEntry | PreviewEntry | ConsentChangeEntry | ConsentRequestEntry | ControlEntry | AccessEntry;

type Unsequenced<E> = E extends LedgerEntry ? Omit<E, 'at' | 'ledger'> : never;
/** An entry before its place in the ledger is known. */
export type EntryDraft = Unsequenced<LedgerEntry>;

/**
 * Canonical bytes of an entry (ledger.md, section 3): JSON with sorted keys, ASCII strings without anything to escape,
 * integers below 2^53.
 *
 * @throws Error on a value outside these bounds, or beyond 32,768 bytes: such an entry must not be written.
 */
export function encodeEntry(entry: LedgerEntry): Buffer {
  const bytes = Buffer.from(spell(entry), 'latin1');
  if (bytes.length > ENTRY_BYTES_MAX) throw new Error(`A ledger entry of ${String(bytes.length)} bytes is too long`);
  return bytes;
}

/** What bytes say that the encoder would write again as they are; null: it would not. */
export function decodeEntry(body: Buffer): Readonly<Record<string, unknown>> | null {
  if (body.length > ENTRY_BYTES_MAX) return null;
  const text = body.toString('latin1');
  try {
    const entry = JSON.parse(text) as Readonly<Record<string, unknown>>; // nothing is read of it before it is spelled again
    return spell(entry) === text ? entry : null;
  } catch {
    return null;
  }
}

/** The alphabet of identifiers, of hexadecimal and of base64url. */
const PLAIN = /^[A-Za-z0-9._:/_-]*$/;

/** Checks and writes in one pass, which is most of what an entry costs its writer and its verifier. */
function spell(value: unknown): string {
  if (typeof value === 'string' && PLAIN.test(value)) return `"${value}"`;
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'object' || value === null) throw new Error('A ledger entry holds only plain text and safe integers');
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += text === '' ? spell(item) : `,${spell(item)}`;
    return `[${text}]`;
  }
  const members = value as Readonly<Record<string, unknown>>; // whatever is an object and no array
  for (const name of inOrder(Object.keys(members))) text += `${text === '' ? '' : ','}${spell(name)}:${spell(members[name])}`;
  return `{${text}}`;
}

/** By code units; what was read from an entry is so already. */
function inOrder(names: string[]): readonly string[] {
  return names.every((name, at) => at === 0 || (names[at - 1] as string) < name) ? names : names.sort(); // one in front of it
}
