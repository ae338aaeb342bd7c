import { NOW_MS } from '../support/builders';
import { CALLERS, newKey, type Values } from '../support/clients';
import { act, aPerson, asking, granted, granting, inDays, read, refusalOf } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { DAY, openWorld, type World } from '../support/world';

const { platform: PLATFORM, bankA: BANK_A } = CALLERS;

/** What a further act owes to the acts before it: keys, renewals, room and the time of a state. */
forEachDatabase('one act after another', (open) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });
  const MISMATCH = { code: 'IDEMPOTENCY_MISMATCH', input: 'input.idempotencyKey' };

  it('a grant is another input under the same key when it answers a request', async () => {
    const person = await aPerson(world);
    const request = (await act(world, BANK_A, 'requestConsent', asking(person.borrower))).consentRequest;
    const input = { ...granting(world, person.borrower), idempotencyKey: newKey() };
    await act(world, PLATFORM, 'grantConsent', input);
    const again = { ...input, consentRequestId: request.id };
    expect(await refusalOf(world, PLATFORM, 'grantConsent', again)).toEqual(MISMATCH);
  });

  it.each<[string, Values]>([
    ['is for one use', { accessMode: 'ONE_TIME' }],
    ['has a frequency', { frequency: { count: 1, per: 'DAY' } }],
    ['is EXPLICIT', { absencePolicy: 'EXPLICIT' }],
  ])('a grant is another input under the same key when it %s', async (_what, change) => {
    const person = await aPerson(world);
    const input = { ...granting(world, person.borrower), idempotencyKey: newKey() };
    await act(world, PLATFORM, 'grantConsent', input);
    expect(await refusalOf(world, PLATFORM, 'grantConsent', { ...input, ...change })).toEqual(MISMATCH);
  });

  it('a grant renews the newest of several', async () => {
    const person = await aPerson(world);
    let newest: string | null = null;
    for (let turn = 0; turn < 4; turn += 1) {
      world.clock.nowMs += 1;
      const { consent } = await act(world, PLATFORM, 'grantConsent', granting(world, person.borrower));
      expect(consent).toMatchObject({ previousConsentId: newest });
      newest = consent.id;
    }
  });

  it('consents in force are bounded, and not those that ended or serve another purpose', async () => {
    const person = await aPerson(world);
    const ended = await granted(world, person);
    await act(world, PLATFORM, 'revokeConsent', { consentId: ended });
    await granted(world, person, { validUntil: inDays(world, 1) });
    await granted(world, person, { purpose: 'CARD_APPROVAL' });
    world.clock.nowMs += DAY;
    const ids: string[] = [];
    for (let made = 0; made < 100; made += 1) ids.push(await granted(world, person));
    const oneMore = granting(world, person.borrower);
    expect(await refusalOf(world, PLATFORM, 'grantConsent', oneMore)).toEqual({ code: 'BAD_USER_INPUT', input: 'input' });
    await act(world, PLATFORM, 'revokeConsent', { consentId: ids[0] });
    expect(await granted(world, person)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('the validity of a revoked consent does not end a second time', async () => {
    const person = await aPerson(world);
    const id = await granted(world, person, { validUntil: inDays(world, 2) });
    await act(world, PLATFORM, 'revokeConsent', { consentId: id });
    const [early, late] = [inDays(world, 0), inDays(world, 1)];
    world.clock.nowMs = NOW_MS + 3 * DAY;
    const query = 'query ($filter: ConsentFilter) { consents(filter: $filter) { edges { node { id } } } }';
    const from = async (changedFrom: string) => {
      const { edges } = await read<{ edges: { node: Values }[] }>(world, person.self, query, { filter: { changedFrom } });
      return edges.map(({ node }) => node['id']);
    };
    expect([await from(early), await from(late)]).toEqual([[id], []]);
  });

  it('an amendment leaves the time of the state alone', async () => {
    const person = await aPerson(world);
    const id = await granted(world, person);
    const since = inDays(world, 0);
    world.clock.nowMs += DAY;
    const { consent } = await act(world, PLATFORM, 'amendConsent', { consentId: id, expectedVersion: 1, scopes: [] });
    expect(consent).toMatchObject({ version: 2, status: 'ACTIVE', statusAt: since });
  });
});
