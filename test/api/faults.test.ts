import { createConnection } from 'mysql2/promise';
import { rowsOf } from '../../src/db/database';
import { openMariadb, openMariadbWriter } from '../../src/db/mariadb-database';
import { type Answer, newKey } from '../support/clients';
import { forEachDatabase, type TestDatabase } from '../support/databases';
import { openTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { openWorld, reportOf, type World } from '../support/world';

const SELECT = 'identity { fullName }';
const SCOPES = '*+Identity.fullName';
/** What a fault may cost before it is an error, on a slow machine. */
const ANSWER_MS_MAX = 12_000;

/** The common 503 and nothing else. */
function expectRefused({ status, code, extensions, text }: Answer): void {
  expect({ status, code, extensions }).toEqual({ status: 503, code: 'SERVICE_UNAVAILABLE', extensions: undefined });
  expect(text).not.toContain('"data"');
}

async function readiness({ gateway }: World): Promise<number> {
  return (await gateway.http.inject('/readyz')).statusCode;
}

async function disclosuresUnder({ writer }: TestDatabase, requestId: string): Promise<readonly number[]> {
  const rows = await writer.write(() => rowsOf('SELECT idx FROM disclosure WHERE request_id = ?', [requestId]));
  return rows.map(({ idx }) => Number(idx));
}

/** The same question again gives the report, and there is one disclosure of it. */
async function expectServedOnce(world: World, requestId: string): Promise<void> {
  const answer = await world.ask({ select: SELECT, requestId });
  expect(reportOf(answer).identity).toEqual({ fullName: 'Name li' });
  expect(await disclosuresUnder(world.db, requestId)).toEqual([answer.extensions?.disclosure?.ledgerIndex]);
  expect(await readiness(world)).toBe(200);
}

forEachDatabase('faults of the database', (open, dialect) => {
  let world: World;
  let direct: TestDatabase;
  let proxy: TcpProxy | null = null;
  beforeAll(async () => {
    world = await openWorld(async (options) => {
      direct = await open(options);
      if (direct.location.kind === 'sqlite') return direct;
      const url = new URL(direct.location.url);
      proxy = await openTcpProxy(Number(url.port));
      url.port = String(proxy.port);
      const [database, writer] = [openMariadb(url.href, 10, options?.clock), openMariadbWriter(url.href, options?.clock)];
      return { ...direct, database, writer };
    });
    await world.grant({ scopes: SCOPES });
  });
  afterAll(async () => {
    if (dialect === 'mariadb') await Promise.all([world.db.database.close(), world.db.writer.close()]);
    await proxy?.close();
  });
  afterEach(() => {
    world.spy.beforeWrite = null;
    proxy?.heal();
  });

  it('that stop an append are an error without data and red readiness, until an append succeeds', async () => {
    const requestId = newKey();
    world.spy.beforeWrite = () => Promise.reject(new Error('no space left'));
    expectRefused(await world.ask({ select: SELECT, requestId }));
    expect(await readiness(world)).toBe(503);
    world.spy.beforeWrite = null;
    expect(await disclosuresUnder(direct, requestId)).toEqual([]);
    await expectServedOnce(world, requestId);
  });

  if (dialect === 'sqlite') {
    it('for want of room are an error without data, and end with it', async () => {
      await limitPages(direct, 1); // SQLite takes the pages that there are for the least
      let [requestId, answer] = ['', await world.ask({ select: SELECT })];
      while (answer.status !== 503) {
        expect(reportOf(answer).identity).toEqual({ fullName: 'Name li' });
        requestId = newKey();
        answer = await world.ask({ select: SELECT, requestId });
      }
      expectRefused(answer);
      expect(await readiness(world)).toBe(503);
      await limitPages(direct, 1_000_000);
      await expectServedOnce(world, requestId);
    });
    return;
  }

  const wire = (): TcpProxy => {
    if (!proxy) throw new Error('The gateway is connected without a proxy');
    return proxy;
  };

  it('that hold the lock of the ledger are an error without data, of look-ups and of changes', async () => {
    const holder = await createConnection({ uri: (direct.location as { url: string }).url }); // on MariaDB it has one
    await holder.query('START TRANSACTION');
    await holder.query('SELECT next FROM ledger_sequence FOR UPDATE');
    const [requestId, beganMs] = [newKey(), performance.now()];
    const [refused, change] = await Promise.all([
      world.ask({ select: SELECT, requestId }),
      world.tryGrant({ scopes: SCOPES, purpose: 'CARD_APPROVAL' }),
    ]);
    expect(performance.now() - beganMs).toBeLessThan(ANSWER_MS_MAX);
    expectRefused(refused);
    expectRefused(change);
    expect(await readiness(world)).toBe(503);
    await holder.end();
    await expectServedOnce(world, requestId);
  });

  it('that cut every connection leave none behind', async () => {
    wire().cut(true);
    const requestId = newKey();
    expectRefused(await world.ask({ select: SELECT, requestId }));
    expect(await readiness(world)).toBe(503);
    wire().heal();
    await expectServedOnce(world, requestId);
  });

  it.each([
    ['lost', 0],
    ['reply lost', 1],
  ] as const)('that leave it unknown whether a commit was made (%s) disclose nothing', async (fault, committed) => {
    const [requestId, before] = [newKey(), wire().commitsLost];
    wire().loseCommits(fault);
    expectRefused(await world.ask({ select: SELECT, requestId }));
    expect(wire().commitsLost).toBe(before + 1);
    wire().heal();
    expect(await disclosuresUnder(direct, requestId)).toHaveLength(committed);
    await expectServedOnce(world, requestId);
  });

  it('that let a connection hang are an error in time, and the next transaction has another', async () => {
    const write = (): Promise<unknown> => world.db.writer.write(() => rowsOf('SELECT next FROM ledger_sequence FOR UPDATE'));
    await write();
    wire().freeze();
    const beganMs = performance.now();
    await expect(write()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(performance.now() - beganMs).toBeLessThan(ANSWER_MS_MAX);
    await expect(write()).resolves.toHaveLength(1);
  });
});

function limitPages({ writer }: TestDatabase, pages: number): Promise<unknown> {
  return writer.write(() => rowsOf(`PRAGMA max_page_count = ${String(pages)}`));
}
