import path from 'node:path';
import type { WorkerProgram } from '../../src/threads/bundle-pool';

/** The worker of the sources, as they stand. */
export const SOURCE_WORKER: WorkerProgram = {
  file: path.join(__dirname, 'run-typescript.js'),
  argv: [path.join(__dirname, '../../src/threads/bundle-worker.ts')],
};
