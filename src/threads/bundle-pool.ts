import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CheckedBundle } from '../core/ledger/check-bundle';
import { type BundleChecker, checkHere, type OpenChecker } from '../core/ledger/verify-ledger';

/** Below so many entries the start of a thread costs more than it saves. */
const ENTRIES_MIN = 8_192;
/** A thread has the next bundle before it has answered for the last. */
const AHEAD = 2;

/** What a thread runs: this folder's own worker, or what a test puts in its place. */
export interface WorkerProgram {
  readonly file: string;
  readonly argv?: string[];
}
const PROGRAM: WorkerProgram = { file: path.join(__dirname, 'bundle-worker.js') };

/**
 * @param threads - null: as many as the machine has cores, and none beside this one for a small ledger. 1: this thread.
 */
export function bundleCheckers(threads: number | null, program: WorkerProgram = PROGRAM): OpenChecker {
  return (entries) => {
    const wanted = threads ?? (entries < ENTRIES_MIN ? 1 : availableParallelism());
    return wanted === 1 ? checkHere(entries) : openPool(wanted, program);
  };
}

interface Waiting {
  readonly resolve: (checked: CheckedBundle) => void;
  readonly reject: (cause: Error) => void;
}
interface Thread {
  readonly worker: Worker;
  /** In the order of the questions, which is that of the answers. */
  readonly waiting: Waiting[];
}

/** A thread that dies fails everything: what it left unchecked must not be taken for checked. */
function openPool(size: number, { file, argv = [] }: WorkerProgram): BundleChecker {
  let broken: Error | null = null;
  let closing = false;
  const fail = (cause: Error): void => {
    if (closing) return;
    broken ??= cause;
    for (const { waiting } of threads) for (const { reject } of waiting.splice(0)) reject(broken);
  };
  const threads = Array.from({ length: size }, (): Thread => {
    const thread: Thread = { worker: new Worker(file, { argv }), waiting: [] };
    thread.worker.on('message', (checked: CheckedBundle) => thread.waiting.shift()?.resolve(checked));
    thread.worker.on('messageerror', fail);
    thread.worker.on('error', (cause) => fail(new Error('A thread that checked entries broke down', { cause })));
    thread.worker.on('exit', (code) => fail(new Error(`A thread that checked entries ended with code ${String(code)}`)));
    return thread;
  });
  return {
    ahead: size * AHEAD,
    check: (task) =>
      new Promise((resolve, reject) => {
        if (broken) return reject(broken);
        const [idlest] = [...threads].sort((a, b) => a.waiting.length - b.waiting.length);
        idlest?.waiting.push({ resolve, reject });
        idlest?.worker.postMessage(task);
      }),
    close: async () => {
      closing = true;
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}
