import { LedgerFault } from '../../src/core/ledger/ledger-fault';
import { type BundleChecker, checkHere, type OpenChecker, verifyLedger } from '../../src/core/ledger/verify-ledger';
import { bundleCheckers } from '../../src/threads/bundle-pool';
import { Fault, verify } from '../../src/verifier/ledger-verifier';
import { readerOf, readFrom, VERIFIER_KEY } from './published-ledger';
import { SOURCE_WORKER } from './source-worker';

/** A ledger that must not pass, and the entry that every verifier must name; null: they name none; absent: any or none. */
export interface Forgery {
  readonly name: string;
  readonly files: ReadonlyMap<string, Buffer>;
  readonly index?: number | null;
  readonly from?: string;
  readonly key?: string;
}
export type Question = Omit<Forgery, 'name' | 'index'>;
export type Verdict = number | null | 'passed';

/** Every way there is to verify a ledger: in one thread, in several, and the stranger's. */
export function useVerifiers() {
  let pool: BundleChecker;
  beforeAll(() => {
    pool = bundleCheckers(2, SOURCE_WORKER)(0);
  });
  afterAll(() => pool.close());
  const verifiers = {
    core: (question: Question) => coreVerdict(question, checkHere),
    threads: (question: Question) => coreVerdict(question, () => ({ ...pool, close: () => Promise.resolve() })),
    stranger: strangerVerdict,
  };

  /** Those that passed a verifier, or for which it named another entry. */
  async function survivorsOf(forgeries: Iterable<Forgery>): Promise<{ count: number; survivors: string[] }> {
    const survivors: string[] = [];
    let count = 0;
    for (const { name, index, ...question } of forgeries) {
      count += 1;
      for (const [who, verdictOn] of Object.entries(verifiers)) {
        const verdict = await verdictOn(question);
        if (verdict === 'passed' || (index !== undefined && verdict !== index))
          survivors.push(`${name}: ${who} ${String(verdict)}, not ${String(index)}`);
      }
    }
    return { count, survivors };
  }

  return {
    strangerVerdict,
    expectRefused: async (forgeries: readonly Forgery[], count: number): Promise<void> => {
      expect(await survivorsOf(forgeries)).toEqual({ count, survivors: [] });
    },
    expectPassed: async (question: Question): Promise<void> => {
      const verdicts = await Promise.all(Object.values(verifiers).map((verdictOn) => verdictOn(question)));
      expect(verdicts).toEqual(['passed', 'passed', 'passed']);
    },
  };
}

async function coreVerdict({ files, from, key = VERIFIER_KEY }: Question, openChecker: OpenChecker): Promise<Verdict> {
  try {
    await verifyLedger({ reader: readerOf(files), verifierKey: key, openChecker, ...(from !== undefined && { from }) });
    return 'passed';
  } catch (fault) {
    return fault instanceof LedgerFault ? fault.index : nameless(fault);
  }
}

async function strangerVerdict({ files, from, key = VERIFIER_KEY }: Question): Promise<Verdict> {
  const read = readFrom(files);
  try {
    await verify(async (file) => read(file), key, from === undefined ? {} : { from: Buffer.from(from) });
    return 'passed';
  } catch (fault) {
    return fault instanceof Fault ? fault.index : nameless(fault);
  }
}

/** A file that is missing is the only fault that is none of the verifier's own. */
function nameless(fault: unknown): null {
  if (fault instanceof Error && /^no (tile\/|checkpoint)/.test(fault.message)) return null;
  throw fault;
}
