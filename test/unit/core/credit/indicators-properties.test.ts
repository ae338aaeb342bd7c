import fc from 'fast-check';
import { countBand12mOf, utilisationBandOf } from '../../../../src/core/credit/bands';
import { type DayInterval, firstDayOf, lastCompletedMonth, toYearMonth } from '../../../../src/core/credit/calendar';
import type { AccountFigures, Indicator, PlatformInquiries } from '../../../../src/core/credit/credit-record';
import { FIELD_CATALOGUE, type FieldEntry } from '../../../../src/core/credit/field-catalogue';
import { computeIndicator, computeInquiryIndicator } from '../../../../src/core/credit/indicators';
import { divideHalfUp } from '../../../../src/core/credit/rounding';
import { fieldOf } from '../../../support/builders';
import { tell, tellInquiries, type Told } from './indicators-oracle';
import { anyFigures, type World, worlds } from './indicators-worlds';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
fc.configureGlobal({ seed: SEED });
const BORROWERS = 2_500;
const FEWER = { numRuns: 400 };

const INDICATORS = FIELD_CATALOGUE.entries.filter(({ source }) => source.kind === 'indicator');
const OF_PRODUCTS = INDICATORS.filter(({ perProduct }) => perProduct);
const OF_INQUIRIES = INDICATORS.filter(({ perProduct }) => !perProduct);
const nameOf = ({ coordinate }: FieldEntry): string => coordinate.replace('CreditSummary.', '');
const windowOf = ({ source }: FieldEntry): number => (source.kind === 'indicator' ? source.windowMonths : 0);

const toldOf = (found: Indicator | null): Told | null =>
  found && {
    value: found.value,
    first: toYearMonth(found.firstMonth),
    last: toYearMonth(found.lastMonth),
    products: found.products.join(),
    currency: found.currency,
    estimated: found.estimated,
  };
/** Every indicator of products by its name; days belong to an account, whatever its copy. */
const tellAll = (
  accounts: readonly AccountFigures[],
  daysOf: (account: AccountFigures) => readonly DayInterval[],
): Record<string, Told | null> =>
  Object.fromEntries(OF_PRODUCTS.map((entry) => [nameOf(entry), toldOf(computeIndicator(entry, accounts, daysOf))]));
const ofWorld = ({ accounts, days }: World): Record<string, Told | null> =>
  tellAll(accounts, (account) => days.get(account) ?? []);
/** The world with each account made anew. */
function changed({ accounts, days, inquiries }: World, change: (account: AccountFigures) => AccountFigures): World {
  const made = accounts.map((account): [AccountFigures, readonly DayInterval[]] => [change(account), days.get(account) ?? []]);
  return { accounts: made.map(([account]) => account), days: new Map(made), inquiries };
}

describe(`indicators of random borrowers (FUZZ_SEED=${String(SEED)})`, () => {
  it('are those of the oracle, value and basis, and none is always null', () => {
    const stated = new Map<string, number>();
    fc.assert(
      fc.property(worlds, (world) => {
        const daysOf = (account: AccountFigures): readonly DayInterval[] => world.days.get(account) ?? [];
        const found = { ...tellAll(world.accounts, daysOf) };
        for (const entry of OF_INQUIRIES) found[nameOf(entry)] = toldOf(computeInquiryIndicator(entry, world.inquiries));
        const told = Object.fromEntries([
          ...OF_PRODUCTS.map((entry) => [nameOf(entry), tell(nameOf(entry), world.accounts, daysOf)] as const),
          ...OF_INQUIRIES.map((entry) => [nameOf(entry), tellInquiries(windowOf(entry), world.inquiries)] as const),
        ]);
        expect(found).toEqual(told);
        for (const [name, one] of Object.entries(told)) if (one) stated.set(name, (stated.get(name) ?? 0) + 1);
      }),
      { numRuns: BORROWERS },
    );
    expect([...stated.keys()].sort()).toEqual(INDICATORS.map(nameOf).sort());
    expect(Math.min(...stated.values())).toBeGreaterThan(BORROWERS / 100);
  });

  it('do not depend on the order of accounts and records', () => {
    const mixed = worlds.chain((world) => {
      const orders = fc.tuple(...world.accounts.map((account) =>
        fc.tuple(shuffled(account.months), shuffled(account.loans ?? []), shuffled(account.instalments ?? []))
          .map(([months, loans, instalments]): [AccountFigures, readonly DayInterval[]] => [{ ...account, months, loans, instalments }, world.days.get(account) ?? []])));
      return fc.tuple(fc.constant(world), orders.chain((made) => shuffled(made)), shuffled(world.inquiries));
    }); // prettier-ignore
    fc.assert(
      fc.property(mixed, ([world, made, inquiries]) => {
        const days = new Map(made);
        const currencies = new Set(world.accounts.map(({ currency }) => currency));
        expect(ofWorld({ accounts: [...days.keys()], days, inquiries })).toEqual(ofWorld(world));
        expect(currencies.size).toBeLessThanOrEqual(2);
        for (const entry of OF_INQUIRIES)
          expect(computeInquiryIndicator(entry, inquiries.map((one) => ({ ...one, inquiries: [...one.inquiries].reverse() })))).toEqual(
            computeInquiryIndicator(entry, world.inquiries),
          ); // prettier-ignore
      }),
      FEWER,
    );
  });

  it('do not see a record outside the window: the month in progress, one ahead, or one too old', () => {
    const outside = fc.constantFrom(-2, -1, 60, 61);
    fc.assert(
      fc.property(worlds, outside, anyFigures, fc.integer({ min: 0, max: 27 }), (world, age, figures, dayOfMonth) => {
        const grown = changed(world, (account) => {
          const month = lastCompletedMonth(account.asOf) - age;
          const day = firstDayOf(month) + dayOfMonth;
          return {
            ...account,
            months: [...account.months.filter((known) => known.month !== month), { month, ...figures }],
            loans: [...(account.loans ?? []), { drawnOn: day, settledOn: null }],
            instalments: [...(account.instalments ?? []), { dueOn: day, paidOn: null }],
          };
        });
        expect(ofWorld(grown)).toEqual(ofWorld(world));
        const asked = world.inquiries.map((platform) => {
          const inquiredOn = firstDayOf(lastCompletedMonth(platform.asOf) - age) + dayOfMonth;
          return { ...platform, inquiries: [...platform.inquiries, { inquiredOn, institutionName: 'Other', isHard: true }] };
        });
        expect(inquiriesTold(asked)).toEqual(inquiriesTold(world.inquiries));
      }),
      FEWER,
    );
  });

  it('do not see a record on days that are not released, nor a month that they cut', () => {
    fc.assert(
      fc.property(worlds, anyFigures, fc.nat({ max: 24 }), fc.nat({ max: 27 }), fc.boolean(), (world, figures, age, dayOfMonth, isStart) => {
        /** Nothing of the month before the day is released, or nothing from the day on; so the month itself never is. */
        const cut = (asOf: number, days: readonly DayInterval[]): DayInterval[] => {
          const month = lastCompletedMonth(asOf) - age;
          const day = firstDayOf(month) + dayOfMonth;
          const [from, until] = isStart ? [firstDayOf(month), day + 1] : [day, firstDayOf(month + 1)];
          return days.flatMap((one) => [{ from: one.from, until: Math.min(one.until, from) }, { from: Math.max(one.from, until), until: one.until }]).filter((one) => one.from < one.until);
        };
        const without = { ...world, days: new Map([...world.days].map(([account, days]) => [account, cut(account.asOf, days)])) };
        const grown = changed(without, (account) => {
          const month = lastCompletedMonth(account.asOf) - age;
          const day = firstDayOf(month) + dayOfMonth;
          return {
            ...account,
            months: [...account.months.filter((known) => known.month !== month), { month, ...figures }],
            loans: [...(account.loans ?? []), { drawnOn: day, settledOn: null }],
            instalments: [...(account.instalments ?? []), { dueOn: day, paidOn: null }],
          };
        });
        expect(ofWorld(grown)).toEqual(ofWorld(without));
        const withheld = world.inquiries.map((one) => ({ ...one, releasedDays: cut(one.asOf, one.releasedDays) }));
        const asked = withheld.map((one) => ({
          ...one,
          inquiries: [...one.inquiries, { inquiredOn: firstDayOf(lastCompletedMonth(one.asOf) - age) + dayOfMonth, institutionName: 'Other', isHard: true }],
        }));
        expect(inquiriesTold(asked)).toEqual(inquiriesTold(withheld));
      }),
      FEWER,
    ); // prettier-ignore
  });

  it('name months inside their windows only, the oldest and newest of any platform', () => {
    fc.assert(
      fc.property(worlds, ({ accounts, days, inquiries }) => {
        const check = (found: Indicator | null, entry: FieldEntry, asOfs: readonly number[]): void => {
          if (!found) return;
          const newest = asOfs.map((asOf) => lastCompletedMonth(asOf));
          expect(found.firstMonth).toBeLessThanOrEqual(found.lastMonth);
          expect(found.firstMonth).toBeGreaterThan(Math.min(...newest) - Math.max(1, windowOf(entry)));
          expect(found.lastMonth).toBeLessThanOrEqual(Math.max(...newest));
        };
        for (const entry of OF_PRODUCTS)
          check(computeIndicator(entry, accounts, (account) => days.get(account) ?? []), entry, accounts.map(({ asOf }) => asOf)); // prettier-ignore
        for (const entry of OF_INQUIRIES) check(computeInquiryIndicator(entry, inquiries), entry, inquiries.map(({ asOf }) => asOf)); // prettier-ignore
        expect(inquiries.length).toBeGreaterThan(0);
      }),
      FEWER,
    );
  });

  it('agree with each other along their ladders', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const told = ofWorld(world);
        const value = (name: string): Told['value'] | null => told[name]?.value ?? null;
        const number = (name: string): number => Number(value(name));
        const bandedCount = value('loanCount12m') ?? 2 ** 31; // beyond what the count can state
        if (value('loanCountBand12m') !== null) expect(value('loanCountBand12m')).toBe(countBand12mOf(Number(bandedCount)));
        if (value('utilisation') !== null && number('utilisation') >= 0)
          expect(value('utilisationBand')).toBe(utilisationBandOf(number('utilisation')));
        expect(value('alwaysOnTime24m')).toBe(value('onTimeMonthRate24m') === null ? null : number('onTimeMonthRate24m') === 10_000);
        if (value('alwaysOnTime24m') === true) expect([number('delinquentMonths24m'), value('worstStatus24m')]).toEqual([0, 'N']);
        if (value('worstStatus24m') !== null) expect(rank(value('worstStatus60m'))).toBeGreaterThanOrEqual(rank(value('worstStatus24m')));
        expect(number('maxConsecutiveDelinquentMonths24m')).toBeLessThanOrEqual(number('delinquentMonths24m'));
        expect(number('delinquent90Months24m')).toBeLessThanOrEqual(number('delinquent60Months24m'));
        expect(number('delinquent60Months24m')).toBeLessThanOrEqual(number('delinquent30Months24m'));
        if (value('loanCount12m') !== null) expect(number('peakLoansInMonth12m')).toBeLessThanOrEqual(number('loanCount12m'));
        expect(value('monthsSinceLastLoan') === null).toBe(number('activeBorrowingMonths12m') === 0);
        if (value('daysSinceLastLoan') === null) expect([value('maxConcurrentLoans12m'), value('medianDaysBetweenLoans12m')]).toEqual([null, null]);
        if (number('lenderCount') > 0) expect(number('lenderCount')).toBeLessThanOrEqual(number('openAccountCount'));
      }),
      FEWER,
    ); // prettier-ignore
  });

  it('count between one and all loans at once, fewer gaps than the window has days, and late days where not all is on time', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const paid = changed(world, (account) => ({
          ...account,
          instalments: (account.instalments ?? []).map(({ dueOn = null, paidOn = null }) => ({ dueOn, paidOn: paidOn ?? dueOn })),
        }));
        const told = ofWorld(paid);
        const loans = paid.accounts.reduce((count, account) => count + (account.loans ?? []).length, 0);
        if (told['maxConcurrentLoans12m']) {
          expect(told['maxConcurrentLoans12m'].value).toBeGreaterThanOrEqual(1);
          expect(told['maxConcurrentLoans12m'].value).toBeLessThanOrEqual(loans);
        }
        expect(told['onTimeRate24m']?.value === 10_000).toBe(told['maxDaysPastDue24m']?.value === 0);
      }),
      FEWER,
    );
  });

  it('of money are null across currencies, and beside an account of another currency that says nothing they stay', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const told = ofWorld(world);
        const silent: AccountFigures = { platformId: 'other', product: 'OTHER', currency: 'USD', asOf: world.inquiries[0]?.asOf ?? 0, months: [] };
        const withSilent = { ...world, accounts: [...world.accounts, silent] };
        const twice = { ...changed(world, (account) => ({ ...account, currency: 'USD' })) };
        const both = { accounts: [...world.accounts, ...twice.accounts], days: new Map([...world.days, ...twice.days]), inquiries: world.inquiries };
        for (const [name, before] of Object.entries(told).filter(([, one]) => one?.currency)) {
          expect({ name, after: ofWorld(withSilent)[name] }).toEqual({ name, after: before });
          expect({ name, after: ofWorld(both)[name] }).toEqual({ name, after: null });
        }
        expect(Object.keys(told)).toHaveLength(OF_PRODUCTS.length);
      }),
      { numRuns: 150 },
    ); // prettier-ignore
  });

  it('are null of a borrower of whom nothing is recorded or released', () => {
    expect(Object.values(tellAll([], () => [])).filter((told) => told !== null)).toEqual([]);
    expect(computeInquiryIndicator(fieldOf('hardInquiries24m'), [])).toBeNull();
    fc.assert(
      fc.property(worlds, ({ accounts }) => {
        const told = tellAll(accounts, () => []);
        const overRecords = OF_PRODUCTS.filter((entry) => windowOf(entry) > 0).map((entry) => told[nameOf(entry)]);
        expect(overRecords.every((one) => one === null)).toBe(true);
      }),
      FEWER,
    );
  });
});

const rank = (code: Told['value'] | null): number => 'N1234567DZBG'.indexOf(String(code));
const shuffled = <T>(list: readonly T[]): fc.Arbitrary<T[]> => fc.shuffledSubarray([...list], { minLength: list.length });
const inquiriesTold = (platforms: readonly PlatformInquiries[]): (Told | null)[] =>
  OF_INQUIRIES.map((entry) => toldOf(computeInquiryIndicator(entry, platforms)));

describe('rounding half up', () => {
  it('is the nearest whole number, and the higher one of two as near', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        (dividend, divisor) => {
          const rounded = divideHalfUp(dividend, divisor) ?? 0n;
          const twiceOff = 2n * (rounded * divisor - dividend);
          expect(twiceOff <= divisor && twiceOff > -divisor).toBe(true);
          expect(divideHalfUp(dividend, -divisor)).toBeNull();
          expect(divideHalfUp(dividend, 0n)).toBeNull();
        },
      ),
    );
  });
});
