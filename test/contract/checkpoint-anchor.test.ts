import type { CheckpointAnchor } from '../../src/app/ledger-ports';
import { openCheckpoint } from '../../src/core/ledger/signed-note';
import { type OpenAnchor, openCheckpointAnchor } from '../../src/db/checkpoint-anchor';
import type { Row, Script, SqlValue } from '../../src/db/database';
import { insertSql } from '../../src/db/dialect';
import { publish } from '../../src/db/ledger-publisher';
import { LEDGER_ID } from '../../src/db/ledger-sequencer';
import type { Gateway } from '../../src/compose';
import { forEachDatabase } from '../support/databases';
import { openWorld, startGateway, type World } from '../support/world';

/** All that a backup holds of the ledger. */
const TABLES = ['ledger_sequence', 'ledger_entry', 'ledger_node', 'ledger_published'] as const;

forEachDatabase('a checkpoint kept outside the database', (open) => {
  let world: World;
  let anchor: OpenAnchor;
  let gateway: Gateway;
  beforeEach(async () => {
    world = await openWorld(open);
    const place = await open();
    await place.writer.write(function* (): Script<void> {
      yield { sql: 'DROP TABLE ledger_sequence', params: [] };
    });
    anchor = await openCheckpointAnchor(place.location, LEDGER_ID);
    gateway = await startGateway(world.stores, world.keys, { anchor });
  });
  afterEach(async () => {
    await gateway.stop();
    await anchor.close();
  });

  const asked = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) await world.ask({ gateway });
  };
  const publishOnce = (kept: CheckpointAnchor = anchor) =>
    publish({ database: world.db.database, ledgerId: LEDGER_ID, key: world.keys.checkpoints, anchor: kept });
  const backup = async (): Promise<readonly (readonly Row[])[]> =>
    Promise.all(TABLES.map((table) => world.rows(`SELECT * FROM ${table}`)));
  const restore = async (tables: readonly (readonly Row[])[]): Promise<void> => {
    for (const [at, table] of TABLES.entries()) {
      await world.change(`DELETE FROM ${table}`);
      for (const row of tables[at] ?? [])
        await world.change(insertSql(table, Object.keys(row), 1), Object.values(row) as SqlValue[]);
    }
  };
  const start = (): Promise<Gateway> => startGateway(world.stores, world.keys, { anchor });

  it('is not kept where a ledger lies, by whatever name the place is reached', async () => {
    await expect(openCheckpointAnchor(world.db.location, LEDGER_ID)).rejects.toThrow(/names a database of the gateway/);
    await expect(world.rows('SELECT * FROM checkpoint_anchor')).rejects.toThrow();
  });

  it('is the newest that was signed', async () => {
    expect(await anchor.kept()).toMatchObject({ size: 0 });
    await asked(3);
    await gateway.publish();
    const { origin, size, root, note } = await gateway.app.archive.newest();
    expect(await anchor.kept()).toEqual({ origin, size, root });
    expect([size, openCheckpoint(note, gateway.app.archive.verifierKey)]).toEqual([3, { origin, size, root }]);
    expect(await publishOnce()).toBe('idle');
  });

  it('is not set where something else is kept than what it was to replace', async () => {
    await asked(1);
    await gateway.publish();
    const one = await anchor.kept();
    if (!one) throw new Error('nothing kept');
    const [other, next] = [
      { ...one, root: Buffer.alloc(32) },
      { ...one, size: 9 },
    ];
    for (const before of [null, other, { ...one, size: 2 }]) expect(await anchor.replace(before, next)).toBe(false);
    expect(await anchor.kept()).toEqual(one);
    expect([await anchor.replace(one, next), await anchor.replace(one, other)]).toEqual([true, false]);
    expect(await anchor.kept()).toEqual(next);
  });

  it('stops the signer, and every start, once an older backup of the whole ledger was restored', async () => {
    await asked(1);
    await gateway.publish();
    const older = await backup();
    await asked(2);
    await gateway.publish();
    const newer = await backup();
    await restore(older);
    await expect(gateway.publish()).rejects.toThrow('The ledger holds 1 entries, and 3 were signed');
    await expect(start()).rejects.toThrow('The ledger holds 1 entries, and 3 were signed');
    await asked(5); // it grows beyond what was kept, with other entries
    await expect(gateway.publish()).rejects.toThrow('do not begin with those that were signed');
    await expect(start()).rejects.toThrow('do not begin with those that were signed');
    const unanchored = await startGateway(world.stores, world.keys); // which nothing in the database would tell
    await unanchored.stop();
    await restore(newer);
    await (await start()).stop();
  });

  it('stops the signer of another ledger', async () => {
    const other = await openWorld(open);
    await expect(startGateway(other.stores, other.keys, { anchor })).rejects.toThrow('the anchor keeps the ledger ledger-');
  });

  it('may be ahead of what was signed, as after a crash between the two', async () => {
    await asked(2);
    const crashing: CheckpointAnchor = {
      kept: () => anchor.kept(),
      replace: async (before, next) => {
        await anchor.replace(before, next);
        throw new Error('killed');
      },
    };
    await expect(publishOnce(crashing)).rejects.toThrow('killed');
    expect([(await anchor.kept())?.size, (await gateway.app.archive.newest()).size]).toEqual([2, 0]);
    await asked(1);
    expect([await publishOnce(), (await gateway.app.archive.newest()).size]).toEqual(['published', 3]);
  });

  it('lets publishers that begin together sign one after the other', async () => {
    const second = await start();
    for (let turn = 1; turn <= 5; turn += 1) {
      await asked(1);
      await Promise.all([gateway.publish(), second.publish(), gateway.publish()]);
      expect([(await anchor.kept())?.size, (await gateway.app.archive.newest()).size]).toEqual([turn, turn]);
    }
    await second.stop();
  });

  it('signs nothing of its own while another is quicker at the anchor', async () => {
    await asked(1);
    const slower: CheckpointAnchor = { kept: () => anchor.kept(), replace: () => Promise.resolve(false) };
    expect([await publishOnce(slower), (await gateway.app.archive.newest()).size]).toEqual(['behind', 0]);
  });

  it('lets nothing be signed, and no server start, while the place cannot be reached', async () => {
    await asked(1);
    const gone: CheckpointAnchor = {
      kept: () => Promise.reject(new Error('unreachable')),
      replace: () => Promise.resolve(true),
    };
    await expect(publishOnce(gone)).rejects.toThrow('unreachable');
    await expect(startGateway(world.stores, world.keys, { anchor: gone })).rejects.toThrow('unreachable');
    expect((await gateway.app.archive.newest()).size).toBe(0);
  });
});
