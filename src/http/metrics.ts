import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Figures for Prometheus. Labels come from closed lists: no party, person, document or value is ever one. */
export interface Metrics {
  readonly contentType: string;
  answered(route: string, status: number, seconds: number): void;
  /** A consent was met that does not match its hash. */
  tamperedConsent(): void;
  text(): Promise<string>;
}

/** @param ledgerLoad - Share of the ledger's queue that is taken, 0 to 1. */
export function createMetrics(ledgerLoad: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answered = new Histogram({
    name: 'gateway_request_seconds',
    help: 'Time from the request line to the last byte of the answer.',
    labelNames: ['route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'gateway_ledger_queue_load',
    help: 'Share of the ledger queue that is taken.',
    registers: [registry],
    collect() {
      this.set(ledgerLoad());
    },
  });
  const tampered = new Counter({
    name: 'gateway_tampered_consents_total',
    help: 'Look-ups that met a stored consent which does not match its hash.',
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    answered: (route, status, seconds) => answered.observe({ route, status }, seconds),
    tamperedConsent: () => tampered.inc(),
    text: () => registry.metrics(),
  };
}
