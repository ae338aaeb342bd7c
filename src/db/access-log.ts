import type { AccessLog } from '../app/ledger-ports';
import type { Script, SerialWriter } from './database';
import { appendEncoded, encodeAt, lockSequence, nowMs } from './ledger-append';
import { LEDGER_ID } from './ledger-sequencer';

export function createAccessLog(writer: SerialWriter): AccessLog {
  return {
    append: (entry) =>
      writer.write(function* (): Script<void> {
        const sequence = yield* lockSequence(writer.dialect, LEDGER_ID);
        yield* appendEncoded(sequence, [encodeAt(sequence, yield* nowMs(writer.now()), entry)]);
      }),
  };
}
