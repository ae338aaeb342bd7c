import type { ConsentParts } from '../app/consent/consent-parts';
import type { LedgerArchive } from '../app/ledger-ports';
import type { OpenRelease, ReportDoor } from '../app/credit/release-report';
import type { AccessParts } from '../app/ledger/record-access';
import type { Institution, InstitutionRegister } from '../app/ports';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import type { Actor } from '../core/identity/actor';
import type { ReportPlan } from './plan';
import type { ExecutedAnswer } from './write-report';

/** How many of each catalogue id; a hole is none. */
export type Counts = number[];

/** The use cases that resolvers may call; nothing else reaches data. */
export interface GatewayApp {
  readonly door: ReportDoor;
  readonly consents: ConsentParts;
  readonly archive: LedgerArchive;
  readonly institutions: InstitutionRegister;
  readonly catalogue: FieldCatalogue;
  /** Where an auditor's reading is written down. */
  readonly accesses: AccessParts;
}

/** What an auditor's operation shows, noted where it is put in the schema's words. */
export interface Shown {
  rows: number;
  /** Places in the ledger of the disclosures among them. */
  readonly indices: number[];
}

/**
 * What resolvers, guards, recorder and route tell each other about one request. Apollo copies the context, so this one
 * object in it is what they share.
 */
export interface Gate {
  /** What the operation asks of a report; null while none is open. */
  plan: ReportPlan | null;
  release: OpenRelease | null;
  /** Was a release handed over to be recorded? */
  closing: boolean;
  /** The first fault anywhere in the door: with one, nothing leaves. */
  fault: unknown;
  /** The executed report as text, where it was written straight from the projection. */
  written: ExecutedAnswer | null;
  /** How many values of each field were allowed to leave, by catalogue id. */
  seen: Counts;
  /** The whole response body that was recorded; nothing else with data of a report may be sent. */
  approved: string | null;
}

export interface RequestContext {
  readonly actor: Actor;
  readonly traceId: string;
  readonly app: GatewayApp;
  readonly gate: Gate;
  readonly shown: Shown;
  /** Institutions by id, each looked up once a request. */
  readonly parties: Map<string, Promise<Institution>>;
  /** For causes that the caller must not see. */
  readonly logFault: (cause: unknown) => void;
}

export function createGate(): Gate {
  return { plan: null, release: null, closing: false, fault: null, written: null, seen: [], approved: null };
}

/** Forgets an answer whose consents moved, before the operation is executed again. */
export function resetGate(gate: Gate): void {
  Object.assign(gate, createGate());
}
