import { type Publishing, publishAll, startPublishing } from './app/ledger/publishing';
import type { CheckpointAnchor, LedgerArchive } from './app/ledger-ports';
import type { DisclosureLedger, Keys } from './app/ports';
import type { Config } from './config/config';
import { unavailable } from './core/errors';
import { type OpenAnchor, openCheckpointAnchor } from './db/checkpoint-anchor';
import { publish } from './db/ledger-publisher';
import { createSequencer, LEDGER_ID, openLedger } from './db/ledger-sequencer';
import { openArchive } from './db/ledger-tiles';
import type { OpenDatabase } from './db/open-database';

const QUEUE_LOAD_READY_MAX = 0.8;
const PUBLISH_EVERY_MS = 1_000;
/** The longest that an entry may wait for its checkpoint (ledger.md, section 7). */
const UNSIGNED_MAX_MS = 60_000;

/** @returns where the newest checkpoint is kept besides; null where the configuration names no place. */
export async function openAnchor({ anchor }: Pick<Config, 'anchor'>): Promise<OpenAnchor | null> {
  return anchor && openCheckpointAnchor(anchor, LEDGER_ID);
}

/** The ledger of a serving gateway: what appends to it, signs it and publishes it. */
export interface ServedLedger {
  /** Refuses with SERVICE_UNAVAILABLE once the ledger could not be signed for a minute; changes of consents go on. */
  readonly disclosures: DisclosureLedger;
  readonly archive: LedgerArchive;
  /** Share of the queue that is taken, 0 to 1. */
  load(): number;
  isReady(): boolean;
  /** Signs it as it stands. @throws LedgerFault if it does not continue what was signed. */
  publish(): Promise<void>;
  /** Signs it from now on about once a second, until `stop`. */
  startPublishing(): void;
  /** Waits for what is queued, and signs it. */
  stop(): Promise<void>;
}

export interface ServedLedgerParts {
  readonly stores: Pick<OpenDatabase, 'database' | 'writer'>;
  readonly keys: Pick<Keys, 'checkpoints'>;
  readonly anchor: CheckpointAnchor | null;
  readonly onUnsigned: (cause: unknown) => void;
}

/** @throws LedgerFault if what is stored does not continue what was signed, here or by what the anchor keeps. */
export async function openServedLedger({ stores, keys, anchor, onUnsigned }: ServedLedgerParts): Promise<ServedLedger> {
  const { database, writer } = stores;
  const origin = await openLedger(writer);
  const sequencer = createSequencer(writer, origin);
  const publishNext = () => publish({ database, ledgerId: LEDGER_ID, key: keys.checkpoints, anchor });
  await publishAll(publishNext);
  let publishing: Publishing | null = null;
  const isSigned = (): boolean => (publishing?.lagMs() ?? 0) < UNSIGNED_MAX_MS;
  return {
    disclosures: {
      origin,
      append: (draft) =>
        isSigned() ? sequencer.append(draft) : Promise.reject(unavailable('The ledger has not been signed for a minute')),
    },
    archive: openArchive(database, LEDGER_ID, origin, keys.checkpoints),
    load: () => sequencer.load(),
    isReady: () => !sequencer.isFailing() && sequencer.load() < QUEUE_LOAD_READY_MAX && isSigned(),
    publish: () => publishAll(publishNext),
    startPublishing: () => {
      publishing ??= startPublishing(publishNext, { everyMs: PUBLISH_EVERY_MS, onFault: onUnsigned });
    },
    stop: async () => {
      await sequencer.drained();
      await publishing?.stop();
      if (publishing) await publishAll(publishNext).catch(onUnsigned);
    },
  };
}
