import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { rotateDataKeys } from '../../src/app/identity/rotate-data-keys';
import { retireKeyEncryption, rotateKeyEncryption } from '../../src/app/identity/rotate-key-encryption';
import { eraseBorrower } from '../../src/app/identity/erase-borrower';
import { RotateDataKeys1764540000000 } from '../../migrations/1764540000000-rotate-data-keys';
import { addKeysCommand } from '../../src/cli/keys';
import { openOperator } from '../../src/compose';
import { dayOf } from '../../src/core/credit/calendar';
import type { Database } from '../../src/db/database';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { migrate, revertLast } from '../../src/db/migrate';
import { MIGRATIONS } from '../../src/db/migrations';
import { createRevisionReader } from '../../src/db/revision-reader';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { aKeyFolder, type KeyFolder, killRotation, openEverything } from '../support/rotation';
import { CUSTOMER, furnishTo, openWorld, recordsOf, toStores, type World } from '../support/world';

const PEOPLE = Array.from({ length: 12 }, (_, n) => `c-${String(n)}`);
const COLUMNS = 11;
/** A person with one month; the account is a newer revision each time. */
const personRecords = (customerId: string, revision = 0) =>
  recordsOf({
    customerId, asOf: `2026-04-${String(10 + Math.min(revision, 5))}`, months: ['2026-03'], products: ['JIEBEI'],
    account: () => ({ creditLimitMinor: 1_000 + revision }), identity: { residenceCity: `City ${String(revision)}` },
  }); // prettier-ignore
const quietly = (): void => undefined;
const KILLS = Number(process.env['ROTATION_KILLS'] ?? 5);

forEachDatabase('data keys', (open, dialect) => {
  let folder: KeyFolder;
  let world: World;
  beforeEach(async () => {
    folder = aKeyFolder();
    world = await openWorld(open, { furnished: false, keys: folder.openKeys() });
    for (const revision of [0, 1, 2, 3, 4]) await world.furnish(personRecords('c-0', revision));
    await world.furnish(PEOPLE.slice(1).flatMap((customerId) => personRecords(customerId)));
    await world.furnish(personRecords('c-1', 1));
  });
  afterEach(() => folder.remove());
  /** Of 12 people, and of what five and two deliveries of two of them superseded. */
  const SEALED = COLUMNS * PEOPLE.length + 2 * (4 + 1);

  const store = () => folder.dataKeys(world.db.database);
  const kek = () => folder.parts(world.db.database);
  const versions = async (): Promise<readonly number[]> => {
    const names = await world.rows('SELECT full_name AS sealed FROM customer');
    const revisions = await world.rows('SELECT content AS sealed FROM record_revision');
    return [...new Set([...names, ...revisions].map((row) => (row['sealed'] as Buffer)[0] ?? 0))].sort();
  };
  /** All that can be opened with nothing but the newest keys, by keys that are read anew. */
  const opened = () => openEverything(world.db.database, folder.openKeys());
  const refOf = async (customerId: string): Promise<Buffer> =>
    (await world.rows('SELECT borrower_ref FROM customer WHERE customer_id = ?', [customerId]))[0]?.['borrower_ref'] as Buffer;
  const named = async (customerId: string) => {
    await world.grant({ borrower: CUSTOMER(customerId), scopes: '+Identity.fullName' });
    return async () =>
      (await world.report({ borrower: CUSTOMER(customerId), select: 'identity { fullName }' })).identity['fullName'];
  };
  const pseudonyms = async (): Promise<readonly string[]> => {
    const rows = await world.rows('SELECT borrower_ref, wrapped_key FROM borrower_key ORDER BY borrower_ref');
    const keys = folder.openKeys();
    return rows.map((row) => keys.borrowerKey(row['borrower_ref'] as Buffer, row['wrapped_key'] as Buffer).pseudonym().toString('hex')); // prettier-ignore
  };

  it('are replaced, with all that they sealed, while pseudonyms stay; again for the next version', async () => {
    const [before, name] = [await pseudonyms(), await named('c-0')];
    expect([await versions(), await opened()]).toEqual([[1], SEALED]);
    for (const version of [2, 3]) {
      expect(await rotateDataKeys(store(), quietly)).toEqual({ version, resealed: SEALED });
      expect([await versions(), await opened(), await pseudonyms(), await name()]).toEqual([[version], SEALED, before, 'Name c-0']);
    }
    const lengths = await world.rows('SELECT LENGTH(wrapped_key) AS n FROM borrower_key');
    expect(new Set(lengths.map(({ n }) => Number(n)))).toEqual(new Set([1 + 12 + 32 + 33 + 16])); // no old key is kept
    const history = await createRevisionReader(world.db.database, world.keys).corrected('platform-1', 0, null);
    expect(history.borrowers.flatMap(({ histories }) => histories).flatMap(({ revisions }) => revisions).length).toBe(2 * 5 + 2 * 2);
    await world.furnish([...personRecords('c-0', 5), ...personRecords('late')]);
    expect([await versions(), await name()]).toEqual([[1, 3], 'Name c-0']); // who is new has a key that is as new
  }); // prettier-ignore

  it('go on where a run was interrupted, and no run begins before', async () => {
    const version = await store().begin();
    await store().step(version);
    expect(await versions()).toEqual([1, 2]);
    expect([await store().begin(), await opened()]).toEqual([2, SEALED]);
    await rotateDataKeys(store(), quietly);
    expect([await versions(), await opened(), await store().begin()]).toEqual([[2], SEALED, 3]);
  });

  it('survive kill -9 of their rotation at any instant: everything opens, and the next run finishes', async () => {
    const job = { location: world.db.location, rootSecret: folder.rootSecret.toString('hex'), folder: folder.folder, rotate: 'data' } as const;
    const signals: (string | null)[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      signals.push(await killRotation(job, 1 + Math.floor(Math.random() * 3), Math.random() * 3));
      expect(await opened()).toBe(SEALED);
    }
    expect(signals).toContain('SIGKILL');
    const { version } = await rotateDataKeys(store(), quietly);
    expect([await versions(), await opened()]).toEqual([[version], SEALED]);
  }); // prettier-ignore

  it('may be replaced between the reading of keys and of records: the look-up reads both anew, once', async () => {
    const name = await named('c-0');
    let reads = 0;
    world.spy.beforeRead = async ({ sql }) => {
      if (!sql.includes('FROM customer')) return;
      reads += 1;
      if (reads === 1) await rotateDataKeys(store(), quietly);
    };
    expect([await name(), reads]).toEqual(['Name c-0', 2]);
    world.spy.beforeRead = null;
    expect(await world.rows("SELECT COUNT(*) AS n FROM ledger_entry")).toEqual([{ n: 2 }]); // the grant, and one disclosure
  }); // prettier-ignore

  it('that are replaced before every reading give no answer, rather than part of one', async () => {
    const name = await named('c-0');
    world.spy.beforeRead = async ({ sql }) => {
      if (sql.includes('FROM customer')) await rotateDataKeys(store(), quietly);
    };
    await expect(name()).rejects.toThrow(/^503 .*SERVICE_UNAVAILABLE/);
    world.spy.beforeRead = null;
    expect(await name()).toBe('Name c-0');
  });

  it('may be replaced between the reading of revisions and of keys: corrections are read anew', async () => {
    let isReplaced = false;
    const database: Database = {
      ...world.db.database,
      read: async (sql, params) => {
        const rows = await world.db.database.read(sql, params);
        if (sql.includes('content FROM record_revision') && !isReplaced) {
          isReplaced = true;
          await rotateDataKeys(store(), quietly);
        }
        return rows;
      },
    };
    const { borrowers } = await createRevisionReader(database, world.keys).corrected('platform-1', 0, null);
    expect([isReplaced, borrowers.length]).toEqual([true, 2]);
  });

  it('may be replaced between plan and writing of a batch, which then seals with those in force', async () => {
    let isReplaced = false;
    const database: Database = {
      ...world.db.database,
      write: async (script) => {
        if (!isReplaced) await rotateDataKeys(store(), quietly);
        isReplaced = true;
        return world.db.database.write(script);
      },
    };
    const planned = { ...toStores(database, world.db.writer, world.keys).furnishStore };
    const furnish = planned.furnish.bind(planned);
    const late: typeof planned = { ...planned, furnish: (...batch) => ((isReplaced = false), furnish(...batch)) };
    isReplaced = true;
    await furnishTo({ ...world.stores, furnishStore: late }, personRecords('c-1', 2), 'platform-1', dayOf(world.clock.nowMs));
    expect([await versions(), await opened()]).toEqual([[2], SEALED + 2]);
  });

  it('are replaced with key-encryption keys beside look-ups, furnishing and an erasure, and nothing fails', async () => {
    const name = await named('c-0');
    const operator = await openOperator(world.stores, world.keys);
    let isOver = false;
    const repeat = async (action: (n: number) => Promise<unknown>): Promise<number> => {
      let n = 0;
      for (; !isOver; n += 1) await action(n);
      return n;
    };
    const rotate = async (): Promise<void> => {
      for (const version of [2, 3, 4]) {
        expect((await rotateDataKeys(store(), quietly)).version).toBe(version);
        await rotateKeyEncryption(kek(), { prepareOnly: false, onShare: quietly });
      }
    };
    const [looked, furnished] = await Promise.all([
      repeat(async () => expect(await name()).toBe('Name c-0')),
      repeat((n) => world.furnish([...personRecords('c-0', 5 + n), ...personRecords('c-1', 2 + n), ...personRecords(`late-${String(n)}`)])),
      eraseBorrower(operator, { platformId: 'platform-1', customerId: 'c-2' }),
      rotate().finally(() => (isOver = true)),
    ]);
    expect(Math.min(looked, furnished)).toBeGreaterThan(0);
    expect((await rotateDataKeys(store(), quietly)).version).toBe(5);
    expect(await versions()).toEqual([5]);
    await rotateKeyEncryption(kek(), { prepareOnly: false, onShare: quietly });
    for (const version of [1, 2, 3, 4]) await retireKeyEncryption(kek(), version, quietly);
    expect(await opened()).toBe(COLUMNS * (PEOPLE.length - 1 + furnished) + Number((await world.rows('SELECT COUNT(*) AS n FROM record_revision'))[0]?.['n']));
  }); // prettier-ignore

  describe('at the command line', () => {
    const said = heardFromCommands();
    it('are replaced', async () => {
      const program = new Command().exitOverride();
      const adapters = { keyEncryption: kek(), dataKeys: store(), close: () => Promise.resolve() };
      addKeysCommand(program, () => Promise.resolve(adapters));
      await program.parseAsync(['node', 'gateway', 'keys', 'rotate-data']);
      expect(said).toEqual([`log: Every value is sealed with version 2: ${String(SEALED)} were sealed anew.`]);
    });
  });

  it('let the migration for their rotation be undone until they were replaced', async () => {
    const source = () => new DataSource(toDataSourceOptions(world.db.location, MIGRATIONS));
    await revertLast(source());
    expect(await migrate(source())).toEqual([RotateDataKeys1764540000000.name]);
    expect([await opened(), dialect]).toEqual([SEALED, dialect]);
    await rotateDataKeys(store(), quietly);
    await expect(revertLast(source())).rejects.toThrow('an older program cannot read');
    expect([await opened(), (await refOf('c-0')).length]).toEqual([SEALED, 16]);
  });
});
