import { setTimeout as sleep } from 'node:timers/promises';
import { leafHash } from '../../src/core/ledger/merkle-tree';
import { rootByPath } from '../../src/core/ledger/proofs';
import { openCheckpoint } from '../../src/core/ledger/signed-note';
import { parseBundle } from '../../src/core/ledger/tiles';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import type { Script } from '../../src/db/database';
import { publish } from '../../src/db/ledger-publisher';
import { aBorrower, type Answer, type Caller, CALLERS, sendAs, tokenOf, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import { openWorld, startGateway, type World } from '../support/world';

const PROOF = 'query ($id: ID!) { disclosureProof(reportId: $id) { reportId ledgerOrigin ledgerIndex leafHash proof } }';
const WITH_ENTRY = PROOF.replace('proof }', 'proof entry }');
const LEDGER = '{ ledger { origin size rootHash checkpoint publicKey publishedAt } }';

interface Ledger extends Values {
  readonly origin: string;
  readonly size: number;
  readonly rootHash: string;
  readonly checkpoint: string;
  readonly publicKey: string;
}
interface Proof extends Values {
  readonly ledgerIndex: number;
  readonly leafHash: string;
  readonly proof: string;
  readonly entry?: string;
}

forEachDatabase('the published ledger', (open) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(open);
  });
  const send = (caller: Caller, query: string, variables: Values = {}): Promise<Answer> =>
    sendAs(world.gateway.http, caller, query, variables);
  const ledger = async (): Promise<Ledger> => (await send(CALLERS.auditor, LEDGER)).data?.['ledger'] as Ledger;
  const idOf = ({ extensions }: Answer): string => extensions?.disclosure?.reportId ?? '';
  const proofFor = async (caller: Caller, id: string, query = PROOF): Promise<Proof | null> =>
    (await send(caller, query, { id })).data?.['disclosureProof'] as Proof | null;
  const get = async (url: string, caller: Caller | null = CALLERS.auditor) =>
    world.gateway.http.inject({ url, headers: caller ? { authorization: `Bearer ${await tokenOf(caller)}` } : {} });
  const verify = (verifierKey: string, from?: string) =>
    verifyLedger({ reader: world.gateway.app.archive.reader, verifierKey, ...(from === undefined ? {} : { from }) });
  /** Alters entries as somebody with the database's own rights could. */
  const alterBody = async (index: number): Promise<void> => {
    const [row] = await world.rows('SELECT body FROM ledger_entry WHERE idx = ?', [index]);
    const body = Buffer.from((row?.['body'] as Buffer).toString('latin1').replace('"v":1', '"v":2'), 'latin1');
    await world.change('UPDATE ledger_entry SET body = ? WHERE idx = ?', [body, index]);
  };

  it('is signed as it stands, continues what was signed before, and is verified by what it publishes alone', async () => {
    const empty = await ledger();
    expect(empty).toMatchObject({ size: 0, origin: expect.stringMatching(/^ledger-[0-9a-f]{16}\/disclosures\/0$/) as unknown });
    await world.grant();
    await world.ask();
    await world.gateway.publish();
    const first = await ledger();
    for (let more = 0; more < 300; more += 1) await world.ask();
    await world.gateway.publish();
    const second = await ledger();
    expect([first.size, second.size]).toEqual([2, 302]);
    expect(openCheckpoint(second.checkpoint, second.publicKey)).toEqual({
      origin: second.origin, size: 302, root: Buffer.from(second.rootHash, 'base64'),
    }); // prettier-ignore
    const verified = await verify(second.publicKey, first.checkpoint);
    expect(verified.counts).toEqual({ C: 1, D: 301 });
    expect(await world.rows('SELECT tile_level, idx FROM ledger_node')).toEqual([{ tile_level: 1, idx: 0 }]);
  });

  it('signs nothing anew while nothing was recorded', async () => {
    await world.ask();
    await world.gateway.publish();
    const before = await ledger();
    world.clock.nowMs += 5_000;
    await world.gateway.publish();
    expect(await ledger()).toEqual(before);
  });

  it('proves a disclosure to its recipient, its borrower and the auditor, and the entry to the latter two', async () => {
    await world.grant();
    const id = idOf(await world.ask());
    expect(await proofFor(CALLERS.bankA, id)).toBeNull(); // no checkpoint covers it yet
    await world.gateway.publish();
    const { size, rootHash, checkpoint } = await ledger();
    const shown = await proofFor(CALLERS.bankA, id);
    for (const caller of [aBorrower('li'), CALLERS.auditor]) {
      const { entry, ...rest } = (await proofFor(caller, id, WITH_ENTRY)) ?? {};
      expect(rest).toEqual(shown);
      expect(leafHash(Buffer.from(String(entry), 'ascii')).toString('hex')).toBe(shown?.leafHash);
    }
    const { ledgerIndex = NaN, leafHash: leaf = '', proof = '' } = shown ?? {};
    const [head, note] = [proof.slice(0, proof.indexOf('\n\n')), proof.slice(proof.indexOf('\n\n') + 2)];
    const [version, index, ...path] = head.split('\n');
    expect([version, index, note]).toEqual(['c2sp.org/tlog-proof@v1', `index ${String(ledgerIndex)}`, checkpoint]);
    const hashes = path.map((hash) => Buffer.from(hash, 'base64'));
    expect(rootByPath(Buffer.from(leaf, 'hex'), ledgerIndex, size, hashes)?.toString('base64')).toBe(rootHash);
  });

  it('proves nothing to anybody else, and tells nobody whether there is anything', async () => {
    const id = idOf(await world.ask());
    await world.gateway.publish();
    for (const caller of [CALLERS.bankB, CALLERS.centre, aBorrower('zhang')]) expect(await proofFor(caller, id)).toBeNull();
    expect(await proofFor(CALLERS.bankA, 'AAAAAAAAAAAAAAAAAAAAAA')).toBeNull();
    for (const [caller, query] of [
      [CALLERS.platform, PROOF],
      [CALLERS.bankA, WITH_ENTRY],
      [CALLERS.bankA, LEDGER],
    ] as const)
      // prettier-ignore
      expect((await send(caller, query, query === LEDGER ? {} : { id })).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  it('is served to auditors as files that never change', async () => {
    for (let asked = 0; asked < 258; asked += 1) await world.ask();
    await world.gateway.publish();
    const { checkpoint } = await ledger();
    const note = await get('/ledger/checkpoint');
    expect([note.statusCode, note.body, note.headers['cache-control']]).toEqual([200, checkpoint, 'private, no-store']);
    for (const [path, bytes] of [
      ['tile/0/000', 8_192],
      ['tile/0/001.p/2', 64],
      ['tile/1/000.p/1', 32],
    ] as const) {
      // prettier-ignore
      const tile = await get(`/ledger/${path}`);
      expect([tile.statusCode, tile.rawPayload.length]).toEqual([200, bytes]);
      expect(tile.headers).toMatchObject({
        'content-type': 'application/octet-stream', 'cache-control': 'private, max-age=31536000, immutable',
      }); // prettier-ignore
    }
    const bundle = await get('/ledger/tile/entries/001.p/2');
    expect(parseBundle(bundle.rawPayload, { index: 1, width: 2 })).toHaveLength(2);
    // beyond what was signed, and spelled otherwise
    for (const path of ['tile/0/001', 'tile/0/001.p/3', 'tile/0/1', 'tile/2/000.p/1', 'tile/entries/002.p/1', 'tile/0/%30%30%30', 'nothing'])
      expect((await get(`/ledger/${path}`)).statusCode).toBe(404); // prettier-ignore
    for (const path of ['checkpoint', 'tile/0/000', 'tile/entries/000']) {
      for (const caller of [CALLERS.bankA, CALLERS.centre, CALLERS.platform, aBorrower('li')])
        expect((await get(`/ledger/${path}`, caller)).statusCode).toBe(403);
      expect((await get(`/ledger/${path}`, null)).statusCode).toBe(401);
    }
  });

  it('is not signed any more once what was signed has been changed', async () => {
    for (let asked = 0; asked < 3; asked += 1) await world.ask();
    await world.gateway.publish();
    const signed = await ledger();
    await world.change('UPDATE ledger_entry SET leaf = ? WHERE idx = 1', [Buffer.alloc(32)]);
    await world.ask();
    await expect(world.gateway.publish()).rejects.toThrow('do not come to the root of the sequence');
    expect(await ledger()).toEqual(signed);
  });

  it('is not signed any more once entries are gone, as after an older backup was restored', async () => {
    await world.ask();
    const [sequence] = await world.rows('SELECT next, frontier, root FROM ledger_sequence');
    for (let asked = 0; asked < 3; asked += 1) await world.ask();
    await world.gateway.publish();
    await world.change('DELETE FROM ledger_entry WHERE idx >= ?', [Number(sequence?.['next'])]);
    await world.change('UPDATE ledger_sequence SET next = ?, frontier = ?, root = ?', [
      Number(sequence?.['next']), sequence?.['frontier'] as Buffer, sequence?.['root'] as Buffer,
    ]); // prettier-ignore
    await expect(world.gateway.publish()).rejects.toThrow('The ledger holds 1 entries, and 4 were signed');
    for (let asked = 0; asked < 4; asked += 1) await world.ask();
    await expect(world.gateway.publish()).rejects.toThrow('do not begin with those that were signed');
  });

  describe('that cannot be signed', () => {
    const alarms = (): readonly string[] => world.log.filter((line) => line.includes('the ledger was not signed'));
    beforeEach(async () => {
      await world.ask();
      await world.gateway.publish();
      await world.change('UPDATE ledger_entry SET leaf = ?', [Buffer.alloc(32)]);
      await world.ask();
    });
    afterEach(() => jest.restoreAllMocks());

    it('raises an alarm that says why, and a minute later the server is not ready any more', async () => {
      const ready = async (): Promise<number> => (await get('/readyz', null)).statusCode;
      world.gateway.startPublishing();
      while (alarms().length === 0) await sleep(50);
      expect(JSON.parse(alarms()[0] ?? '')).toMatchObject({
        level: 50, cause: { name: 'LedgerFault', words: 'The stored entries do not come to the root of the sequence' },
      }); // prettier-ignore
      const now = performance.now.bind(performance);
      const later = jest.spyOn(performance, 'now');
      later.mockImplementation(() => now() + 55_000);
      expect(await ready()).toBe(200);
      later.mockImplementation(() => now() + 60_000);
      expect(await ready()).toBe(503);
      jest.restoreAllMocks();
      await world.gateway.stop();
    });

    it('lets nobody look up or preview any more after that minute, and lets consents be ended', async () => {
      const consentId = await world.grant();
      world.gateway.startPublishing();
      while (alarms().length === 0) await sleep(50);
      expect((await world.ask()).status).toBe(200);
      const now = performance.now.bind(performance);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
      const { status, code, data } = await world.ask();
      expect([status, code, data ?? null]).toEqual([503, 'SERVICE_UNAVAILABLE', null]);
      await world.revoke(consentId);
      jest.restoreAllMocks();
      await world.gateway.stop();
    });

    it('starts no server', async () => {
      await expect(startGateway(world.stores, world.keys)).rejects.toThrow('do not come to the root of the sequence');
    });
  });

  it('is signed once by publishers that begin together, each continuing the other', async () => {
    const other = await startGateway(world.stores, world.keys);
    for (let turn = 0; turn < 5; turn += 1) {
      await world.ask();
      await Promise.all([world.gateway.publish(), other.publish(), world.gateway.publish()]);
    }
    expect((await ledger()).size).toBe(5);
    await other.stop();
  });

  it('is not overwritten where another publisher was quicker', async () => {
    await world.ask();
    await world.gateway.publish();
    await world.ask();
    const note = Buffer.from('signed by another meanwhile');
    const [published] = await world.rows('SELECT * FROM ledger_published');
    const { database } = world.db;
    let turns = 0;
    const racing = {
      ...database,
      write: async <T>(script: () => Script<T>): Promise<T> => {
        turns += 1;
        if (turns === 2) await world.change('UPDATE ledger_published SET note = ?', [note]);
        return database.write(script);
      },
    };
    expect(await publish({ database: racing, ledgerId: 0, key: world.keys.checkpoints, anchor: null })).toBe('behind');
    expect(await world.rows('SELECT * FROM ledger_published')).toEqual([{ ...published, note }]);
  });

  it('names the entry that was changed, and proves it to nobody', async () => {
    const ids: string[] = [];
    for (let asked = 0; asked < 3; asked += 1) ids.push(idOf(await world.ask()));
    await world.gateway.publish();
    const { publicKey } = await ledger();
    await alterBody(1);
    await expect(verify(publicKey)).rejects.toMatchObject({ index: 1 });
    const refused = await send(CALLERS.bankA, PROOF, { id: ids[1] });
    expect([refused.code, refused.data?.['disclosureProof'] ?? null]).toEqual(['SERVICE_ERROR', null]);
    expect(await proofFor(CALLERS.bankA, ids[0] ?? '')).toMatchObject({ ledgerIndex: 0 });
  });
});
