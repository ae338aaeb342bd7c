import { openStores, type Gateway, type Stores } from '../../src/compose';
import { at, NOW_MS } from '../support/builders';
import { type Answer, aBorrower, CALLERS, type Caller, newKey, sendAs, type Values } from '../support/clients';
import { type Act, act } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { statementsOf } from '../support/sql-spy';
import {
  CUSTOMER,
  DAY,
  EVERYTHING,
  type GrantDraft,
  normalised,
  openWorld,
  recordsOf,
  reportOf,
  stableHeaders,
  startGateway,
  type World,
} from '../support/world';

const NAME = 'identity { fullName }';
const MINUTE = 60_000;
const ONE_TIME = { accessMode: 'ONE_TIME' };
const often = (count: number, per = 'DAY') => ({ frequency: { count, per } });

/** Budgets of consent.md, section 6, steps 7, 11 and 13, and rows M49 to M59 of section 7, through the API. */
forEachDatabase('budgets', (open, dialect) => {
  let world: World;
  let people = 0;
  let gateways: readonly Gateway[] = [];
  let second: Stores | null = null;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
    gateways = [world.gateway];
    if (dialect === 'sqlite') return;
    second = openStores({ database: world.db.location }, world.keys, () => world.clock.nowMs);
    gateways = [world.gateway, await startGateway(second, world.keys)];
  });
  afterAll(async () => {
    await Promise.all(gateways.slice(1).map((gateway) => gateway.stop()));
    await second?.close();
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
    world.spy.beforeWrite = null;
  });

  async function aPerson(): Promise<{ customerId: string; borrower: Values }> {
    people += 1;
    const customerId = `budget-${String(people)}`;
    await world.furnish(recordsOf({ customerId, months: ['2026-03', '2026-02'], products: ['JIEBEI'] }));
    return { customerId, borrower: CUSTOMER(customerId) };
  }
  /** A person who consented to their name being seen, under a budget. */
  async function consented(budget: Values, draft: GrantDraft = {}) {
    const person = await aPerson();
    const id = await world.grant({ borrower: person.borrower, scopes: '*+Identity.fullName', more: budget, ...draft });
    return { ...person, id };
  }
  const shows = (answer: Answer): boolean => reportOf(answer).identity['fullName'] !== null;
  const reportIdOf = ({ extensions }: Answer): string => extensions?.disclosure?.reportId ?? '';
  const ask = (borrower: Values, requestId = newKey(), select = NAME): Promise<Answer> =>
    world.ask({ borrower, requestId, select });
  async function entries(): Promise<number> {
    return Number((await world.rows('SELECT COUNT(*) AS n FROM ledger_entry'))[0]?.['n']);
  }
  async function charges(consentId: string): Promise<number> {
    const id = Buffer.from(consentId, 'hex');
    return Number((await world.rows('SELECT COUNT(*) AS n FROM consent_charge WHERE arrangement_id = ?', [id]))[0]?.['n']);
  }
  /** Why the only asked cell of a disclosure was decided as it was. */
  async function reasonOf(answer: Answer): Promise<unknown> {
    const query = 'query ($id: ID!) { disclosure(reportId: $id) { verdicts { reason } } }';
    const { data } = await sendAs(world.gateway.http, CALLERS.auditor, query, { id: reportIdOf(answer) });
    return (data?.['disclosure'] as { verdicts: { reason: string }[] } | null)?.verdicts.map(({ reason }) => reason);
  }
  const ours = (name: Act, input: Values): Promise<unknown> => act(world, CALLERS.platform, name, input);

  describe.each(dialect === 'mariadb' ? [1, 2] : [1])('over %i gateways', (count) => {
    const parallel = (size: number, borrower: Values, requestId: () => string): Promise<readonly Answer[]> =>
      Promise.all(
        Array.from({ length: size }, (_, at) => {
          const gateway = gateways[at % count] ?? world.gateway;
          return world.ask({ borrower, gateway, requestId: requestId(), select: NAME });
        }),
      );

    it('M49, M50: ONE_TIME discloses once under 50 parallel requests, and the other 49 see nothing', async () => {
      for (let round = 0; round < 3; round += 1) {
        const { borrower, id } = await consented(ONE_TIME);
        const before = await entries();
        const answers = await parallel(50, borrower, newKey);
        expect(answers.filter(({ status }) => status !== 200).map(({ code }) => code)).toEqual([]);
        expect(answers.filter(shows)).toHaveLength(1);
        expect(new Set(answers.map(reportIdOf)).size).toBe(50);
        expect([(await entries()) - before, await charges(id)]).toEqual([50, 1]);
        for (const answer of answers.slice(0, 5))
          expect(await reasonOf(answer)).toEqual([shows(answer) ? 'PERMITTED' : 'ONE_TIME_USED']);
      }
    });

    it('M51: 50 parallel sendings of one ONE_TIME request are one disclosure with one charge', async () => {
      const { borrower, id } = await consented(ONE_TIME);
      const before = await entries();
      const requestId = newKey();
      const answers = await parallel(50, borrower, () => requestId);
      expect(answers.filter(({ status }) => status !== 200).map(({ code }) => code)).toEqual([]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.every(shows)).toBe(true);
      expect([(await entries()) - before, await charges(id)]).toEqual([1, 1]);
    });

    it('M57: 3 per DAY disclose exactly 3 times under 30 parallel requests', async () => {
      const { borrower, id } = await consented(often(3));
      const answers = await parallel(30, borrower, newKey);
      expect(answers.filter(({ status }) => status !== 200).map(({ code }) => code)).toEqual([]);
      expect(answers.filter(shows)).toHaveLength(3);
      expect(await charges(id)).toBe(3);
      const refused = answers.filter((answer) => !shows(answer));
      expect(await reasonOf(refused[0] ?? answers[0] as Answer)).toEqual(['OVER_FREQUENCY']); // prettier-ignore
    });

    it('M57: parallel requests, each sent twice, disclose 3 of them and give both sendings the same bytes', async () => {
      const { borrower, id } = await consented(often(3));
      const ids = Array.from({ length: 10 }, newKey);
      let next = 0;
      const answers = await parallel(20, borrower, () => ids[Math.floor((next++ % 20) / 2)] ?? '');
      expect(answers.filter(({ status }) => status !== 200).map(({ code }) => code)).toEqual([]);
      const byRequest = ids.map((_, at) => answers.slice(2 * at, 2 * at + 2));
      expect(byRequest.filter((both) => both.some(shows))).toHaveLength(3);
      for (const [one, other] of byRequest) expect(one?.text).toBe(other?.text);
      expect(await charges(id)).toBe(3);
    });
  });

  describe('a retry', () => {
    it.each([
      ['ONE_TIME', ONE_TIME, 'ONE_TIME_USED'],
      ['1 per DAY', often(1), 'OVER_FREQUENCY'],
    ] as const)('M51: of %s is the same disclosure for ten minutes, and then none', async (_, budget, spent) => {
      const { borrower, id } = await consented(budget);
      const requestId = newKey();
      const first = await ask(borrower, requestId);
      const before = await entries();
      expect(shows(first)).toBe(true);
      for (const ms of [0, MINUTE, 10 * MINUTE - 1]) {
        world.clock.nowMs = NOW_MS + ms;
        expect((await ask(borrower, requestId)).text).toBe(first.text);
        expect(shows(await ask(borrower))).toBe(false);
      }
      expect([(await entries()) - before, await charges(id)]).toEqual([3, 1]);
      world.clock.nowMs = NOW_MS + 10 * MINUTE;
      const late = await ask(borrower, requestId);
      expect([shows(late), await reasonOf(late)]).toEqual([false, [spent]]);
      expect(reportIdOf(late)).not.toBe(reportIdOf(first));
      expect(await charges(id)).toBe(1);
    });

    it('with uses left is a new use and a new disclosure after ten minutes, for ten minutes again', async () => {
      const { borrower, id } = await consented(often(3));
      const requestId = newKey();
      const first = await ask(borrower, requestId);
      world.clock.nowMs += 10 * MINUTE;
      const second = await ask(borrower, requestId);
      world.clock.nowMs += 10 * MINUTE - 1;
      expect((await ask(borrower, requestId)).text).toBe(second.text);
      expect([shows(second), reportIdOf(second) === reportIdOf(first), await charges(id)]).toEqual([true, false, 2]);
    });

    it('after midnight belongs to the day before, and leaves the new day its use', async () => {
      world.clock.nowMs = at('2026-04-15T23:59:00.000');
      const { borrower, id } = await consented(often(1));
      const requestId = newKey();
      const first = await ask(borrower, requestId);
      world.clock.nowMs = at('2026-04-16T00:01:00.000');
      expect((await ask(borrower, requestId)).text).toBe(first.text);
      expect([shows(await ask(borrower)), shows(await ask(borrower))]).toEqual([true, false]);
      expect((await ask(borrower, requestId)).text).toBe(first.text);
      expect(await charges(id)).toBe(2);
    });

    it.each([
      ['the platform', CALLERS.platform],
      ['the borrower', null],
      ['the bank itself', CALLERS.bankA],
    ] as const)('M52: is closed by a revoke that %s asked in between', async (_, as) => {
      const { borrower, customerId, id } = await consented(ONE_TIME);
      const requestId = newKey();
      const first = await ask(borrower, requestId);
      world.clock.nowMs += 2 * MINUTE;
      await act(world, as ?? aBorrower(customerId), 'revokeConsent', { consentId: id });
      const retry = await ask(borrower, requestId);
      expect([shows(retry), await reasonOf(retry)]).toEqual([false, ['ONE_TIME_USED']]);
      expect(reportIdOf(retry)).not.toBe(reportIdOf(first));
      expect(await charges(id)).toBe(1);
    });

    it('does not outlive a pause, and comes back with the resume', async () => {
      const { borrower, id } = await consented(often(1));
      const requestId = newKey();
      expect(shows(await ask(borrower, requestId))).toBe(true);
      await ours('pauseConsent', { consentId: id });
      const paused = await ask(borrower, requestId);
      expect([shows(paused), await reasonOf(paused)]).toEqual([false, ['PAUSED']]);
      await ours('resumeConsent', { consentId: id, expectedVersion: 1 });
      expect(shows(await ask(borrower, requestId))).toBe(true);
      expect(await charges(id)).toBe(1);
    });

    it('with another query, person or purpose is IDEMPOTENCY_MISMATCH, used up or not, and charges nothing', async () => {
      const [used, unused] = [await consented(ONE_TIME), await consented(ONE_TIME)];
      const requestId = newKey();
      await ask(used.borrower, requestId);
      const before = await entries();
      for (const answer of [
        await ask(used.borrower, requestId, 'identity { mobile }'),
        await ask(used.borrower, requestId, 'identity { name: fullName }'),
        await ask(unused.borrower, requestId),
        await ask(CUSTOMER('nobody'), requestId),
        await world.ask({ borrower: used.borrower, requestId, select: NAME, purpose: 'CARD_APPROVAL' }),
      ])
        expect([answer.status, answer.code, answer.data]).toEqual([422, 'IDEMPOTENCY_MISMATCH', undefined]);
      expect([await entries(), await charges(used.id), await charges(unused.id)]).toEqual([before, 1, 0]);
      expect(shows(await ask(unused.borrower))).toBe(true);
    });
  });

  describe('a charge', () => {
    it('M53: is not made by a look-up that released nothing', async () => {
      const scopes = '*+Identity.fullName *+CreditAccount.closedOn';
      const { borrower, id } = await consented(ONE_TIME, {});
      const empty = await consented(ONE_TIME, { scopes });
      for (let turn = 0; turn < 3; turn += 1) {
        expect(reportOf(await ask(borrower, newKey(), 'identity { mobile } accounts { openedOn }')).accounts).toBeNull();
        expect(reportOf(await ask(empty.borrower, newKey(), 'accounts { closedOn }')).accounts).toBeNull();
        expect(shows(await world.ask({ borrower, select: NAME, purpose: 'CARD_APPROVAL' }))).toBe(false);
        expect(shows(await world.ask({ borrower, select: NAME, as: CALLERS.bankB }))).toBe(false);
      }
      expect([await charges(id), await charges(empty.id)]).toEqual([0, 0]);
      expect([shows(await ask(borrower)), shows(await ask(empty.borrower))]).toEqual([true, true]);
    });

    it('M56: is one for three aliases of a field, and one for a whole report', async () => {
      const { borrower, id } = await consented(often(2), { scopes: '*+IDENTITY *+BORROWING_FREQUENCY *+ACCOUNT_TERMS' });
      expect(reportOf(await ask(borrower, newKey(), 'identity { a: fullName b: fullName c: fullName }')).identity).toEqual({
        a: expect.any(String) as unknown, b: expect.any(String) as unknown, c: expect.any(String) as unknown,
      }); // prettier-ignore
      expect(await charges(id)).toBe(1);
      expect(shows(await ask(borrower, newKey(), EVERYTHING))).toBe(true);
      expect(await charges(id)).toBe(2);
      expect(shows(await ask(borrower))).toBe(false);
    });

    it('is not made by a preview, which shows what is left', async () => {
      const { borrower, id } = await consented(ONE_TIME);
      const preview = async (): Promise<unknown> => {
        const query = `query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { report { ${NAME} } verdicts { reason } } }`;
        const input = { borrower, recipientId: 'bank-a', purpose: 'MORTGAGE_ORIGINATION' };
        const { data } = await sendAs(world.gateway.http, CALLERS.platform, query, { input });
        return data?.['previewCreditReport'];
      };
      for (let turn = 0; turn < 3; turn += 1) expect(await preview()).toMatchObject({ verdicts: [{ reason: 'PERMITTED' }] });
      expect([await charges(id), shows(await ask(borrower))]).toEqual([0, true]);
      const left = { report: { identity: { fullName: null } }, verdicts: [{ reason: 'ONE_TIME_USED' }] };
      expect(await preview()).toEqual(left);
    });

    it('is not made by an append that fails, and the same request may be asked again', async () => {
      const { borrower, id } = await consented(ONE_TIME);
      const requestId = newKey();
      world.spy.beforeWrite = () => Promise.reject(new Error('disk full'));
      const failed = await ask(borrower, requestId);
      expect([failed.status, failed.code, failed.data]).toEqual([503, 'SERVICE_UNAVAILABLE', undefined]);
      world.spy.beforeWrite = null;
      expect(await charges(id)).toBe(0);
      expect([shows(await ask(borrower, requestId)), await charges(id)]).toEqual([true, 1]);
    });

    it('is not made where a revocation commits between decision and append', async () => {
      const { borrower, id } = await consented(often(1));
      let once = false;
      world.spy.beforeWrite = async () => {
        if (once) return;
        once = true;
        await world.revoke(id);
      };
      const answer = await ask(borrower);
      expect([once, shows(answer), await reasonOf(answer), await charges(id)]).toEqual([true, false, ['REVOKED'], 0]);
    });

    it('M58, M59: falls on no consent with a budget where one without covers the field, and on it where none does', async () => {
      const { borrower, id } = await consented(often(1));
      const free = await world.grant({ borrower, scopes: '*+Identity.fullName' });
      const cited = async (answer: Answer): Promise<unknown> => {
        const [row] = await world.rows('SELECT body FROM ledger_entry WHERE idx = ?', [
          answer.extensions?.disclosure?.ledgerIndex ?? -1,
        ]);
        return (JSON.parse((row?.['body'] as Buffer).toString()) as Values)['consents'];
      };
      for (let turn = 0; turn < 3; turn += 1) expect(await cited(await ask(borrower))).toEqual([`${free}:1`]);
      expect(await charges(id)).toBe(0);
      await ours('pauseConsent', { consentId: free });
      expect(await cited(await ask(borrower))).toEqual([`${id}:1`]);
      expect([await charges(id), shows(await ask(borrower))]).toEqual([1, false]);
      await ours('resumeConsent', { consentId: free, expectedVersion: 1 });
      expect(await cited(await ask(borrower))).toEqual([`${free}:1`]);
    });

    it('falls on every cited budget once where a report needs two of them', async () => {
      const { borrower, id } = await consented(often(1));
      const other = await world.grant({ borrower, scopes: '+MonthlySummary.loanCount', more: ONE_TIME });
      const select = `${NAME} accounts { monthlySummaries { loanCount } }`;
      const first = reportOf(await ask(borrower, newKey(), select));
      expect([first.identity['fullName'] !== null, first.accounts !== null]).toEqual([true, true]);
      const after = reportOf(await ask(borrower, newKey(), select));
      expect([after.identity['fullName'], after.accounts]).toEqual([null, null]);
      expect([await charges(id), await charges(other)]).toEqual([1, 1]);
    });
  });

  it.each([
    ['DAY', '2026-04-15T23:59:59.999', '2026-04-16T00:00:00.000'],
    ['WEEK', '2026-04-19T23:59:59.999', '2026-04-20T00:00:00.000'],
    ['MONTH', '2026-04-30T23:59:59.999', '2026-05-01T00:00:00.000'],
  ])('M54, M55: a window of one %s ends with its last millisecond in Shanghai', async (per, last, next) => {
    const { borrower } = await consented(often(1, per));
    expect(shows(await ask(borrower))).toBe(true);
    world.clock.nowMs = at(last);
    const over = await ask(borrower);
    expect([shows(over), await reasonOf(over)]).toEqual([false, ['OVER_FREQUENCY']]);
    world.clock.nowMs = at(next);
    expect([shows(await ask(borrower)), shows(await ask(borrower))]).toEqual([true, false]);
  });

  it.each([
    ['ONE_TIME', ONE_TIME],
    ['1 per MONTH', often(1, 'MONTH')],
  ])('%s used up gives the bytes, headers and statements of a person without consent', async (_, budget) => {
    const scopes = '*+IDENTITY *+ACCOUNT_TERMS *+BORROWING_AMOUNT *+REPAYMENT_STATUS *+BORROWING_FREQUENCY';
    const [used, none] = [await consented(budget, { scopes }), await aPerson()];
    expect(shows(await ask(used.borrower, newKey(), EVERYTHING))).toBe(true);
    const seen = async (borrower: Values): Promise<unknown> => {
      const { result, executed } = await world.spy.during(() => ask(borrower, newKey(), EVERYTHING));
      const statements = statementsOf(executed);
      return { status: result.status, bytes: normalised(result.text), headers: stableHeaders(result), statements };
    };
    const expected = await seen(none.borrower);
    expect(await seen(used.borrower)).toEqual(expected);
    expect(await seen(CUSTOMER('nobody-at-all'))).toEqual(expected);
  });

  it('used up is EXPIRED for ONE_TIME_USED to borrower and platform, since the instant of the use', async () => {
    const { borrower, customerId, id } = await consented(ONE_TIME);
    const query = 'query ($id: ID!) { consent(id: $id) { status statusReason statusAt version } consents(filter: { status: [EXPIRED] }) { edges { node { id } } } }';
    const seen = async (as: Caller) => (await sendAs(world.gateway.http, as, query, { id })).data as { consent: Values; consents: { edges: { node: { id: string } }[] } };
    const both = [CALLERS.platform, aBorrower(customerId)];
    for (const as of both) expect((await seen(as)).consent).toMatchObject({ status: 'ACTIVE', statusReason: null });
    world.clock.nowMs += MINUTE;
    await ask(borrower);
    world.clock.nowMs += DAY;
    for (const as of both) {
      const { consent, consents } = await seen(as);
      const statusAt = new Date(NOW_MS + MINUTE).toISOString();
      expect(consent).toEqual({ status: 'EXPIRED', statusReason: 'ONE_TIME_USED', statusAt, version: 1 });
      expect(consents.edges.map(({ node }) => node.id)).toContain(id);
    }
  }); // prettier-ignore
});
