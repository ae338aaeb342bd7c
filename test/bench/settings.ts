/** The sizes of a run. They stand here and not in flags, so that figures of two revisions can be compared. */
export interface Sizes {
  readonly mode: 'default' | 'quick';
  readonly borrowers: number;
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const DEFAULT: Sizes = { mode: 'default', borrowers: 20_000, rounds: 7, warmUpMs: 2_000, measureMs: 8_000 };
const QUICK: Sizes = { mode: 'quick', borrowers: 2_000, rounds: 3, warmUpMs: 1_000, measureMs: 3_000 };

export const MONTHS = 12;
export const CONNECTIONS = 32;
export const POOL_SIZE = 10;
/** Requests to each server before the first round, so that compilers and caches of all three are warm. */
export const PREHEAT_REQUESTS = 12_000;

export const BANK = 'bench-bank';
export const PLATFORM = 'bench-platform';
export const PURPOSE = 'MORTGAGE_ORIGINATION';
export const DATA_LIFE_DAYS = 365;

/** (a) no GraphQL; (b) Apollo and type-graphql without rules and record; (e) this gateway with everything on. */
export const VARIANTS = ['a', 'b', 'e'] as const;
export type Variant = (typeof VARIANTS)[number];
export const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  a: 'Fastify, mysql2, JSON.stringify',
  b: 'Apollo, type-graphql, mysql2',
  e: 'gateway, everything on',
};

export interface BenchOptions {
  readonly sizes: Sizes;
  readonly server: string;
  /** Folder for CPU profiles of the measured slices of (b) and (e); null: none. */
  readonly profileFolder: string | null;
}

/** @throws Error that says which flags there are. */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): BenchOptions {
  const unknown = args.filter((arg) => arg !== '--quick' && !/^--profile=.+$/.test(arg));
  if (unknown.length > 0) throw new Error(`Unknown: ${unknown.join(' ')}; there are --quick and --profile=<folder>.`);
  return {
    sizes: args.includes('--quick') ? QUICK : DEFAULT,
    server: readServer(environment),
    profileFolder: args.find((arg) => arg.startsWith('--profile='))?.slice('--profile='.length) ?? null,
  };
}

/** The MariaDB server on which a run makes a schema of its own. */
export function readServer(environment: NodeJS.ProcessEnv): string {
  return (environment['TEST_DATABASE_URL'] ?? 'mysql://root@127.0.0.1:3306').replace(/^mariadb:/, 'mysql:');
}
