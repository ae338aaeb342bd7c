import type { StatementCounts } from './database';
import { type Slice, percentile } from './load';
import { type Variant, VARIANT_NAMES, VARIANTS } from './settings';

/** What one slice of one server came to. */
export interface Measured {
  readonly round: number;
  readonly requests: number;
  readonly throughput: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosPerRequest: number;
  readonly questionsPerRequest: number;
  readonly selectsPerRequest: number;
  readonly commitsPerRequest: number;
  readonly rssMegabytes: number;
}
export type MeasuredByVariant = Readonly<Record<Variant, readonly Measured[]>>;

export function toMeasured(
  round: number,
  slice: Slice,
  server: { readonly cpuMicros: number; readonly rssBytes: number },
  before: StatementCounts,
  after: StatementCounts,
): Measured {
  const each = (total: number): number => rounded(total / slice.requests);
  return {
    round,
    requests: slice.requests,
    throughput: rounded(slice.requests / slice.seconds),
    p50Ms: rounded(percentile(slice.latenciesMs, 0.5)),
    p95Ms: rounded(percentile(slice.latenciesMs, 0.95)),
    p99Ms: rounded(percentile(slice.latenciesMs, 0.99)),
    cpuMicrosPerRequest: each(server.cpuMicros),
    questionsPerRequest: each(after.questions - before.questions),
    selectsPerRequest: each(after.selects - before.selects),
    commitsPerRequest: each(after.commits - before.commits),
    rssMegabytes: Math.round(server.rssBytes / 1_048_576),
  };
}

/** Median over rounds, with the smallest and the largest. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}
type Figure = Exclude<keyof Measured, 'round'>;
export type Summary = Readonly<Record<Figure, Spread>>;

export function summarise(rounds: readonly Measured[]): Summary {
  const figures = Object.keys(rounds[0] ?? {}).filter((name): name is Figure => name !== 'round');
  return Object.fromEntries(figures.map((name) => [name, spreadOf(rounds.map((round) => round[name]))])) as Summary;
}

export function spreadOf(values: readonly number[]): Spread {
  const ascending = [...values].sort((a, b) => a - b);
  const [low, high] = [ascending[(ascending.length - 1) >> 1] ?? NaN, ascending[ascending.length >> 1] ?? NaN];
  return { median: rounded((low + high) / 2), min: ascending[0] ?? NaN, max: ascending.at(-1) ?? NaN };
}

export function ratiosOf({ b, e }: MeasuredByVariant) {
  return {
    cpuOfGatewayOverApollo: pairedRatio('cpuMicrosPerRequest', e, b),
    throughputOfApolloOverGateway: pairedRatio('throughput', b, e),
  };
}

/** Paired by round, because whatever else the machine did then hit both. */
export function pairedRatio(figure: Figure, over: readonly Measured[], under: readonly Measured[]): Spread {
  return spreadOf(over.map((one, at) => rounded(one[figure] / (under[at]?.[figure] ?? NaN))));
}

export function toTable(byVariant: MeasuredByVariant): string {
  const cells = VARIANTS.map((variant) => {
    const { throughput, p50Ms, p95Ms, p99Ms, cpuMicrosPerRequest, questionsPerRequest } = summarise(byVariant[variant]);
    return [
      `(${variant}) ${VARIANT_NAMES[variant]}`,
      throughput.median.toFixed(0),
      [p50Ms, p95Ms, p99Ms].map(({ median }) => median.toFixed(1)).join(' / '),
      `${cpuMicrosPerRequest.median.toFixed(0)} (${cpuMicrosPerRequest.min.toFixed(0)}-${cpuMicrosPerRequest.max.toFixed(0)})`,
      questionsPerRequest.min.toFixed(1),
    ];
  });
  const rows = [['server', 'req/s', 'p50 / p95 / p99 ms', 'CPU µs/req (spread)', 'SQL/req'], ...cells];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
