import fc from 'fast-check';
import { NOW_MS } from '../support/builders';
import { type Answer, aBorrower, CALLERS, type Caller, sendAs, type Values } from '../support/clients';
import { type Act, act, factsOf, traceOf } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import { expectTrueLedger } from '../support/true-ledger';
import {
  assertClean, CUSTOMER, DAY, EVERYTHING, openWorld, recordsOf, scopesOf, someEvidence, type World,
} from '../support/world'; // prettier-ignore
import { aFuzzWorld, aQuery, build, type Built, type FuzzWorld, PRODUCTS } from '../support/world-fuzz';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const WORLDS = 25;
const COUNTS = 'accounts { monthlySummaries { month loanCount } }';
const MORTGAGE = 'MORTGAGE_ORIGINATION';
const PREVIEW = (select: string): string =>
  `query ($input: PreviewCreditReportInput!) { previewCreditReport(input: $input) { ${select} } }`;
const WHO = `query ($borrower: BorrowerLookupInput, $field: FieldCoordinate!) { whoCanSee(borrower: $borrower, field: $field) {
  recipient { id } purpose product consent { id platform { id } } version reason impliedBy visibleUntil } }`;
const UNDATED = [
  'Identity.fullName', 'Identity.birthYear', 'CreditAccount.openedYear', 'CreditAccount.openedOn', 'CreditAccount.creditLimitBand',
  'CreditAccount.guaranteeType', 'CreditSummary.openAccountCount',
]; // prettier-ignore
const DATED = ['MonthlySummary.loanCount', 'MonthlySummary.borrowedAmountBand', 'MonthlySummary.repaymentStatus'];
const EYES = [
  [CALLERS.bankA, MORTGAGE],
  [CALLERS.bankB, MORTGAGE],
  [CALLERS.bankA, 'CARD_APPROVAL'],
] as const;

type Preview = Readonly<Record<'report', Values> & Record<'verdicts' | 'warnings', readonly Values[]>>;
type PreviewDraft = Values & { readonly as?: Caller; readonly borrower?: Values };
type Seen = Values & Readonly<Record<'recipient' | 'consent', { readonly id: string }>>;

forEachDatabase('looking ahead', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });

  async function aPerson(products = ['HUABEI', 'JIEBEI'], platformId = 'platform-1') {
    people += 1;
    const customerId = `ahead-${String(people)}`;
    await world.furnish(recordsOf({ customerId, products, months: ['2026-03', '2026-02'] }), platformId);
    return { customerId, borrower: CUSTOMER(customerId, platformId), self: aBorrower(customerId, platformId) };
  }
  /** A borrower leaves themself out. */
  function tryPreview(select: string, { as = CALLERS.platform, borrower, ...draft }: PreviewDraft): Promise<Answer> {
    const input = { recipientId: 'bank-a', purpose: MORTGAGE, ...(as.role === 'borrower' ? {} : { borrower }), ...draft };
    return sendAs(world.gateway.http, as, PREVIEW(select), { input });
  }
  async function preview(select: string, draft: PreviewDraft): Promise<Preview> {
    const answer = await tryPreview(select, draft);
    assertClean(answer);
    return answer.data?.['previewCreditReport'] as Preview;
  }
  async function whoSees(as: Caller, borrower: Values, field: string): Promise<readonly Seen[]> {
    const answer = await sendAs(world.gateway.http, as, WHO, { field, ...(as.role === 'borrower' ? {} : { borrower }) });
    assertClean(answer);
    return answer.data?.['whoCanSee'] as readonly Seen[];
  }
  const ours = (name: Act, input: Values): Promise<unknown> => act(world, CALLERS.platform, name, input);
  /** What is kept beside the ledger of disclosures, budgets and consents. */
  const tables = ['disclosure', 'consent_charge', 'consent_use', 'arrangement', 'consent'];
  const kept = (): Promise<readonly unknown[]> => Promise.all(tables.map((table) => world.rows(`SELECT * FROM ${table}`)));
  const bank = async (borrower: Values, select: string, as: Caller = CALLERS.bankA, purpose = MORTGAGE): Promise<Values> =>
    world.report({ borrower, select, as, purpose });
  const inputsOf = (scopes: FuzzWorld['consents'][number]['scopes']) =>
    scopes.map(({ what, product, deny }) => ({
      ...(what.includes('.') ? { field: what } : { cluster: what }),
      ...(product === null ? { everyProduct: true } : { product }),
      effect: deny ? 'DENY' : 'PERMIT',
    }));

  describe('a preview', () => {
    it('is what the bank then gets: today, under a consent that is then granted, and under one that is then amended', async () => {
      let [shown, amended] = [0, 0];
      const anExtra = fc.tuple(aFuzzWorld, fc.constantFrom('UNIFORM', 'EXPLICIT'));
      await fc.assert(
        fc.asyncProperty(aFuzzWorld, anExtra, anExtra, aQuery, async (drawn, granted, changed, query) => {
          const { borrower, customerId } = await build(world, drawn);
          const alone = query.replace(/(statements|disputes) \{[^}]*\}/g, ''); // which stand beside one list of accounts only
          const select = `reportId ${alone} decidedAt eraseBy withheldFields { field product } everything: accounts { currency monthlySummaries { month loanCount } }`;
          const agree = async (hypothetical: Values | null, then: () => Promise<unknown>): Promise<void> => {
            const supposed = { borrower, ...(hypothetical ? { hypothetical } : {}) };
            const before = [
              await preview(`report { ${select} }`, supposed),
              await preview(`report { ${select} }`, { ...supposed, as: aBorrower(customerId) }),
              await preview(`report { ${EVERYTHING} }`, supposed),
            ];
            await then();
            const [some, all] = [await bank(borrower, select), await bank(borrower, EVERYTHING)];
            const after = [some, some, all];
            expect(before.map(({ report }) => ({ ...report, reportId: '' }))).toEqual(after.map((one) => ({ ...one, reportId: '' })));
            expect(before.map(({ report }) => Object.keys(report))).toEqual(after.map(Object.keys));
            if (all['accounts'] !== null) shown += 1;
          };
          const termsOf = ([{ consents }, absencePolicy]: typeof granted) => {
            const { scopes = [], dates = [null, null] } = consents[0] ?? {};
            return { scopes: inputsOf(scopes), dataFrom: dates[0], dataUntil: dates[1], absencePolicy };
          };
          await agree(null, () => Promise.resolve());
          const { scopes, ...more } = termsOf(granted);
          await agree({ scopes, ...more }, () => world.grant({ borrower, scopes, more }));
          for (const id of (await liveConsents(customerId)).slice(0, 2)) {
            const { dataFrom, dataUntil, ...terms } = termsOf(changed);
            const lift = [...(dataFrom === null ? ['DATA_FROM'] : []), ...(dataUntil === null ? ['DATA_UNTIL'] : [])];
            const change = { consentId: id, expectedVersion: 1, ...terms, dataFrom, dataUntil, lift, evidence: someEvidence(NOW_MS) };
            await agree({ consentId: id, dataFrom, dataUntil, ...terms }, () => ours('amendConsent', change));
            amended += 1;
          }
        }),
        { numRuns: WORLDS, seed: SEED, endOnFailure: true },
      ); // prettier-ignore
      process.stdout.write(`previews: ${String(WORLDS)} worlds, seed ${String(SEED)}, ${String(amended)} amendments\n`);
      expect([shown > WORLDS / 2, amended > WORLDS / 3]).toEqual([true, true]);
    });

    /** Consents to bank-a for a mortgage that are in force, by the rows themselves. */
    async function liveConsents(customerId: string): Promise<readonly string[]> {
      const rows = await world.rows(
        `SELECT a.arrangement_id FROM arrangement AS a JOIN consent AS c ON c.arrangement_id = a.arrangement_id AND c.ver = 1
         WHERE a.customer_id = ? AND a.recipient_id = 'bank-a' AND a.purpose = ? AND a.status = 'ACTIVE' AND a.ver = 1
         AND c.starts_at_ms <= ? AND c.expires_at_ms > ? ORDER BY a.created_at_ms, a.arrangement_id`,
        [customerId, MORTGAGE, NOW_MS, NOW_MS],
      );
      return rows.map((row) => (row['arrangement_id'] as Buffer).toString('hex'));
    }

    it('of an amendment lifts no DENY that the amendment would not lift', async () => {
      const { borrower } = await aPerson();
      const consentId = await world.grant({ borrower, scopes: '+MonthlySummary.borrowedAmount' });
      const denying = await world.grant({ borrower, scopes: '-MonthlySummary.loanCount' });
      await world.revoke(denying);
      world.clock.nowMs += 60_000;
      const scopes = scopesOf('+MonthlySummary.loanCount');
      const supposed = await preview(`report { ${COUNTS} }`, { borrower, hypothetical: { consentId, scopes } });
      await ours('amendConsent', { consentId, expectedVersion: 1, scopes, evidence: someEvidence(world.clock.nowMs) });
      expect((await world.report({ borrower, select: COUNTS })).accounts).toBeNull();
      expect(supposed.report['accounts']).toBeNull();
    });

    it('M93: of a person without consent shows what is supposed, and leaves a P entry and nothing else', async () => {
      const { borrower, self } = await aPerson();
      const hypothetical = { scopes: scopesOf('+MonthlySummary.loanCount') };
      const select = `report { reportId ${COUNTS} } verdicts { field product verdict reason because consents { version } }`;
      for (const as of [CALLERS.platform, self]) {
        const before = await kept();
        const { result, entries, ...trace } = await traceOf(world, () => preview(select, { as, borrower, hypothetical }));
        const months = [{ month: '2026-03', loanCount: 1 }, { month: '2026-02', loanCount: 2 }]; // prettier-ignore
        expect(result.report['accounts']).toEqual([{ monthlySummaries: months }]);
        const cell = { field: 'MonthlySummary.loanCount', because: [], consents: [] };
        expect(result.verdicts).toEqual([
          { ...cell, product: 'HUABEI', verdict: 'WITHHOLD', reason: 'NOT_GRANTED' },
          { ...cell, product: 'JIEBEI', verdict: 'RELEASE', reason: 'PERMITTED' },
          { ...cell, product: 'OTHER', verdict: 'WITHHOLD', reason: 'NOT_GRANTED' },
        ]);
        expect([await kept(), trace, entries]).toEqual([before, { events: 0, receipts: 0, raised: 0 }, [expect.anything()]]);
        expect(entries[0]).toMatchObject({
          type: 'P', actor: 'platform-1', role: as.role.toUpperCase(), recipient: 'bank-a', report: result.report['reportId'],
          hypothetical: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown, released: { 'platform-1/JIEBEI': [217] },
        }); // prettier-ignore
        expect(JSON.stringify(entries)).not.toContain('ahead-');
      }
      expect((await world.report({ borrower, select: COUNTS })).accounts).toBeNull();
    });

    it('counts what two aliases of its report show, each of them', async () => {
      const { borrower } = await aPerson();
      await world.grant({ borrower, scopes: '*+Identity.fullName *+MonthlySummary.loanCount' });
      const select = `a: report { identity { fullName } ${COUNTS} } b: report { identity { mobile n: fullName } ${COUNTS} } verdicts { field }`;
      const { result, entries } = await traceOf(world, () => tryPreview(select, { borrower }));
      const { a, b, verdicts } = result.data?.['previewCreditReport'] as { a: Values; b: Values; verdicts: Values[] };
      expect([a['identity'], b['identity']]).toEqual([
        { fullName: expect.any(String) as unknown },
        { mobile: null, n: expect.any(String) as unknown },
      ]);
      expect([a['accounts'], verdicts.length]).toEqual([b['accounts'], 2 + PRODUCTS.length]);
      const released = { 'platform-1/-': [1] };
      expect(entries).toMatchObject([{ type: 'P', rows: 12, months: 8, refused: { 'platform-1/-': [9] }, released }]);
    });

    it('shows a platform only what it furnished itself, and the borrower all', async () => {
      const { customerId, borrower, self } = await aPerson(['JIEBEI']);
      const there = CUSTOMER(`${customerId}-there`, 'platform-2');
      const identity = { idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` };
      const account = () => ({ furnisherName: 'CANARY other lender' });
      const other = { customerId: `${customerId}-there`, identity, account, months: [], products: ['HUABEI'] };
      await world.furnish(recordsOf(other), 'platform-2');
      const select = 'identity { fullName } accounts { furnisherName } withheldFields { field }';
      await world.grant({ borrower, scopes: '*+CreditAccount.furnisherName' });
      const scopes = '*+CreditAccount.furnisherName *+Identity.fullName';
      const theirs = await world.grant({ as: CALLERS.otherPlatform, borrower: there, scopes });
      const own = await tryPreview(`report { ${select} } verdicts { field consents { consent { id } } }`, { borrower });
      const whole = await preview(`report { ${select} }`, { as: self });
      const real = await world.report({ borrower, select });
      for (const foreign of ['CANARY', theirs]) expect(own.text).not.toContain(foreign);
      expect((own.data?.['previewCreditReport'] as Preview).report).toEqual({
        identity: { fullName: null }, accounts: [{ furnisherName: 'Lender JIEBEI' }], withheldFields: null,
      }); // prettier-ignore
      expect([whole.report, real.accounts?.length]).toEqual([real, 2]);
    });

    it('names the withheld indicators that permitted inputs give away', async () => {
      const { borrower, self } = await aPerson();
      const paid = '+MonthlySummary.scheduledDue +MonthlySummary.actualPaid';
      const warned = async (scopes: string): Promise<readonly Values[]> => {
        const supposed = { as: self, borrower, hypothetical: { scopes: scopesOf(scopes) } };
        return (await preview('report { reportId } warnings { field computableFrom }', supposed)).warnings;
      };
      const computableFrom = ['MonthlySummary.scheduledDue', 'MonthlySummary.actualPaid'];
      const payerType = { field: 'CreditSummary.payerType12m', computableFrom };
      expect(await warned(`${paid} -CreditSummary.payerType12m`)).toContainEqual(payerType);
      expect((await warned(paid)).map(({ field }) => field)).not.toContain('CreditSummary.payerType12m');
      expect(await warned('*+Identity.fullName')).toEqual([]);
    });

    it('is NOT_FOUND in place of a consent for another purpose, and not in place of one for this', async () => {
      const { borrower } = await aPerson();
      const scopes = scopesOf('+MonthlySummary.loanCount');
      const codes: string[] = [];
      for (const purpose of ['CARD_APPROVAL', 'MORTGAGE_ORIGINATION']) {
        const consentId = await world.grant({ borrower, purpose });
        codes.push((await tryPreview(`report { ${COUNTS} }`, { borrower, hypothetical: { consentId, scopes } })).code);
      }
      expect(codes).toEqual(['NOT_FOUND', '']);
    });

    it('is NOT_FOUND for whoever and whatever is not the caller’s', async () => {
      const [mine, neighbour, theirs] = [await aPerson(), await aPerson(), await aPerson(['JIEBEI'], 'platform-2')];
      const scopes = scopesOf('+MonthlySummary.loanCount');
      const there = { as: CALLERS.otherPlatform, borrower: theirs.borrower };
      const consents = {
        neighbour: await world.grant({ borrower: neighbour.borrower }),
        theirs: await world.grant(there),
        toOtherBank: await world.grant({ borrower: mine.borrower, recipientId: 'bank-b' }),
        nobody: '00'.repeat(16),
      };
      const { borrower } = mine;
      const refused: readonly PreviewDraft[] = [
        { borrower: theirs.borrower },
        { borrower: CUSTOMER('nobody') },
        { borrower: CUSTOMER(mine.customerId, 'platform-2') },
        { borrower, recipientId: 'bank-z' },
        { borrower, recipientId: 'platform-2' },
        { borrower, recipientId: 'centre' },
        { borrower, recipientId: 'bank-a', purpose: 'CREDIT_REPORTING' },
        { as: aBorrower('nobody') },
        ...Object.values(consents).flatMap((consentId) => [
          { borrower, hypothetical: { consentId, scopes } },
          { as: mine.self, hypothetical: { consentId, scopes } },
        ]),
      ];
      const answered: PreviewDraft[] = [];
      for (const draft of refused)
        if ((await tryPreview(`report { ${COUNTS} }`, draft)).code !== 'NOT_FOUND') answered.push(draft);
      expect(answered).toEqual([]);
      for (const [of, field, code] of [
        [borrower, 'MonthlySummary.nothing', 'UNKNOWN_FIELD'],
        [CUSTOMER('nobody'), 'Identity.fullName', 'NOT_FOUND'],
        [theirs.borrower, 'Identity.fullName', 'NOT_FOUND'],
      ])
        expect((await sendAs(world.gateway.http, CALLERS.platform, WHO, { borrower: of, field })).code).toBe(code);
      await world.change("UPDATE institution SET status = 'SUSPENDED' WHERE institution_id = 'bank-b'");
      expect((await tryPreview(`report { ${COUNTS} }`, { borrower, recipientId: 'bank-b' })).code).toBe('NOT_FOUND');
      expect(await whoSees(CALLERS.platform, borrower, 'MonthlySummary.loanCount')).toEqual([]);
      await world.change("UPDATE institution SET status = 'ACTIVE' WHERE institution_id = 'bank-b'");
      expect(await whoSees(CALLERS.platform, borrower, 'MonthlySummary.loanCount')).toHaveLength(1);
    });

    it.each([
      ['UNKNOWN_FIELD', 'input.hypothetical.scopes.0.field', { scopes: scopesOf('+MonthlySummary.nothing') }],
      ['EXCEEDS_PURPOSE', 'input.hypothetical.scopes', { scopes: scopesOf('*+Identity.mobile') }],
      ['EXCEEDS_PURPOSE', 'input.hypothetical.dataFrom', { scopes: scopesOf('*+IDENTITY'), dataFrom: '2015-01-01' }],
      ['INVALID_PERIOD', 'input.hypothetical.dataUntil', { scopes: [], dataFrom: '2026-02-01', dataUntil: '2026-02-01' }],
      ['NOT_FOUND', 'input.hypothetical.consentId', { scopes: [], consentId: '00'.repeat(16) }],
    ])('under a consent that cannot be is %s at %s, without an entry', async (code, input, hypothetical) => {
      const { borrower } = await aPerson();
      const { result, entries } = await traceOf(world, () => tryPreview(`report { ${COUNTS} }`, { borrower, hypothetical }));
      expect([factsOf(result), result.data, entries]).toEqual([{ code, input }, undefined, []]);
    });

    it('stands once in an operation, and in no recipient’s or auditor’s schema', async () => {
      const { borrower } = await aPerson();
      const input = { borrower, recipientId: 'bank-a', purpose: MORTGAGE };
      const twice = 'query ($input: PreviewCreditReportInput!) { a: previewCreditReport(input: $input) { report { reportId } } b: previewCreditReport(input: $input) { report { reportId } } }';
      const costly = await sendAs(world.gateway.http, CALLERS.platform, twice, { input });
      expect([costly.status, costly.code, costly.data]).toEqual([400, 'OPERATION_TOO_COSTLY', undefined]);
      for (const [as, ...refusal] of [
        [CALLERS.bankA, 400, 'GRAPHQL_VALIDATION_FAILED'],
        [CALLERS.centre, 400, 'GRAPHQL_VALIDATION_FAILED'],
        [CALLERS.auditor, 403, 'FORBIDDEN'],
      ] as const)
        for (const answer of [
          await sendAs(world.gateway.http, as, PREVIEW('report { reportId }'), { input }),
          await sendAs(world.gateway.http, as, WHO, { borrower, field: 'Identity.fullName' }),
        ])
          expect([answer.status, answer.code, answer.data]).toEqual([...refusal, undefined]);
    }); // prettier-ignore
  });

  describe('whoCanSee', () => {
    it('agrees with what each recipient gets, whatever the consents', async () => {
      let visible = 0;
      await fc.assert(
        fc.asyncProperty(aFuzzWorld, async (drawn) => {
          const built = await build(world, drawn);
          const { borrower, customerId } = built;
          const reports = await Promise.all(EYES.map(([as, purpose]) => bank(borrower, EVERYTHING, as, purpose)));
          for (const field of [...UNDATED, ...DATED]) {
            const rows = await whoSees(CALLERS.platform, borrower, field);
            expect(await whoSees(aBorrower(customerId), {}, field)).toEqual(rows);
            visible += rows.length;
            for (const [at, [{ party }, purpose]] of EYES.entries()) {
              const seen = rows.filter(({ recipient, purpose: of }) => recipient.id === party && of === purpose);
              const named = [...new Set(seen.map(({ product }) => product))].sort();
              const gets = shownOf(reports[at] ?? {}, field, refs(built, party, purpose));
              if (DATED.includes(field)) expect(named).toEqual(expect.arrayContaining([...gets]));
              else if (field.startsWith('CreditSummary.')) expect(named.length > 0).toBe(gets.length > 0);
              else expect([field, named]).toEqual([field, gets]);
            }
          }
        }),
        { numRuns: 12, seed: SEED, endOnFailure: true },
      );
      expect(visible).toBeGreaterThan(WORLDS);
    });

    /** Products of the accounts by the reference that one recipient sees for one purpose. */
    const refs = ({ customerId }: Built, recipientId: string, purpose: string): ReadonlyMap<unknown, string> =>
      new Map(
        PRODUCTS.map((product) => {
          const account = world.keys.accountIdOf('platform-1', `${customerId}-${product}`);
          return [world.keys.pairwiseRef(recipientId, purpose, account), product];
        }),
      );
    /** Where a report shows a value of a field: products, or null for what is not of one. */
    function shownOf(report: Values, field: string, of: ReadonlyMap<unknown, string>): readonly (string | null)[] {
      const [type = '', name = ''] = field.split('.');
      const box = type === 'Identity' ? report['identity'] : type === 'CreditSummary' ? report['summary'] : null;
      if (box !== null) return (box as Values)[name] === null ? [] : [null];
      const accounts = (report['accounts'] ?? []) as readonly Values[];
      const has = (account: Values): boolean =>
        type === 'CreditAccount'
          ? account[name] !== null
          : ((account['monthlySummaries'] ?? []) as readonly Values[]).some((month) => month[name] !== null);
      return accounts.filter(has).map(({ accountRef }) => of.get(accountRef) ?? 'unknown').sort(); // prettier-ignore
    }

    it('names consent, rule, finer field and end, per recipient, purpose and product', async () => {
      const { borrower, self } = await aPerson();
      const validUntil = NOW_MS + 5 * DAY;
      const finer = await world.grant({ borrower, scopes: '+MonthlySummary.loanCount', validUntil });
      const itself = await world.grant({ borrower, scopes: '*+MonthlySummary.loanCountBand', recipientId: 'bank-b', purpose: 'CARD_APPROVAL' }); // prettier-ignore
      const consentOf = (id: string) => ({ id, platform: { id: 'platform-1' } });
      const expected = [
        {
          recipient: { id: 'bank-a' }, purpose: MORTGAGE, product: 'JIEBEI', reason: 'IMPLIED', impliedBy: 'MonthlySummary.loanCount',
          consent: consentOf(finer), version: 1, visibleUntil: new Date(validUntil).toISOString(),
        },
        ...PRODUCTS.map((product) => ({
          recipient: { id: 'bank-b' }, purpose: 'CARD_APPROVAL', product, reason: 'PERMITTED', impliedBy: null,
          consent: consentOf(itself), version: 1, visibleUntil: new Date(NOW_MS + 30 * DAY).toISOString(),
        })),
      ]; // prettier-ignore
      for (const as of [CALLERS.platform, self]) {
        const rows = await whoSees(as, borrower, 'MonthlySummary.loanCountBand');
        expect(rows).toHaveLength(expected.length);
        expect(rows).toEqual(expect.arrayContaining(expected));
      }
    });

    it('loses a row by pause, revocation, expiry, use or suspension, and gets it back by resume and restoration', async () => {
      const { borrower } = await aPerson();
      const grant = (more: Values = {}, validUntil = NOW_MS + DAY) =>
        world.grant({ borrower, scopes: '*+Identity.fullName', validUntil, more });
      const ids = { paused: await grant(), revoked: await grant(), short: await grant({}, NOW_MS + 60_000), once: await grant({ accessMode: 'ONE_TIME' }), often: await grant({ frequency: { count: 1, per: 'DAY' } }) }; // prettier-ignore
      const seen = async () => new Set((await whoSees(CALLERS.platform, borrower, 'Identity.fullName')).map(({ consent }) => consent.id)); // prettier-ignore
      expect(await seen()).toEqual(new Set(Object.values(ids)));
      await ours('pauseConsent', { consentId: ids.paused });
      await world.revoke(ids.revoked);
      world.clock.nowMs += 60_000;
      expect(await seen()).toEqual(new Set([ids.once, ids.often]));
      for (let turn = 0; turn < 2; turn += 1) await world.ask({ borrower, select: 'identity { fullName }' });
      expect(await seen()).toEqual(new Set());
      await ours('resumeConsent', { consentId: ids.paused, expectedVersion: 1 });
      expect(await seen()).toEqual(new Set([ids.paused]));
      await world.change("UPDATE institution SET status = 'SUSPENDED' WHERE institution_id = 'bank-a'");
      expect(await seen()).toEqual(new Set());
      await world.change("UPDATE institution SET status = 'ACTIVE' WHERE institution_id = 'bank-a'");
      expect(await seen()).toEqual(new Set([ids.paused]));
    });

    it('shows a platform its own consents alone, the borrower those of all, and names none that adds no day', async () => {
      const { customerId, borrower, self } = await aPerson();
      const other = { customerId: `${customerId}-2`, identity: { idNumber: `ID-${customerId}`, fullName: `Name ${customerId}` }, months: [] };
      await world.furnish(recordsOf(other), 'platform-2');
      const own = await world.grant({ borrower, scopes: '+MonthlySummary.loanCount' });
      await world.grant({ borrower, scopes: '+MonthlySummary.loanCount', more: { dataUntil: '2019-01-01' } });
      const there = CUSTOMER(`${customerId}-2`, 'platform-2');
      const theirs = await world.grant({ as: CALLERS.otherPlatform, borrower: there });
      const seen = async (as: Caller, of: Values) => (await whoSees(as, of, 'MonthlySummary.loanCount')).map(({ consent }) => consent.id).sort();
      expect(await seen(CALLERS.platform, borrower)).toEqual([own]);
      expect(await seen(CALLERS.otherPlatform, there)).toEqual([theirs]);
      expect(await seen(self, {})).toEqual([own, theirs].sort());
    }); // prettier-ignore
  });

  it('leaves a ledger that verifiers follow from entry to entry', async () => {
    await expectTrueLedger(world);
  });
});
