import { DataSource } from 'typeorm';
import { toDataSourceOptions } from '../../src/db/data-source-options';
import { driftOf, migrate, pendingMigrations, revertLast } from '../../src/db/migrate';
import { MIGRATIONS } from '../../src/db/migrations';
import { forEachDatabase } from '../support/databases';
import { openWorld } from '../support/world';

forEachDatabase('the migrations', (open) => {
  it('leave no drift, and a second run keeps what was furnished', async () => {
    const world = await openWorld(open);
    const source = (): DataSource => new DataSource(toDataSourceOptions(world.db.location, MIGRATIONS));
    const count = async (): Promise<number> => Number((await world.rows('SELECT COUNT(*) AS n FROM monthly_summary'))[0]?.['n']);
    const before = await count();
    expect(before).toBe(52);
    expect(await driftOf(source())).toEqual([]);
    expect(await migrate(source())).toEqual([]);
    expect(await count()).toBe(before);
    expect((await world.report()).accounts).toBeNull();
  });

  it('can be undone and run again', async () => {
    const { location, database } = await open();
    const source = (): DataSource => new DataSource(toDataSourceOptions(location, MIGRATIONS));
    expect(await pendingMigrations(source())).toEqual([]);
    await revertLast(source());
    expect(await pendingMigrations(source())).toEqual(['CreateFoundation1764000000000']);
    await expect(database.read('SELECT 1 AS one FROM monthly_summary', [])).rejects.toThrow();
    expect(await migrate(source())).toEqual(['CreateFoundation1764000000000']);
    expect(await driftOf(source())).toEqual([]);
    expect(await database.read('SELECT 1 AS one FROM monthly_summary', [])).toEqual([]);
  });

  it('show drift where a column is missing', async () => {
    const { location, database } = await open();
    await database.write(function* () {
      yield { sql: 'ALTER TABLE monthly_summary DROP COLUMN loan_days', params: [] };
    });
    const drift = await driftOf(new DataSource(toDataSourceOptions(location, MIGRATIONS)));
    expect(drift.join('\n')).toContain('loan_days');
  });
});
