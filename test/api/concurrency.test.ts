import { createHash } from 'node:crypto';
import { openStores, type Stores } from '../../src/compose';
import type { Gateway } from '../../src/compose';
import { NOW_MS } from '../support/builders';
import { type Answer, CALLERS, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import {
  CUSTOMER,
  EVERYTHING,
  normalised,
  openWorld,
  recordsOf,
  type ReportDraft,
  reportOf,
  startGateway,
  type World,
} from '../support/world';

const SELECT = 'identity { fullName }';
const ROUNDS = 15;

forEachDatabase('concurrency', (open, dialect) => {
  let world: World;
  let gateways: readonly Gateway[] = [];
  let second: Stores | null = null;
  beforeAll(async () => {
    world = await openWorld(open);
    gateways = [world.gateway];
    if (dialect === 'sqlite') return;
    second = openStores({ database: world.db.location }, world.keys, () => NOW_MS);
    gateways = [world.gateway, await startGateway(second, world.keys)];
  });
  afterAll(async () => {
    await Promise.all(gateways.slice(1).map((gateway) => gateway.stop()));
    await second?.close();
  });
  afterEach(() => {
    world.spy.beforeWrite = null;
    world.clock.nowMs = NOW_MS;
  });

  async function ledger(): Promise<readonly Values[]> {
    return world.rows('SELECT idx, leaf, subject, body FROM ledger_entry ORDER BY idx');
  }

  it('shows nothing in any report that begins after a revocation was answered', async () => {
    let [before, after] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      const id = await world.grant({ scopes: '*+Identity.fullName' });
      let revoked = false;
      const shown: boolean[] = [];
      const asking = gateways.flatMap((gateway) =>
        Array.from({ length: 3 }, async () => {
          for (let turn = 0; turn < 4; turn += 1) {
            const late = revoked;
            const answer = await world.ask({ gateway, select: SELECT });
            const visible = reportOf(answer).identity['fullName'] !== null;
            if (late) shown.push(visible);
            else before += visible ? 1 : 0;
          }
        }),
      );
      await world.revoke(id);
      revoked = true;
      const last = await Promise.all(gateways.map((gateway) => world.ask({ gateway, select: SELECT })));
      await Promise.all(asking);
      const all = [...shown, ...last.map((answer) => reportOf(answer).identity['fullName'] !== null)];
      after += all.length;
      expect(all.filter(Boolean)).toEqual([]);
    }
    expect(after).toBeGreaterThanOrEqual(ROUNDS * gateways.length);
    expect(before).toBeGreaterThanOrEqual(0);
  });

  it('decides again when a revocation commits between decision and append: nothing shown, one entry', async () => {
    const id = await world.grant({ scopes: '*+Identity.fullName' });
    const from = (await ledger()).length;
    let once = false;
    world.spy.beforeWrite = async () => {
      if (once) return;
      once = true;
      await world.revoke(id);
    };
    const answer = await world.ask({ select: SELECT });
    expect(once).toBe(true);
    expect(reportOf(answer).identity).toEqual({ fullName: null });
    const added = (await ledger()).slice(from).map(({ body }) => JSON.parse((body as Buffer).toString()) as Values);
    expect(added.map(({ type, action, released }) => ({ type, action, released }))).toEqual([
      { type: 'C', action: 'revoke', released: undefined },
      { type: 'D', action: undefined, released: {} },
    ]);
  });

  it('decides again when a consent that it rests on ends between decision and append', async () => {
    const borrower = CUSTOMER('ending');
    await world.furnish(recordsOf({ customerId: 'ending', months: [] }));
    for (const validUntil of [NOW_MS + 60_000, NOW_MS + 120_000])
      await world.grant({ borrower, scopes: '*+Identity.fullName', validUntil });
    const readAt = async (ms: number): Promise<readonly [unknown, number]> => {
      let turns = 0;
      world.spy.beforeWrite = () => {
        turns += 1;
        world.clock.nowMs = NOW_MS + ms;
        return Promise.resolve();
      };
      const answer = await world.ask({ borrower, select: SELECT });
      return [reportOf(answer).identity['fullName'], turns];
    };
    const from = (await ledger()).length;
    expect(await readAt(59_999)).toEqual(['Name ending', 1]);
    world.clock.nowMs = NOW_MS + 119_000;
    expect(await readAt(119_999)).toEqual(['Name ending', 1]);
    expect(await readAt(120_000)).toEqual([null, 2]);
    const added = (await ledger()).slice(from).map(({ body }) => JSON.parse((body as Buffer).toString()) as Values);
    expect(added.map(({ consents }) => (consents as unknown[]).length > 0)).toEqual([true, true, false]);
  });

  it('takes a request that is repeated after a day for another look', async () => {
    const indexAt = async (ms: number): Promise<unknown> => {
      world.clock.nowMs = NOW_MS + ms;
      const { extensions } = await world.ask({ select: SELECT, requestId: 'repeated-tomorrow' });
      return extensions?.disclosure?.ledgerIndex;
    };
    const first = await indexAt(0);
    expect(await indexAt(86_399_999)).toBe(first);
    expect(await indexAt(86_400_000)).toBe(Number(first) + 1);
  });

  it('gives up with the common 503 when the consents move twice', async () => {
    const writes: string[] = [];
    world.spy.beforeWrite = async () => {
      const hook = world.spy.beforeWrite;
      world.spy.beforeWrite = null;
      writes.push(await world.grant({ scopes: '*+Identity.fullName' }));
      world.spy.beforeWrite = hook;
    };
    const answer = await world.ask({ select: SELECT });
    world.spy.beforeWrite = null;
    expect({ status: answer.status, code: answer.code, data: answer.data, moves: writes.length }).toEqual({
      status: 503,
      code: 'SERVICE_UNAVAILABLE',
      data: undefined,
      moves: 2,
    });
    for (const id of writes) await world.revoke(id);
  });

  it('gives parallel retries of one request one entry', async () => {
    const requestId = 'parallel-retry';
    const answers = await Promise.all(Array.from({ length: 2 }, () => world.ask({ select: 'reportId', requestId })));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('lets reports asked at once share their statements, and tells each only what it alone would be told', async () => {
    const scopes = [
      '*+Identity.fullName',
      'H+MonthlySummary.balance',
      'J+MonthlySummary.loanCount *+CreditAccount.creditLimit',
      '',
    ];
    const drafts: ReportDraft[] = [{ borrower: CUSTOMER('crowd-nobody') }];
    for (let at = 0; at < 12; at += 1) {
      const borrower = CUSTOMER(`crowd-${String(at)}`);
      const months = ['2026-03', '2026-02'];
      await world.furnish(
        recordsOf({ customerId: borrower.idNumber, months, account: () => ({ creditLimitMinor: 1_000 + at }) }),
      );
      const granted = scopes[at % scopes.length] ?? '';
      if (granted !== '') await world.grant({ borrower, scopes: granted });
      if (at % 3 === 0)
        await world.grant({ borrower, recipientId: 'bank-b', scopes: '*+Identity.birthYear J+MonthlySummary.balance' });
      drafts.push({ borrower }, { borrower, as: CALLERS.bankB }, { borrower });
    }
    const ask = async (draft: ReportDraft): Promise<string> =>
      normalised((await world.ask({ ...draft, select: EVERYTHING })).text);
    const alone: string[] = [];
    for (const draft of drafts) alone.push(await ask(draft));
    const { result: together, executed } = await world.spy.during(() => Promise.all(drafts.map(ask)));
    expect(together).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(12);
    expect(executed.filter(({ kind }) => kind === 'read').length).toBeLessThan(drafts.length * 2);
  });

  it('keeps the ledger whole under parallel reports of all gateways', async () => {
    await world.furnish(recordsOf({ customerId: 'second', months: [] }));
    const from = (await ledger()).length;
    const answers: Answer[] = [];
    for (let wave = 0; wave < 2; wave += 1)
      answers.push(
        ...(await Promise.all(
          gateways.flatMap((gateway) =>
            Array.from({ length: 100 }, (_, at) =>
              world.ask({ gateway, borrower: CUSTOMER(at % 2 === 0 ? 'li' : 'second'), select: SELECT }),
            ),
          ),
        )),
      );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const entries = await ledger();
    expect(entries.map(({ idx }) => Number(idx))).toEqual(entries.map((_, at) => at));
    expect(entries).toHaveLength(from + answers.length);
    const told = answers.map(({ extensions }) => extensions?.disclosure?.ledgerIndex).sort((a, b) => Number(a) - Number(b));
    expect(told).toEqual(answers.map((_, at) => from + at));
    for (const { leaf, body } of entries) {
      const text = (body as Buffer).toString('ascii');
      expect(text).toBe(canonical(JSON.parse(text)));
      expect((leaf as Buffer).equals(sha256(Buffer.from([0]), body as Buffer))).toBe(true);
    }
    const [sequence] = await world.rows('SELECT next, root, frontier FROM ledger_sequence');
    expect(Number(sequence?.['next'])).toBe(entries.length);
    const leaves = entries.map(({ leaf }) => leaf as Buffer);
    expect((sequence?.['root'] as Buffer).toString('hex')).toBe(rootOf(leaves).toString('hex'));
    expect((sequence?.['frontier'] as Buffer).toString('hex')).toBe(Buffer.concat(frontierOf(leaves)).toString('hex'));
  });
});

/** JSON with sorted members and without white space. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = value as Values;
  return `{${Object.keys(members).sort().map((name) => `${JSON.stringify(name)}:${canonical(members[name])}`).join(',')}}`; // prettier-ignore
}

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** Merkle tree hash as RFC 6962, section 2.1, defines it: split at the largest power of two below the size. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves;
  if (leaves.length === 1 && only) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.from([1]), rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

/** Roots of the complete subtrees, the largest first. */
function frontierOf(leaves: readonly Buffer[]): readonly Buffer[] {
  if (leaves.length === 0) return [];
  let size = 1;
  while (size * 2 <= leaves.length) size *= 2;
  return [rootOf(leaves.slice(0, size)), ...frontierOf(leaves.slice(size))];
}
