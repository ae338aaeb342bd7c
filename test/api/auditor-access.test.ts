import { createHash } from 'node:crypto';
import { print, parse } from 'graphql';
import type { LedgerEntry } from '../../src/core/ledger/entry';
import { verifyLedger } from '../../src/core/ledger/verify-ledger';
import { aBorrower, type Answer, type Caller, CALLERS, sendAs, type Values } from '../support/clients';
import { forEachDatabase } from '../support/databases';
import { openWorld, type World } from '../support/world';

const DISCLOSURES = '{ disclosures(first: 10) { edges { node { reportId ledgerIndex } } } }';
const CONSENTS = '{ consents(first: 10) { edges { node { id } } } }';

forEachDatabase('what an auditor reads', (open) => {
  let world: World;
  let consentId: string;
  let reports: readonly string[];
  beforeAll(async () => {
    world = await openWorld(open);
    consentId = await world.grant(); // 0
    const asked = [await world.ask(), await world.ask()]; // 1, 2
    reports = asked.map(({ extensions }) => extensions?.disclosure?.reportId ?? '');
    await world.gateway.publish();
  });
  const send = (query: string, variables: Values = {}, caller: Caller = CALLERS.auditor): Promise<Answer> =>
    sendAs(world.gateway.http, caller, query, variables);
  const entries = async (): Promise<readonly LedgerEntry[]> =>
    (await world.rows('SELECT body FROM ledger_entry ORDER BY idx')).map(
      (row) => JSON.parse((row['body'] as Buffer).toString('ascii')) as LedgerEntry,
    );
  /** What a query added to the ledger. */
  async function added(query: string, variables: Values = {}, caller: Caller = CALLERS.auditor): Promise<readonly LedgerEntry[]> {
    const before = (await entries()).length;
    const { text, status } = await send(query, variables, caller);
    if (status !== 200) throw new Error(text);
    return (await entries()).slice(before);
  }

  it.each([
    ['disclosures', DISCLOSURES, {}, { fields: ['disclosures'], rows: 2, first: 1, last: 2 }],
    [
      'one disclosure',
      'query ($id: ID!) { disclosure(reportId: $id) { reportId } }',
      { id: 1 },
      { fields: ['disclosure'], rows: 1, first: 2, last: 2 },
    ],
    [
      'a proof',
      'query ($id: ID!) { disclosureProof(reportId: $id) { entry } }',
      { id: 0 },
      { fields: ['disclosureProof'], rows: 1, first: 1, last: 1 },
    ],
    ['consents', CONSENTS, {}, { fields: ['consents'], rows: 1 }],
    ['one consent', 'query ($id: ID!) { consent(id: $id) { id } }', { id: 'consent' }, { fields: ['consent'], rows: 1 }],
    [
      'nothing found',
      'query { disclosure(reportId: "AAAAAAAAAAAAAAAAAAAAAA") { reportId } }',
      {},
      { fields: ['disclosure'], rows: 0 },
    ],
    [
      'several under other names',
      '{ a: viewer { role } b: consents(first: 1) { edges { node { id } } } c: disclosures(first: 1) { edges { node { reportId } } } }',
      {},
      { fields: ['consents', 'disclosures'], rows: 2, first: 2, last: 2 },
    ],
    [
      'in a fragment',
      'query { ...F } fragment F on Query { consents(first: 1) { edges { node { id } } } }',
      {},
      { fields: ['consents'], rows: 1 },
    ],
  ])('is an entry before it is shown: %s', async (_, query, variables, expected) => {
    const id = (variables as { id?: number | string }).id;
    const given = id === undefined ? {} : { id: id === 'consent' ? consentId : reports[Number(id)] };
    const [entry, ...more] = await added(query, given);
    expect(more).toEqual([]);
    const texts = [print(parse(query)), JSON.stringify(given)].map((text) => `${String(Buffer.byteLength(text))}:${text}`);
    const op = createHash('sha256').update(texts.join('')).digest('base64url');
    expect(entry).toEqual({
      v: 1, type: 'A', ...expected, op, actor: 'auditor-1', jti: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      at: world.clock.nowMs, nonce: expect.stringMatching(/^[\w-]{22}$/) as unknown,
      gateway: expect.any(String) as unknown, ledger: expect.any(String) as unknown,
    }); // prettier-ignore
  });

  it.each([
    ['the dictionary', '{ fieldPolicies { field } }'],
    ['the checkpoint', '{ ledger { size } }'],
    ['itself', '{ viewer { role } }'],
    ['the schema', '{ __schema { queryType { name } } }'],
    ['what was left out', 'query { viewer { role } consents(first: 1) @skip(if: true) { edges { node { id } } } }'],
  ])('is none where it tells of nobody: %s', async (_, query) => {
    expect(await added(query)).toEqual([]);
  });

  it('is none for anybody else', async () => {
    for (const caller of [CALLERS.platform, aBorrower('li')]) expect(await added(CONSENTS, {}, caller)).toEqual([]);
    for (const caller of [CALLERS.bankA, CALLERS.platform, aBorrower('li')])
      expect(await added(DISCLOSURES, {}, caller)).toEqual([]);
  });

  it('leaves not without its entry', async () => {
    world.spy.beforeWrite = () => {
      throw new Error('the disk is full');
    };
    const { status, code, data, text } = await send(DISCLOSURES);
    world.spy.beforeWrite = null;
    expect([status, code, data ?? null]).toEqual([500, 'SERVICE_ERROR', null]);
    for (const report of reports) expect(text).not.toContain(report);
    expect((await send(DISCLOSURES)).status).toBe(200);
  });

  it('leaves no entry where it is refused', async () => {
    const before = (await entries()).length;
    expect((await send('{ disclosures(first: 1000) { edges { node { reportId } } } }')).code).toBe('BAD_USER_INPUT');
    expect((await entries()).length).toBe(before);
  });

  it('is verified with the rest, and shown to nobody as a disclosure', async () => {
    await world.gateway.publish();
    const { reader, verifierKey } = world.gateway.app.archive;
    const { counts } = await verifyLedger({ reader, verifierKey });
    expect(counts).toMatchObject({ C: 1, D: 2, A: (await entries()).length - 3 });
    const { data } = await send(DISCLOSURES);
    expect((data?.['disclosures'] as { edges: unknown[] }).edges).toHaveLength(2);
  });
});
