import type { ConsentParts } from '../app/consent/consent-parts';
import type { OpenRelease, ReportDoor } from '../app/credit/release-report';
import type { Institution, InstitutionRegister } from '../app/ports';
import type { FieldCatalogue } from '../core/credit/field-catalogue';
import type { Actor } from '../core/identity/actor';
import type { ReportPlan } from './plan';

/** The use cases that resolvers may call; nothing else reaches data. */
export interface GatewayApp {
  readonly door: ReportDoor;
  readonly consents: ConsentParts;
  readonly institutions: InstitutionRegister;
  readonly catalogue: FieldCatalogue;
}

/**
 * What resolvers, guards, recorder and route tell each other about one request. Apollo copies the context, so this one
 * object in it is what they share.
 */
export interface Gate {
  /** What the operation asks of a report; null while none is open. */
  plan: ReportPlan | null;
  release: OpenRelease | null;
  /** The first fault anywhere in the door: with one, nothing leaves. */
  fault: unknown;
  /** How many values of each field were allowed to leave, by catalogue id. */
  seen: Map<number, number>;
  /** The whole response body that was recorded; nothing else with data of a report may be sent. */
  approved: string | null;
}

export interface RequestContext {
  readonly actor: Actor;
  readonly traceId: string;
  readonly app: GatewayApp;
  readonly gate: Gate;
  /** Institutions by id, each looked up once a request. */
  readonly parties: Map<string, Promise<Institution>>;
  /** For causes that the caller must not see. */
  readonly logFault: (cause: unknown) => void;
}

export function createGate(): Gate {
  return { plan: null, release: null, fault: null, seen: new Map(), approved: null };
}

/** Forgets an answer whose consents moved, before the operation is executed again. */
export function resetGate(gate: Gate): void {
  Object.assign(gate, createGate());
}
