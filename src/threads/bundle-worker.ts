import { parentPort } from 'node:worker_threads';
import { type BundleTask, checkBundle } from '../core/ledger/check-bundle';

/** Answers each bundle in the order of the questions; what breaks down ends the thread, which its pool notices. */
parentPort?.on('message', (task: BundleTask) => parentPort?.postMessage(checkBundle(task)));
