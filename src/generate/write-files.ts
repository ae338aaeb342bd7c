import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { firstDayOf, toLocalDate } from '../core/credit/calendar';
import { badInput } from '../core/errors';
import { borrowerRecords, type GenerateSettings } from './borrower-records';
import { type Emit, GENERATED_FILES, type GeneratedEntity, PLAIN_ENTITIES } from './generated-entities';

/** Characters of one entity that are gathered before they are written. */
const CHUNK_LENGTH = 1 << 20;
const BORROWERS_AT_ONCE = 64;

export type RecordCounts = Partial<Record<GeneratedEntity, number>>;

/** A file under a temporary name until it is whole. */
interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  waiting: string;
  records: number;
}

/**
 * Writes the records of borrowers 0 to `borrowers` − 1 as canonical NDJSON, one file an entity. Memory does not grow with them:
 * each chunk is written before the next is made. The files get their names when all are whole; a failed run leaves none.
 *
 * @param onProgress - Called with the borrowers done so far.
 * @throws GatewayError BAD_USER_INPUT if the folder holds one of the files already.
 */
export async function writeFiles(
  settings: GenerateSettings,
  borrowers: number,
  folder: string,
  onProgress: (borrowersDone: number) => void,
): Promise<RecordCounts> {
  const entities = settings.detail === 'PLAIN' ? PLAIN_ENTITIES : (Object.keys(GENERATED_FILES) as GeneratedEntity[]); // its own keys
  await mkdir(folder, { recursive: true });
  const present = Object.values(GENERATED_FILES).filter((name) => existsSync(path.join(folder, name)));
  if (present.length > 0)
    throw badInput('out', `The folder ${folder} holds ${present.join(', ')} already; name an empty one, or remove them first.`);
  const files = new Map<GeneratedEntity, OpenFile>();
  try {
    for (const entity of entities) files.set(entity, await openFile(path.join(folder, GENERATED_FILES[entity])));
    await writeBorrowers(settings, borrowers, files, onProgress);
    for (const file of files.values()) await file.handle.close();
    for (const file of files.values()) await rename(partialPath(file), file.path);
  } catch (error) {
    for (const file of files.values()) {
      await file.handle.close();
      for (const written of [partialPath(file), file.path]) await rm(written, { force: true });
    }
    throw error;
  }
  return Object.fromEntries([...files].map(([entity, { records }]) => [entity, records]));
}

async function writeBorrowers(
  settings: GenerateSettings,
  borrowers: number,
  files: ReadonlyMap<GeneratedEntity, OpenFile>,
  onProgress: (borrowersDone: number) => void,
): Promise<void> {
  const asOf = toLocalDate(firstDayOf(settings.until + 1) - 1);
  const emit: Emit = (entity, fields) => {
    const file = files.get(entity);
    if (!file) return;
    file.waiting += `{"entity":"${entity}","asOf":"${asOf}",${JSON.stringify(fields).slice(1)}\n`;
    file.records += 1;
  };
  const emitBorrower = borrowerRecords(settings);
  for (let done = 0; done < borrowers;) {
    const until = Math.min(done + BORROWERS_AT_ONCE, borrowers);
    for (; done < until; done += 1) emitBorrower(done, emit);
    for (const file of files.values()) if (file.waiting.length >= CHUNK_LENGTH || done === borrowers) await flush(file);
    onProgress(done);
  }
}

async function openFile(target: string): Promise<OpenFile> {
  return { path: target, handle: await open(partialPath({ path: target }), 'w'), waiting: '', records: 0 };
}

function partialPath({ path: target }: Pick<OpenFile, 'path'>): string {
  return `${target}.partial`;
}

/** Appends: a handle's `writeFile` goes on where the last one ended. */
async function flush(file: OpenFile): Promise<void> {
  await file.handle.writeFile(file.waiting);
  file.waiting = '';
}
