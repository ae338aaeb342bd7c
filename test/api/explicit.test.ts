import fc from 'fast-check';
import { NOW_MS } from '../support/builders';
import { type Answer, CALLERS, newKey, type Values } from '../support/clients';
import { type Act, act } from '../support/consent-acts';
import { forEachDatabase } from '../support/databases';
import {
  CUSTOMER,
  DAY,
  EVERYTHING,
  type GrantDraft,
  openWorld,
  recordsOf,
  type ReportDraft,
  reportOf,
  someEvidence,
  type World,
} from '../support/world';
import { aFuzzWorld, FIELDS, PRODUCTS } from '../support/world-fuzz';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const WITHHELD = 'withheldFields { field product }';
const EXPLICIT = { absencePolicy: 'EXPLICIT' };
const AMOUNT = `accounts { monthlySummaries { borrowedAmount } } ${WITHHELD}`;
const COUNT = `accounts { monthlySummaries { loanCount } } ${WITHHELD}`;
const BOTH = `accounts { monthlySummaries { loanCount borrowedAmount } } ${WITHHELD}`;

interface Cell {
  readonly field: string;
  readonly product: string | null;
}
const cellsOf = (name: string, ...products: (string | null)[]): readonly Cell[] =>
  products.map((product) => ({ field: `MonthlySummary.${name}`, product }));
const [loanCount, borrowedAmount] = ['loanCount', 'borrowedAmount'].map((name) => cellsOf(name, ...PRODUCTS));

/** Absence policy EXPLICIT (consent.md, section 9, and rows M88 to M91 of section 7), through the API. */
forEachDatabase('absence policy EXPLICIT', (open) => {
  let world: World;
  let people = 0;
  beforeAll(async () => {
    world = await openWorld(open, { furnished: false });
  });
  afterEach(() => {
    world.clock.nowMs = NOW_MS;
  });

  async function aPerson(products = ['HUABEI', 'JIEBEI'], platformId = 'platform-1'): Promise<Values> {
    people += 1;
    const customerId = `explicit-${String(people)}`;
    await world.furnish(recordsOf({ customerId, products, months: ['2026-03', '2026-02'] }), platformId);
    return CUSTOMER(customerId, platformId);
  }
  const grant = (borrower: Values, scopes: GrantDraft['scopes'], draft: GrantDraft = {}): Promise<string> =>
    world.grant({ borrower, more: EXPLICIT, ...(scopes === undefined ? {} : { scopes }), ...draft });
  const withheldIn = (answer: Answer): unknown => reportOf(answer)['withheldFields'];
  const withheld = async (borrower: Values, select: string, draft: ReportDraft = {}): Promise<unknown> =>
    withheldIn(await world.ask({ borrower, select, ...draft }));
  const ours = (name: Act, input: Values): Promise<unknown> => act(world, CALLERS.platform, name, input);

  it('M88: names the cells that were asked and not permitted', async () => {
    const borrower = await aPerson();
    await grant(borrower, '+MonthlySummary.loanCount');
    const report = await world.report({ borrower, select: AMOUNT });
    expect([report.accounts, report['withheldFields']]).toEqual([null, borrowedAmount]);
  });

  it('M89: does not name a permitted cell of which there is no record', async () => {
    const borrower = await aPerson(['HUABEI']);
    await grant(borrower, '+MonthlySummary.loanCount');
    const report = await world.report({ borrower, select: COUNT });
    expect([report.accounts, report['withheldFields']]).toEqual([null, cellsOf('loanCount', 'HUABEI', 'OTHER')]);
  });

  it('M90: is silent while its consent is paused, and speaks again when it is resumed', async () => {
    const borrower = await aPerson();
    const consentId = await grant(borrower, '+MonthlySummary.loanCount');
    await ours('pauseConsent', { consentId });
    expect(await withheld(borrower, BOTH)).toBeNull();
    await ours('resumeConsent', { consentId, expectedVersion: 1 });
    expect(await withheld(borrower, BOTH)).toEqual([...cellsOf('loanCount', 'HUABEI', 'OTHER'), ...(borrowedAmount ?? [])]);
  });

  it('M91: yields to a UNIFORM consent beside it, for as long as that one is usable', async () => {
    const borrower = await aPerson();
    await grant(borrower, '+MonthlySummary.loanCount');
    const uniform = await grant(borrower, '+CreditAccount.openedYear', { more: {} });
    expect(await withheld(borrower, AMOUNT)).toBeNull();
    await world.revoke(uniform);
    expect(await withheld(borrower, AMOUNT)).toEqual(borrowedAmount);
  });

  it('is an empty list where everything asked is permitted, whether or not there is a record', async () => {
    const [full, none] = [await aPerson(), await aPerson([])];
    for (const borrower of [full, none]) {
      await grant(borrower, '*+MonthlySummary.loanCount *+Identity.fullName');
      expect(await withheld(borrower, `${COUNT} identity { fullName }`)).toEqual([]);
      expect(await withheld(borrower, `reportId ${WITHHELD}`)).toEqual([]);
    }
  });

  it('is null where no EXPLICIT consent is usable', async () => {
    const borrower = await aPerson();
    const silent = async (draft: ReportDraft = {}): Promise<void> =>
      expect(await withheld(borrower, `${BOTH} identity { fullName }`, draft)).toBeNull();
    await silent();
    await silent({ borrower: CUSTOMER('nobody') });
    const consentId = await grant(borrower, '*+Identity.fullName');
    await silent({ as: CALLERS.bankB });
    await silent({ purpose: 'CARD_APPROVAL' });
    await world.revoke(consentId);
    await silent();
    await grant(borrower, '*+Identity.fullName', { validFrom: NOW_MS + 1, validUntil: NOW_MS + DAY });
    await silent();
    world.clock.nowMs = NOW_MS + DAY - 1;
    expect(await withheld(borrower, COUNT)).toEqual(loanCount);
    world.clock.nowMs = NOW_MS + DAY;
    await silent();
  });

  it('is null under UNIFORM, also for equal scopes of another person', async () => {
    const [explicit, uniform] = [await aPerson(), await aPerson()];
    for (const [borrower, more] of [
      [explicit, EXPLICIT],
      [uniform, {}],
    ] as const)
      // prettier-ignore
      await grant(borrower, '+MonthlySummary.loanCount', { more });
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await withheld(explicit, AMOUNT)).toEqual(borrowedAmount);
      expect(await withheld(uniform, AMOUNT)).toBeNull();
    }
  });

  it('is null once its ONE_TIME consent is used up, and the same for the retry of the use', async () => {
    const borrower = await aPerson();
    await grant(borrower, '*+Identity.fullName', { more: { ...EXPLICIT, accessMode: 'ONE_TIME' } });
    const select = `identity { fullName mobile } ${WITHHELD}`;
    const requestId = newKey();
    const first = await world.ask({ borrower, requestId, select });
    expect(reportOf(first)).toMatchObject({ withheldFields: [{ field: 'Identity.mobile', product: null }] });
    expect(await withheld(borrower, select)).toBeNull();
    expect((await world.ask({ borrower, requestId, select })).text).toBe(first.text);
  });

  it('speaks per product, and of no product for fields that are not counted per product', async () => {
    const borrower = await aPerson();
    await grant(borrower, 'H+MonthlySummary.loanCount O+MonthlySummary.loanCount -MonthlySummary.borrowedAmount');
    expect(await withheld(borrower, `identity { fullName birthYear } ${BOTH}`)).toEqual([
      { field: 'Identity.fullName', product: null },
      { field: 'Identity.birthYear', product: null },
      ...cellsOf('loanCount', 'JIEBEI'),
      ...(borrowedAmount ?? []),
    ]);
  });

  it('names a cell only where no platform permits it, and nothing once one of them is UNIFORM', async () => {
    people += 1;
    const customerId = `explicit-${String(people)}`;
    const identity = { idNumber: `TWO-${customerId}` };
    for (const platformId of ['platform-1', 'platform-2'])
      await world.furnish(recordsOf({ customerId, identity, months: ['2026-03'] }), platformId);
    const borrower = CUSTOMER(customerId);
    await grant(borrower, '+MonthlySummary.loanCount');
    const there = { as: CALLERS.otherPlatform };
    const second = await grant(CUSTOMER(customerId, 'platform-2'), '+MonthlySummary.borrowedAmount', there);
    expect(await withheld(borrower, BOTH)).toEqual([
      ...cellsOf('loanCount', 'HUABEI', 'OTHER'),
      ...cellsOf('borrowedAmount', 'HUABEI', 'OTHER'),
    ]);
    await world.revoke(second, there);
    expect(await withheld(borrower, AMOUNT)).toEqual(borrowedAmount);
    await grant(CUSTOMER(customerId, 'platform-2'), '+MonthlySummary.borrowedAmount', { ...there, more: {} });
    expect(await withheld(borrower, AMOUNT)).toBeNull();
  });

  it('never names what was not asked: no input, no requirement, no rung of a ladder', async () => {
    const borrower = await aPerson();
    await grant(borrower, '+CreditSummary.utilisation +MonthlySummary.loanCountBand');
    const named = async (select: string): Promise<readonly string[]> =>
      [...new Set(((await withheld(borrower, select)) as readonly Cell[]).map(({ field }) => field))].sort();
    expect(await named(`summary { utilisation } ${WITHHELD}`)).toEqual(['CreditSummary.utilisation']);
    expect(await named(`summary { onTimeMonthRate24m basis { field } } ${WITHHELD}`)).toEqual([
      'CreditSummary.onTimeMonthRate24m',
    ]);
    expect(await named(`summary { utilisationBand } ${COUNT}`)).toEqual([
      'CreditSummary.utilisationBand',
      'MonthlySummary.loanCount',
    ]);
    expect(await named(`identity { fullName @include(if: false) mobile @skip(if: true) birthYear } ${WITHHELD}`)).toEqual([
      'Identity.birthYear',
    ]);
  });

  it('survives the retry of a request, byte for byte', async () => {
    const borrower = await aPerson();
    await grant(borrower, '+MonthlySummary.loanCount');
    const requestId = newKey();
    const [first, again] = [
      await world.ask({ borrower, requestId, select: BOTH }),
      await world.ask({ borrower, requestId, select: BOTH }),
    ];
    expect(withheldIn(first)).toHaveLength(5);
    expect(again.text).toBe(first.text);
  });

  it('is given up at once by an amendment, and taken up again only with evidence', async () => {
    const borrower = await aPerson();
    const consentId = await grant(borrower, '+MonthlySummary.loanCount');
    const requestId = newKey();
    const first = await world.ask({ borrower, requestId, select: AMOUNT });
    await ours('amendConsent', { consentId, expectedVersion: 1, absencePolicy: 'UNIFORM' });
    const retry = await world.ask({ borrower, requestId, select: AMOUNT });
    expect([withheldIn(first), withheldIn(retry)]).toEqual([borrowedAmount, null]);
    expect(retry.extensions?.disclosure?.reportId).not.toBe(first.extensions?.disclosure?.reportId);
    const wider = { consentId, expectedVersion: 2, ...EXPLICIT };
    await expect(ours('amendConsent', wider)).rejects.toThrow('EVIDENCE_REQUIRED');
    await ours('amendConsent', { ...wider, evidence: someEvidence(world.clock.nowMs) });
    expect(await withheld(borrower, AMOUNT)).toEqual(borrowedAmount);
  });

  it('follows from the consents alone: equal for people with and without records, and true to what is null', async () => {
    const perProduct = new Map(FIELDS.map((field) => [field.coordinate, field.perProduct]));
    let named = 0;
    await fc.assert(
      fc.asyncProperty(aFuzzWorld, async ({ consents }) => {
        const pair = [await aPerson(['HUABEI', 'JIEBEI', 'OTHER']), await aPerson([])];
        for (const borrower of pair)
          for (const { scopes, dates } of consents)
            await grant(
              borrower,
              scopes.map(({ what, product, deny }) => ({
                ...(what.includes('.') ? { field: what } : { cluster: what }),
                ...(product === null ? { everyProduct: true } : { product }),
                effect: deny ? 'DENY' : 'PERMIT',
              })),
              { more: { ...EXPLICIT, dataFrom: dates[0], dataUntil: dates[1] } },
            );
        const [full, none] = [
          await world.report({ borrower: pair[0] ?? {}, select: EVERYTHING }),
          await world.report({ borrower: pair[1] ?? {}, select: EVERYTHING }),
        ];
        const cells = full['withheldFields'] as readonly Cell[];
        expect(none['withheldFields']).toEqual(cells);
        named += cells.length;
        for (const { field, product } of cells) expect(product !== null).toBe(perProduct.get(field));
        for (const [name, value] of Object.entries(full.identity))
          if (value !== null) expect(cells).not.toContainEqual({ field: `Identity.${name}`, product: null });
        for (const [name, value] of Object.entries(full.summary))
          if (name !== 'basis' && value !== null)
            expect(cells.filter(({ field }) => field === `CreditSummary.${name}`).length).toBeLessThan(PRODUCTS.length);
      }),
      { numRuns: 12, seed: SEED, endOnFailure: true },
    );
    process.stdout.write(`explicit: 12 worlds, seed ${String(SEED)}, ${String(named)} cells named\n`);
    expect(named).toBeGreaterThan(100);
  });
});
