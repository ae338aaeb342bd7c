import { readdirSync } from 'node:fs';
import { Command } from 'commander';
import { DataSource } from 'typeorm';
import { retireKeyEncryption, rotateKeyEncryption } from '../../src/app/identity/rotate-key-encryption';
import { addKeysCommand } from '../../src/cli/keys';
import { migrate, revertLast } from '../../src/db/migrate';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { MIGRATIONS } from '../../src/db/migrations';
import { createKeyring } from '../../src/keys/keyring';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { aKeyFolder, type KeyFolder, killRotation, openEverything } from '../support/rotation';
import { CUSTOMER, furnishTo, openWorld, recordsOf, toStores, type World } from '../support/world';

const PEOPLE = Array.from({ length: 25 }, (_, n) => `c-${String(n)}`);
/** A person with one month of one product. */
const personRecords = (customerId: string) => recordsOf({ customerId, months: ['2026-03'], products: ['JIEBEI'] });
const quietly = { prepareOnly: false, onShare: () => undefined };
const KILLS = Number(process.env['ROTATION_KILLS'] ?? 5);

forEachDatabase('key-encryption keys', (open, dialect) => {
  let folder: KeyFolder;
  let world: World;
  beforeEach(async () => {
    folder = aKeyFolder();
    world = await openWorld(open, { furnished: false, keys: folder.openKeys() });
    await world.furnish(PEOPLE.flatMap((customerId) => personRecords(customerId)));
  });
  afterEach(() => folder.remove());

  const parts = () => folder.parts(world.db.database);
  const versions = async (): Promise<Record<number, number>> => {
    const counts: Record<number, number> = {};
    for (const row of await world.rows('SELECT wrapped_key FROM borrower_key')) {
      const version = (row['wrapped_key'] as Buffer)[0] ?? 0;
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return counts;
  };
  const showName = async (customerId: string) => {
    await world.grant({ borrower: CUSTOMER(customerId), scopes: '+Identity.fullName' });
    return async () =>
      (await world.report({ borrower: CUSTOMER(customerId), select: 'identity { fullName }' })).identity['fullName'];
  };

  it('are replaced while the gateway serves, which takes up the newer one by itself; nothing else is written', async () => {
    const [name, sealed] = [await showName('c-0'), await world.rows('SELECT * FROM customer ORDER BY borrower_ref')];
    expect(await rotateKeyEncryption(parts(), quietly)).toEqual({ version: 2, rewrapped: PEOPLE.length });
    expect(await versions()).toEqual({ 2: PEOPLE.length });
    expect(await world.rows('SELECT * FROM customer ORDER BY borrower_ref')).toEqual(sealed);
    expect(await name()).toBe('Name c-0');
    await world.furnish(personRecords('new'));
    expect(await versions()).toEqual({ 2: PEOPLE.length + 1 });
    await retireKeyEncryption(parts(), 1, quietly.onShare);
    expect(await rotateKeyEncryption(parts(), quietly)).toEqual({ version: 3, rewrapped: PEOPLE.length + 1 });
    await retireKeyEncryption(parts(), 2, quietly.onShare);
    expect(readdirSync(folder.folder)).toEqual(['3']);
    expect([await name(), await openEverything(world.db.database, folder.openKeys())]).toEqual(['Name c-0', 11 * (PEOPLE.length + 1)]);
  }); // prettier-ignore

  it('are prepared first where servers share no folder: nothing is wrapped with the new one yet', async () => {
    expect(await rotateKeyEncryption(parts(), { ...quietly, prepareOnly: true })).toEqual({ version: 2, rewrapped: 0 });
    expect([await versions(), readdirSync(folder.folder)]).toEqual([{ 1: PEOPLE.length }, ['2']]);
    expect(await rotateKeyEncryption(parts(), quietly)).toEqual({ version: 2, rewrapped: PEOPLE.length });
  });

  it('stay while a key is wrapped with them, which is said, and the next rotation goes on', async () => {
    await rotateKeyEncryption(parts(), quietly);
    const [late] = await world.rows('SELECT borrower_ref FROM borrower_key ORDER BY borrower_ref LIMIT 1');
    const old = world.keys;
    const straggler = old.newBorrowerKey(late?.['borrower_ref'] as Buffer); // by a process that had not heard of the newer one
    await world.change("UPDATE borrower_key SET wrapped_key = ? WHERE borrower_ref = ?", [straggler, late?.['borrower_ref'] as Buffer]);
    await expect(retireKeyEncryption(parts(), 1, quietly.onShare)).rejects.toMatchObject({
      code: 'CONFLICT', message: expect.stringContaining("still wraps 1 borrowers' keys"),
    });
    expect(await rotateKeyEncryption(parts(), quietly)).toEqual({ version: 2, rewrapped: 1 });
    await retireKeyEncryption(parts(), 1, quietly.onShare);
    await expect(retireKeyEncryption(parts(), 2, quietly.onShare)).rejects.toMatchObject({ code: 'ILLEGAL_TRANSITION' });
    await expect(retireKeyEncryption(parts(), 3, quietly.onShare)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }); // prettier-ignore

  it('wrap nothing more once they are retired, though a plan was made with them before', async () => {
    const stale = folder.openKeys();
    const keys = { ...stale, refresh: jest.fn() };
    const { furnishStore } = toStores(world.db.database, world.db.writer, keys);
    await rotateKeyEncryption(parts(), quietly);
    await retireKeyEncryption(parts(), 1, quietly.onShare);
    keys.refresh.mockImplementationOnce(() => undefined).mockImplementation(() => stale.refresh());
    const stores = { ...world.stores, furnishStore };
    await furnishTo(stores, personRecords('new'), 'platform-1', 20_560);
    expect(keys.refresh).toHaveBeenCalledTimes(2);
    expect(await versions()).toEqual({ 2: PEOPLE.length + 1 });
  });

  it('are waited for by who retires them: a batch that wrapped with one has been committed, and is counted', async () => {
    let isRetiring: Promise<void> | undefined;
    await rotateKeyEncryption(parts(), quietly);
    const database = { ...world.db.database };
    const furnishing = toStores(
      {
        ...database,
        write: (script) =>
          database.write(function* () {
            const steps = script();
            let step = steps.next();
            while (!step.done) {
              const isWrapping = step.value.sql.startsWith('INSERT INTO borrower_key');
              if (isWrapping) isRetiring ??= retireKeyEncryption(parts(), 1, quietly.onShare);
              step = steps.next(yield step.value);
              if (isWrapping && dialect === 'mariadb') yield { sql: 'SELECT SLEEP(0.7)', params: [] }; // all the time it wants
            }
            return step.value;
          }),
      },
      world.db.writer,
      {
        ...world.keys,
        refresh: () => undefined,
        newBorrowerKey: createKeyring(folder.rootSecret).newBorrowerKey,
      },
    );
    await furnishTo(furnishing, personRecords('new'), 'platform-1', 20_560);
    await expect(isRetiring).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await versions()).toEqual({ 1: 1, 2: PEOPLE.length });
  });

  it('are not made anew where one that is in use is missing', async () => {
    await rotateKeyEncryption(parts(), quietly);
    folder.remove();
    await expect(rotateKeyEncryption(parts(), quietly)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'Version 2 of the key-encryption key is in use and not here; restore its file.',
    });
  });

  it('survive kill -9 of their rotation at any instant: everything opens, and the next run finishes', async () => {
    const location = world.db.location;
    const job = { location, rootSecret: folder.rootSecret.toString('hex'), folder: folder.folder, rotate: 'kek' } as const;
    const signals: (string | null)[] = [];
    for (let round = 0; round < KILLS; round += 1) {
      signals.push(await killRotation(job, 1 + Math.floor(Math.random() * 4), Math.random() * 3));
      expect(await openEverything(world.db.database, folder.openKeys())).toBe(11 * PEOPLE.length);
    }
    expect(signals).toContain('SIGKILL');
    const { version } = await rotateKeyEncryption(parts(), quietly);
    expect(await versions()).toEqual({ [version]: PEOPLE.length });
  });

  it('are replaced again and again while people are looked up and furnished, and nothing fails', async () => {
    const name = await showName('c-0');
    let isOver = false;
    const repeat = async (action: (n: number) => Promise<unknown>): Promise<number> => {
      let n = 0;
      for (; !isOver; n += 1) await action(n);
      return n;
    };
    const rotate = async (): Promise<void> => {
      for (let version = 2; version <= 6; version += 1) {
        expect((await rotateKeyEncryption(parts(), quietly)).version).toBe(version);
        await retireKeyEncryption(parts(), version - 1, quietly.onShare).catch(async (refused: unknown) => {
          expect(refused).toMatchObject({ code: 'CONFLICT' }); // a batch that was planned before the new version
          expect((await rotateKeyEncryption(parts(), quietly)).version).toBe(version);
          await retireKeyEncryption(parts(), version - 1, quietly.onShare);
        });
      }
    };
    const [looked, furnished] = await Promise.all([
      repeat(async () => expect(await name()).toBe('Name c-0')),
      repeat((n) => world.furnish(personRecords(`late-${String(n)}`))),
      rotate().finally(() => (isOver = true)),
    ]);
    expect(Math.min(looked, furnished)).toBeGreaterThan(0);
    expect(await openEverything(world.db.database, folder.openKeys())).toBe(11 * (PEOPLE.length + furnished));
    expect(Object.keys(await versions())).toEqual(['6']);
  });

  describe('at the command line', () => {
    const said = heardFromCommands();
    const run = async (...words: readonly string[]): Promise<void> => {
      const program = new Command().exitOverride();
      addKeysCommand(program, () =>
        Promise.resolve({
          keyEncryption: parts(),
          dataKeys: folder.dataKeys(world.db.database),
          close: () => Promise.resolve(),
        }),
      );
      await program.parseAsync(['node', 'gateway', 'keys', ...words]);
    };

    it('are made, replaced and retired', async () => {
      await run('rotate-kek', '--prepare');
      await run('rotate-kek');
      await run('retire-kek', '1');
      expect(said).toEqual([
        'log: Version 2 of the key-encryption key is made and not used yet.',
        `log: Every key is wrapped with version 2: ${String(PEOPLE.length)} were wrapped anew.`,
        'log: Version 1 of the key-encryption key is retired.',
      ]);
      expect(process.exitCode ?? 0).toBe(0);
    });

    it('are refused with what to do, and exit code 2', async () => {
      await run('retire-kek', '1');
      await run('retire-kek', 'first');
      expect([said, process.exitCode]).toEqual([
        [
          'error: Version 1 of the key-encryption key is the newest; rotate first.',
          'error: Name a version by its number, such as 1.',
        ],
        2,
      ]);
    });
  });

  it('let the migration that versions them be undone until they were replaced', async () => {
    const source = () => new DataSource(toDataSourceOptions(world.db.location, MIGRATIONS));
    const names = MIGRATIONS.map(({ name }) => name);
    const since = names.slice(names.indexOf('VersionKeyEncryption1764520000000'));
    for (const _ of since) await revertLast(source());
    expect(await migrate(source())).toEqual(since);
    await rotateKeyEncryption(parts(), quietly);
    for (const _ of since.slice(1)) await revertLast(source());
    await expect(revertLast(source())).rejects.toThrow('which an older program has not');
    expect(await openEverything(world.db.database, folder.openKeys())).toBe(11 * PEOPLE.length);
  });
});
