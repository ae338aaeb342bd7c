import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { addLedgerCommand, type LedgerAdapters } from '../../src/cli/ledger';
import { ledgerFiles, openLedgerArchive } from '../../src/compose';
import { leafHash } from '../../src/core/ledger/merkle-tree';
import { bundleCheckers } from '../../src/threads/bundle-pool';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { SOURCE_WORKER } from '../support/source-worker';
import { openWorld, type World } from '../support/world';

forEachDatabase('the command ledger', (open) => {
  let world: World;
  let folder: string;
  const said = heardFromCommands();
  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'gateway-ledger-'));
    world = await openWorld(open);
    await world.grant();
    for (let asked = 0; asked < 260; asked += 1) await world.ask();
    await world.gateway.publish();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** @returns the exit code. */
  const run = (...words: string[]): Promise<number> =>
    runWith({ openCheckers: (threads) => bundleCheckers(threads, SOURCE_WORKER) }, ...words);
  async function runWith(adapters: Pick<LedgerAdapters, 'openCheckers'>, ...words: string[]): Promise<number> {
    process.exitCode = 0;
    said.length = 0;
    const program = new Command().exitOverride();
    const openArchive = async () => ({ ...(await openLedgerArchive(world.stores, world.keys)), close: () => Promise.resolve() });
    addLedgerCommand(program, { ...ledgerFiles, openArchive, ...adapters });
    await program.parseAsync(['node', 'gateway', 'ledger', ...words]);
    return process.exitCode ?? 0;
  }
  const key = async (): Promise<string> => {
    await run('key');
    return said[0]?.replace('log: ', '') ?? '';
  };

  it('verifies what was signed of the ledger of the database, and signs nothing itself', async () => {
    await world.ask();
    for (const words of [['key'], ['export', '--out', folder], ['verify']]) expect(await run(...words)).toBe(0);
    expect(said).toEqual([
      expect.stringMatching(/^log: Verified: 261 entries of ledger-[0-9a-f]{16}\/disclosures\/0 \(C 1, D 260\), root .{43}=\.$/),
    ]);
  });

  it('verifies with as many threads as it is told, and does not call verified what one of them did not check', async () => {
    expect(await run('verify', '--threads', '2')).toBe(0);
    expect(said).toEqual([expect.stringMatching(/^log: Verified: 261 entries /)]);
    await world.change('DELETE FROM ledger_entry WHERE idx >= 258');
    expect(await run('verify', '--threads', '2')).toBe(1);
    expect(said).toEqual(['error: Not verified. tile/0/001.p/5 does not hold 5 hashes']);
    const missing = { file: path.join(folder, 'none.js') };
    expect(await runWith({ openCheckers: (threads) => bundleCheckers(threads, missing) }, 'verify', '--threads', '2')).toBe(2);
    expect(said).toEqual(['error: A thread that checked entries broke down']);
    for (const threads of ['0', '65', '1.5', 'all']) expect(await run('verify', '--threads', threads)).toBe(2);
    expect(said).toEqual(['error: --threads must be a whole number from 1 to 64.']);
  });

  it('names the entry of the database that was altered, and one that is gone', async () => {
    const [row] = await world.rows('SELECT body FROM ledger_entry WHERE idx = 7');
    const body = Buffer.from((row?.['body'] as Buffer).toString('latin1').replace('"v":1', '"v":2'), 'latin1');
    await world.change('UPDATE ledger_entry SET body = ?, leaf = ? WHERE idx = 7', [body, leafHash(body)]);
    expect(await run('verify')).toBe(1);
    expect(said).toEqual(['error: Not verified. Entry 7: it is of an unknown version or type']);
    await world.change('DELETE FROM ledger_entry WHERE idx >= 258');
    await world.change('UPDATE ledger_entry SET body = ?, leaf = ? WHERE idx = 7', [row?.['body'] as Buffer, leafHash(row?.['body'] as Buffer)]);
    expect(await run('verify')).toBe(1);
    expect(said).toEqual(['error: Not verified. tile/0/001.p/5 does not hold 5 hashes']);
  }); // prettier-ignore

  it('says that nothing was opened or signed yet', async () => {
    await world.change('DELETE FROM ledger_published');
    expect([await run('verify'), said]).toEqual([2, ['error: No checkpoint has been signed yet']]);
    await world.change('DELETE FROM ledger_sequence');
    expect([await run('key'), said]).toEqual([2, ['error: No ledger has been opened here; start the server once.']]);
  });

  it('copies it as files, which are verified without the database and continued by the next copy', async () => {
    expect(await run('export', '--out', folder)).toBe(0);
    const verifierKey = await key();
    expect(readdirSync(folder, { recursive: true }).map(String).filter((name) => statSync(path.join(folder, name)).isFile()).sort()).toEqual([
      'checkpoint', 'tile/0/000', 'tile/0/001.p/5', 'tile/1/000.p/1', 'tile/entries/000', 'tile/entries/001.p/5',
    ]); // prettier-ignore
    expect(await run('verify', '--source', folder, '--key', verifierKey)).toBe(0);
    const earlier = path.join(folder, 'earlier');
    writeFileSync(earlier, readFileSync(path.join(folder, 'checkpoint')));
    const { mtimeMs } = statSync(path.join(folder, 'tile/entries/000'));
    await world.ask();
    await world.gateway.publish();
    expect(await run('export', '--out', folder)).toBe(0);
    expect(said).toEqual([expect.stringMatching(/^log: Copied 262 entries, root /)]);
    expect(statSync(path.join(folder, 'tile/entries/000')).mtimeMs).toBe(mtimeMs);
    expect(await run('verify', '--source', folder, '--key', verifierKey, '--from-checkpoint', earlier)).toBe(0);
    expect(await run('verify', '--from-checkpoint', earlier)).toBe(0);
  });

  it('says what does not hold, and ends with 1', async () => {
    await run('export', '--out', folder);
    const verifierKey = await key();
    const bundle = path.join(folder, 'tile/entries/001.p/5');
    const bytes = readFileSync(bundle);
    bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40);
    writeFileSync(bundle, bytes);
    expect(await run('verify', '--source', folder, '--key', verifierKey)).toBe(1);
    expect(said).toEqual(['error: Not verified. Entry 256: its hash is not the one in its tile']);
    rmSync(bundle);
    expect(await run('verify', '--source', folder, '--key', verifierKey)).toBe(1);
    expect(said).toEqual([expect.stringMatching(/^error: Not verified\. tile\/entries\/001\.p\/5 cannot be read: /)]);
    expect(await run('verify', '--source', folder)).toBe(2);
    expect(said).toEqual([expect.stringContaining('give --key')]);
  });

  describe('over HTTP', () => {
    let server: Server;
    const asked: (string | undefined)[] = [];
    beforeEach(async () => {
      await run('export', '--out', folder);
      server = createServer((request, response) => {
        asked.push(request.headers.authorization);
        try {
          response.end(
            readFileSync(path.join(folder, new URL(request.url ?? '', 'http://host').pathname.replace('/ledger/', ''))),
          );
        } catch {
          response.writeHead(404).end();
        }
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    });
    afterEach(() => server.close());

    it('verifies what an address publishes, with a token where one is given', async () => {
      const verifierKey = await key();
      const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/ledger`;
      expect(await run('verify', '--source', address, '--key', verifierKey, '--token', 'secret')).toBe(0);
      expect(new Set(asked)).toEqual(new Set(['Bearer secret']));
      asked.length = 0;
      expect(await run('verify', '--source', 'http://ledger.example.org/', '--key', verifierKey, '--token', 'secret')).toBe(2);
      expect([said, asked]).toEqual([['error: A token is sent by https only, or to this machine.'], []]);
      rmSync(path.join(folder, 'tile/1/000.p/1'));
      expect(await run('verify', '--source', `${address}/`, '--key', verifierKey)).toBe(1);
      expect(said).toEqual(['error: Not verified. tile/1/000.p/1 cannot be read: it answers 404']);
    });
  });
});
