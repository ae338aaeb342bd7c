import fc from 'fast-check';
import { charge, exhausted } from '../../../../src/core/consent/budget';
import { type BoundName, scopeDifference, widenings, withdrawnCells } from '../../../../src/core/consent/compare-terms';
import {
  type ConsentBounds,
  type ConsentUse,
  FREQUENCY_UNITS,
  type FrequencyUnit,
  type Scope,
} from '../../../../src/core/consent/consent';
import { decide } from '../../../../src/core/consent/decide';
import type { CellVerdict } from '../../../../src/core/consent/decision';
import { PURPOSES } from '../../../../src/core/consent/purpose';
import { DAY_MS, intersectDays, mondayOf, monthOf, toEpochDay } from '../../../../src/core/credit/calendar';
import { PRODUCTS } from '../../../../src/core/credit/codes';
import { createCatalogue, FIELD_CATALOGUE, type FieldCatalogue } from '../../../../src/core/credit/field-catalogue';
import {
  aConsent,
  aField,
  anArrangement,
  anIndicator,
  aScope,
  aSnapshot,
  NOW_MS,
  PLATFORM,
  scopesOf,
} from '../../../support/builders';

const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** The public catalogue as a second version would stand, with a few fields that appeared in it. */
const CATALOGUE_2 = createCatalogue(
  2,
  FIELD_CATALOGUE.entries.map((entry) =>
    /loanCountBand$|alwaysOnTime24m|lenderCount|creditLimitBand|daysPastDueMonthEnd/.test(entry.coordinate)
      ? { ...entry, since: 2 }
      : entry,
  ),
);

type Draft = Partial<Omit<ConsentBounds, 'scopes'>>;
const bounds = (scopes: string, draft: Draft = {}, catalogue: FieldCatalogue = FIELD_CATALOGUE): ConsentBounds =>
  aConsent({ ...draft, scopes: scopesOf(scopes, catalogue) });
const YEAR: Draft = { dataFrom: '2025-04-01' };
const PAST: Draft = { dataUntil: '2026-04-01' };
const WIDER = ['scopes'];
const NOT_WIDER: string[] = [];

describe('widenings of the scopes', () => {
  // prettier-ignore
  it.each<[string, string, string, string[]]>([
    // a PERMIT more or less; over the closure, never over the text
    ['a first PERMIT',                    '',                                        '+loanCount',                            WIDER    ],
    ['a PERMIT more',                     '+loanCount',                              '+loanCount +borrowedAmount',            WIDER    ],
    ['another PERMIT instead',            '+loanCount',                              '+borrowedAmount',                       WIDER    ],
    ['a PERMIT for what is denied',       '-loanCount',                              '-loanCount +loanCount',                 WIDER    ],
    ['more here and less there',          '+loanCount +borrowedAmount',              '+loanCount +balance',                   WIDER    ],
    ['the same',                          '+loanCount -balance',                     '+loanCount -balance',                   NOT_WIDER],
    ['the same in another order, twice',  '+loanCount -balance',                     '-balance +loanCount -balance',          NOT_WIDER],
    ['a PERMIT less',                     '+loanCount +borrowedAmount',              '+loanCount',                            NOT_WIDER],
    ['nothing left',                      '+loanCount',                              '',                                      NOT_WIDER],
    ['what was implied, by name',         '+loanCount',                              '+loanCount +loanCountBand',             NOT_WIDER],
    ['a cluster for its fields',          '+loanCountBand +loanCount +loanDays +loanCountBand12m +loanCount12m +loansPerMonth12m ' +
                                          '+peakLoansInMonth12m +activeBorrowingMonths12m +monthsSinceLastLoan', '+BORROWING_FREQUENCY', NOT_WIDER],
    // a DENY less or more
    ['a DENY less',                       '+loanCount -balance',                     '+loanCount',                            WIDER    ],
    ['a DENY for a finer field instead',  '-loanCountBand',                          '-loanCount',                            WIDER    ],
    ['a DENY for a coarser field instead', '-loanCount',                             '-loanCountBand',                        NOT_WIDER],
    ['a DENY more',                       '+loanCount',                              '+loanCount -balance',                   NOT_WIDER],
    ['a DENY beneath another',            '-loanCountBand -loanCount',               '-loanCountBand',                        NOT_WIDER],
    // a product more or less
    ['a product more',                    '+loanCount',                              '+loanCount H+loanCount',                WIDER    ],
    ['another product',                   'H+loanCount',                             'J+loanCount',                           WIDER    ],
    ['later products too',                'H+loanCount J+loanCount O+loanCount',     '*+loanCount',                           WIDER    ],
    ['no later products',                 '*+loanCount',                             'H+loanCount J+loanCount O+loanCount',   NOT_WIDER],
    ['a product less',                    '*+loanCount',                             'O+loanCount',                           NOT_WIDER],
    ['a DENY for no later products',      '*-balance',                               'H-balance J-balance O-balance',         WIDER    ],
    ['a DENY for a product less',         'H-balance J-balance',                     'H-balance',                             WIDER    ],
    ['a DENY for later products too',     'H-balance J-balance O-balance',           '*-balance',                             NOT_WIDER],
    ['a product of a person\'s field',    'H+fullName O-idNumber',                   'J+fullName *-idNumber',                 NOT_WIDER],
    // a finer or a coarser field
    ['a finer field',                     '+loanCountBand',                          '+loanCount',                            WIDER    ],
    ['a finer person\'s field',           '*+birthYear',                             'H+dateOfBirth',                         WIDER    ],
    ['a finer indicator',                 '+alwaysOnTime24m',                        '+onTimeMonthRate24m',                   WIDER    ],
    ['a record field for its indicator',  '+onTimeMonthRate24m',                     '+repaymentStatus',                      WIDER    ],
    ['a finer field of one product',      '*+loanCountBand',                         '*+loanCountBand O+loanCount',           WIDER    ],
    ['a coarser field',                   '+loanCount',                              '+loanCountBand',                        NOT_WIDER],
    ['a coarser field of one product',    '*+loanCount',                             'O+loanCountBand',                       NOT_WIDER],
    ['a coarser indicator',               '+onTimeMonthRate24m',                     '+alwaysOnTime24m',                      NOT_WIDER],
    ['an indicator two rungs below',      '+daysPastDueMonthEnd',                    '+alwaysOnTime24m',                      NOT_WIDER],
    // an indicator for a record field: its own permit needs no whole window (consent.md, section 6, step 9 d)
    ['an indicator for its input',        '+repaymentStatus',                        '+alwaysOnTime24m',                      NOT_WIDER],
    ['one beside its input',              '+repaymentStatus',                        '+repaymentStatus +alwaysOnTime24m',     NOT_WIDER],
    ['one that requires another',         '+loanCount',                              '+peakLoansInMonth12m +loanCount12m',    NOT_WIDER],
    ['one beyond the shortest reach',     '+repaymentStatus',                        '+worstStatus60m',                       WIDER    ],
    ['one whose input is denied',         '+repaymentStatus -worstStatus24m',        '+onTimeMonthRate24m -worstStatus24m',   WIDER    ],
    ['one that needs another input too',  '+scheduledDue',                           '+monthlyDebtService',                   WIDER    ],
    ['one with all inputs',               '+scheduledDue +usedLimit',                '+monthlyDebtService',                   NOT_WIDER],
    ['one on no ladder of its inputs',    '+closedOn +furnisherName',                '+closedOn +furnisherName +lenderCount', WIDER    ],
  ])('%s', (_name, before, after, expected) => {
    expect(widenings(bounds(before), bounds(after), FIELD_CATALOGUE)).toEqual(expected);
  });

  // prettier-ignore
  it.each<[string, Draft, string, string, string[]]>([
    ['an indicator for its input, data with a start',   YEAR, '+repaymentStatus',    '+alwaysOnTime24m',          WIDER    ],
    ['an indicator for its input, data with an end',    PAST, '+repaymentStatus',    '+alwaysOnTime24m',          WIDER    ],
    ['a coarser indicator, data with a start',          YEAR, '+onTimeMonthRate24m', '+alwaysOnTime24m',          NOT_WIDER],
    ['one without a window for its input, with a start', YEAR, '+openedOn',          '+openedYear +monthsOnBook', NOT_WIDER],
    ['a coarser field, data with a start',              YEAR, '+loanCount',          '+loanCountBand',            NOT_WIDER],
  ])('%s', (_name, draft, before, after, expected) => {
    expect(widenings(bounds(before, draft), bounds(after, draft), FIELD_CATALOGUE)).toEqual(expected);
  });

  // prettier-ignore
  it.each<[string, string, number, string, number, string[]]>([
    ['a later catalogue without anything new to it',         '+borrowedAmount',           1, '+borrowedAmount',                 2, NOT_WIDER],
    ['a coarser rung that came with the later catalogue',    '+loanCount',                1, '+loanCount',                      2, WIDER    ],
    ['one that was there on both sides',                     '+loanCount',                2, '+loanCount',                      2, NOT_WIDER],
    ['an earlier catalogue, which lacks it',                 '+loanCount',                2, '+loanCount',                      1, NOT_WIDER],
    ['a later catalogue, but without its fields',            '+loanCount',                1, '+loanDays',                       2, WIDER    ],
    ['an indicator that came to its inputs',                 '+closedOn +furnisherName',  1, '+closedOn +furnisherName',        2, WIDER    ],
    ['an indicator that came, without one of its inputs',    '+closedOn +furnisherName',  1, '+closedOn',                       2, NOT_WIDER],
    ['a DENY of a newer field, and an indicator with it',    '+closedOn +furnisherName',  1, '+closedOn +furnisherName -creditLimitBand', 2, WIDER],
    ['a DENY of a newer field alone',                        '+borrowedAmount',           1, '+borrowedAmount -creditLimitBand', 2, NOT_WIDER],
    ['a DENY for a field above a newer one',                 '-repaymentStatus -daysPastDueMonthEnd', 1, '-repaymentStatus',    1, NOT_WIDER],
    ['a PERMIT that its catalogue did not know',             '+daysPastDueMonthEnd',      1, '+daysPastDueMonthEnd',            2, WIDER    ],
    ['what such a PERMIT would have implied',                '+daysPastDueMonthEnd',      1, '+repaymentStatus',                1, WIDER    ],
  ])('of two catalogues: %s', (_name, before, versionBefore, after, versionAfter, expected) => {
    const less = bounds(before, { catalogueVersion: versionBefore }, CATALOGUE_2);
    const more = bounds(after, { catalogueVersion: versionAfter }, CATALOGUE_2);
    expect(widenings(less, more, CATALOGUE_2)).toEqual(expected);
  });
});

describe('widenings of the other bounds', () => {
  const daily = { count: 1, per: 'DAY' } as const;
  // prettier-ignore
  it.each<[string, Draft, Draft, BoundName[]]>([
    ['a millisecond more',                 { validUntilMs: NOW_MS },                       { validUntilMs: NOW_MS + 1 },                   ['validUntil']   ],
    ['a millisecond less',                 { validUntilMs: NOW_MS },                       { validUntilMs: NOW_MS - 1 },                   []               ],
    ['as long',                            { validUntilMs: NOW_MS },                       { validUntilMs: NOW_MS },                       []               ],
    ['again and again instead of once',    { accessMode: 'ONE_TIME' },                     { accessMode: 'RECURRING' },                    ['accessMode']   ],
    ['once a day instead of once',         { accessMode: 'ONE_TIME' },                     { accessMode: 'RECURRING', frequency: daily },  ['accessMode']   ],
    ['once instead of again and again',    { accessMode: 'RECURRING' },                    { accessMode: 'ONE_TIME' },                     []               ],
    ['once instead of once a day',         { accessMode: 'RECURRING', frequency: daily },  { accessMode: 'ONE_TIME' },                     []               ],
    ['once and once',                      { accessMode: 'ONE_TIME' },                     { accessMode: 'ONE_TIME' },                     []               ],
    ['no frequency any more',              { frequency: daily },                           { frequency: null },                            ['frequency']    ],
    ['a frequency for the first time',     { frequency: null },                            { frequency: daily },                           []               ],
    ['no frequency on either side',        { frequency: null },                            { frequency: null },                            []               ],
    ['a day earlier',                      { dataFrom: '2025-04-01' },                     { dataFrom: '2025-03-31' },                     ['dataFrom']     ],
    ['no start any more',                  { dataFrom: '2025-04-01' },                     { dataFrom: null },                             ['dataFrom']     ],
    ['a day later',                        { dataFrom: '2025-04-01' },                     { dataFrom: '2025-04-02' },                     []               ],
    ['a start for the first time',         { dataFrom: null },                             { dataFrom: '1999-12-31' },                     []               ],
    ['the same start',                     { dataFrom: '2025-04-01' },                     { dataFrom: '2025-04-01' },                     []               ],
    ['an end a day later',                 { dataUntil: '2025-12-31' },                    { dataUntil: '2026-01-01' },                    ['dataUntil']    ],
    ['no end any more',                    { dataUntil: '2025-12-31' },                    { dataUntil: null },                            ['dataUntil']    ],
    ['an end a day earlier',               { dataUntil: '2026-01-01' },                    { dataUntil: '2025-12-31' },                    []               ],
    ['an end for the first time',          { dataUntil: null },                            { dataUntil: '2099-01-01' },                    []               ],
    ['the same end',                       { dataUntil: '2026-01-01' },                    { dataUntil: '2026-01-01' },                    []               ],
    ['a range moved on by a year',         { dataFrom: '2024-01-01', dataUntil: '2025-01-01' }, { dataFrom: '2025-01-01', dataUntil: '2026-01-01' }, ['dataUntil']],
    ['kept for a day longer',              { dataLifeDays: 30 },                           { dataLifeDays: 31 },                           ['dataLifeDays'] ],
    ['kept without limit',                 { dataLifeDays: 30 },                           { dataLifeDays: null },                         ['dataLifeDays'] ],
    ['kept for a day less',                { dataLifeDays: 30 },                           { dataLifeDays: 29 },                           []               ],
    ['kept as long',                       { dataLifeDays: 30 },                           { dataLifeDays: 30 },                           []               ],
    ['kept with a limit for the first time', { dataLifeDays: null },                       { dataLifeDays: 10_000 },                       []               ],
    ['told what was withheld',             { absencePolicy: 'UNIFORM' },                   { absencePolicy: 'EXPLICIT' },                  ['absencePolicy']],
    ['told no longer',                     { absencePolicy: 'EXPLICIT' },                  { absencePolicy: 'UNIFORM' },                   []               ],
    ['told as before',                     { absencePolicy: 'EXPLICIT' },                  { absencePolicy: 'EXPLICIT' },                  []               ],
  ])('%s', (_name, before, after, expected) => {
    expect(widenings(bounds('+loanCount', before), bounds('+loanCount', after), FIELD_CATALOGUE)).toEqual(expected);
  });

  it('names every bound that widens, in a fixed order, and leaves out those that narrow', () => {
    const before = bounds('+loanCount', {
      frequency: daily, dataFrom: '2025-01-01', dataUntil: '2026-01-01', dataLifeDays: 1, validUntilMs: NOW_MS,
    }); // prettier-ignore
    const after = bounds('+borrowedAmount', { frequency: { count: 2, per: 'DAY' }, absencePolicy: 'EXPLICIT' });
    expect(widenings(before, after, FIELD_CATALOGUE)).toEqual([
      'scopes', 'validUntil', 'frequency', 'dataFrom', 'dataUntil', 'dataLifeDays', 'absencePolicy',
    ]); // prettier-ignore
    expect(widenings(after, before, FIELD_CATALOGUE)).toEqual(['scopes']);
  });
});

describe('widenings of the frequency', () => {
  const FIRST = toEpochDay('2026-01-01');
  const CALENDAR = Array.from({ length: 365 }, (_, i) => FIRST + i); // March, August: days of six weeks
  const windowOf: Readonly<Record<FrequencyUnit, (day: number) => number>> = {
    DAY: (day) => day,
    WEEK: mondayOf,
    MONTH: monthOf,
  };

  /** The most uses that a recipient who takes every one offered can make in one window of `outer`, from its first day on. */
  function mostUses(frequency: { count: number; per: FrequencyUnit }, outer: FrequencyUnit): number {
    const most = new Map<number, { use: ConsentUse | null; uses: number }>();
    for (const day of CALENDAR) {
      const window = most.get(windowOf[outer](day)) ?? { use: null, uses: 0 };
      const atMs = day * DAY_MS;
      const terms = { accessMode: 'RECURRING', frequency } as const;
      for (; exhausted(terms, window.use, atMs) === null; window.uses++) window.use = charge(terms, window.use, atMs);
      most.set(windowOf[outer](day), window);
    }
    return Math.max(...[...most.values()].map(({ uses }) => uses));
  }

  const pairs = FREQUENCY_UNITS.flatMap((before) =>
    FREQUENCY_UNITS.map((after): [FrequencyUnit, FrequencyUnit] => [before, after]),
  );
  it.each(pairs)('from so often a %s to so often a %s is what a year of use can exceed', (outer, inner) => {
    const differing: unknown[] = [];
    for (const afterCount of [1, 2, 3]) {
      const most = mostUses({ count: afterCount, per: inner }, outer);
      for (let count = 1; count <= 100; count++) {
        const wider = widenings(
          bounds('', { frequency: { count, per: outer } }),
          bounds('', { frequency: { count: afterCount, per: inner } }),
          FIELD_CATALOGUE,
        );
        if (wider.includes('frequency') !== most > count) differing.push({ count, afterCount, most, wider });
      }
    }
    expect(differing).toEqual([]);
  });

  // prettier-ignore
  it.each<[number, FrequencyUnit, number, FrequencyUnit, boolean]>([
    [ 1, 'DAY',    1, 'MONTH', false], [ 1, 'DAY',   2, 'MONTH', true ], [ 2, 'DAY',   2, 'WEEK', false],
    [ 7, 'WEEK',   1, 'DAY',   false], [ 6, 'WEEK',  1, 'DAY',   true ], [ 1, 'WEEK',  1, 'MONTH', true ],
    [ 2, 'WEEK',   1, 'MONTH', false], [31, 'MONTH', 1, 'DAY',   false], [30, 'MONTH', 1, 'DAY',  true ],
    [ 6, 'MONTH',  1, 'WEEK',  false], [ 5, 'MONTH', 1, 'WEEK',  true ], [ 5, 'MONTH', 5, 'MONTH', false],
  ])('%i a %s, then %i a %s: wider is %s', (countBefore, before, countAfter, after, wider) => {
    const less = bounds('', { frequency: { count: countBefore, per: before } });
    const more = bounds('', { frequency: { count: countAfter, per: after } });
    expect(widenings(less, more, FIELD_CATALOGUE)).toEqual(wider ? ['frequency'] : []);
  });
});

/** Ladders and lineage that the public catalogue does not have, and may get. */
const ODD = createCatalogue(2, [
  aField(1, 'Odd.fine', {
    coarser: ['Odd.mid', 'Odd.sum12', 'Odd.short3', 'Odd.long12', 'Odd.alienSum12', 'Odd.age', 'Odd.twice12', 'Odd.needySum12'],
  }),
  aField(2, 'Odd.mid', { coarser: ['Odd.flag24', 'Odd.years60', 'Odd.deep12', 'Odd.onYears12', 'Odd.aged12'] }),
  aField(3, 'Odd.needy', { requires: ['Odd.rare'], coarser: ['Odd.needySum12'] }),
  aField(4, 'Odd.rare', { cluster: 'REPAYMENT_STATUS' }),
  aField(5, 'Odd.alien', { cluster: 'CONTACT', coarser: ['Odd.alienSum12'] }),
  aField(6, 'Odd.person', { perProduct: false, coarser: ['Odd.personBand'] }),
  aField(7, 'Odd.personBand', { perProduct: false, since: 2 }),
  anIndicator(10, 'Odd.sum12', 12, ['Odd.fine'], { coarser: ['Odd.half6', 'Odd.sumBand12'] }),
  anIndicator(11, 'Odd.sumBand12', 12, ['Odd.fine'], { since: 2 }),
  anIndicator(12, 'Odd.half6', 6, ['Odd.fine']),
  anIndicator(13, 'Odd.short3', 3, ['Odd.fine']),
  anIndicator(14, 'Odd.long12', 12, ['Odd.fine'], { requires: ['Odd.short3'] }),
  anIndicator(15, 'Odd.deep12', 12, ['Odd.mid'], { requires: ['Odd.long12'] }),
  anIndicator(16, 'Odd.needySum12', 12, ['Odd.needy']),
  anIndicator(17, 'Odd.alienSum12', 12, ['Odd.alien'], { since: 2 }),
  anIndicator(18, 'Odd.flag24', 24, ['Odd.mid']),
  anIndicator(19, 'Odd.years60', 60, ['Odd.mid']),
  anIndicator(20, 'Odd.age', 0, ['Odd.fine'], { requires: ['Odd.sum12'] }),
  anIndicator(21, 'Odd.twice12', 12, ['Odd.sum12']),
  anIndicator(22, 'Odd.aged12', 12, ['Odd.mid', 'Odd.person'], { requires: ['Odd.age', 'Odd.mid'], since: 2 }),
  anIndicator(23, 'Odd.onYears12', 12, ['Odd.years60']),
  anIndicator(24, 'Odd.late12', 12, ['Odd.mid'], { since: 2 }),
]);

describe('widenings of the scopes on odd ladders', () => {
  // prettier-ignore
  it.each<[string, string, string, string[]]>([
    ['an indicator for its input',                        '+fine',        '+sum12',               NOT_WIDER],
    ['one of another window for the finer one',           '+sum12',       '+half6',               WIDER    ],
    ['one that requires another of a shorter window',     '+fine',        '+long12 +short3',      WIDER    ],
    ['one that requires such a one',                      '+fine +mid',   '+deep12 +long12 +mid', WIDER    ],
    ['one that requires another of no window',            '+mid +person', '+mid +person +aged12', NOT_WIDER],
    ['one whose input requires something',                '+needy +rare', '+needySum12',          WIDER    ],
    ['one whose input is of another cluster',             '+alien',       '+alienSum12',          WIDER    ],
    ['one whose input is an indicator',                   '+mid',         '+onYears12',           WIDER    ],
  ])('%s', (_name, before, after, expected) => {
    const version = { catalogueVersion: 2 };
    expect(widenings(bounds(before, version, ODD), bounds(after, version, ODD), ODD)).toEqual(expected);
  });
});

interface World {
  readonly catalogue: FieldCatalogue;
  /** Each is made of the one before it by a few edits. */
  readonly versions: readonly ConsentBounds[];
}
type Edit = (of: ConsentBounds) => ConsentBounds;

function worldArbitrary(catalogue: FieldCatalogue): fc.Arbitrary<World> {
  const ids = catalogue.entries.map(({ id }) => id);
  const scope: fc.Arbitrary<Scope> = fc.record({
    fieldId: fc.constantFrom(...ids),
    product: fc.constantFrom(null, null, ...PRODUCTS),
    effect: fc.constantFrom('PERMIT', 'PERMIT', 'PERMIT', 'DENY'),
    via: fc.constant(null),
  });
  const coarser = ({ fieldId }: Scope, which: number): number => {
    const entry = catalogue.byId(fieldId);
    const rungs = entry ? catalogue.coarserOf(entry) : [];
    return rungs[which % Math.max(1, rungs.length)]?.id ?? fieldId;
  };
  const change = (these: readonly Scope[], place: number, to: (one: Scope) => readonly Scope[]): readonly Scope[] =>
    these.flatMap((one, i) => (i === place % these.length ? to(one) : [one]));
  const onScopes =
    (to: (scopes: readonly Scope[]) => readonly Scope[]): Edit =>
    (of) => ({ ...of, scopes: to(of.scopes) });
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.nat().map((place) => onScopes((these) => change(these, place, () => []))),
    fc.tuple(fc.nat(), fc.nat()).map(([place, which]) => onScopes((these) => change(these, place, (one) => [{ ...one, fieldId: coarser(one, which) }]))),
    fc.tuple(fc.nat(), fc.nat()).map(([place, which]) => onScopes((these) => change(these, place, (one) => [one, { ...one, fieldId: coarser(one, which) }]))),
    fc.tuple(fc.nat(), fc.constantFrom(...PRODUCTS)).map(([place, product]) => onScopes((these) => change(these, place, (one) => [{ ...one, product }]))),
    scope.map((added) => onScopes((these) => [...these, { ...added, effect: 'DENY' }])),
    scope.map((added) => onScopes((these) => [...these, added])),
    fc.constantFrom(1, 2).map((catalogueVersion): Edit => (of) => ({ ...of, catalogueVersion })),
    fc.constantFrom(null, '2024-04-01', '2025-04-01', '2025-04-02', '2026-02-01').map((dataFrom): Edit => (of) => ({ ...of, dataFrom })),
    fc.constantFrom(null, '2025-05-01', '2026-03-31', '2026-04-01').map((dataUntil): Edit => (of) => ({ ...of, dataUntil })),
    fc.constantFrom(-1, 0, 1).map((days): Edit => (of) => ({ ...of, validUntilMs: NOW_MS + days * DAY_MS })),
    fc.tuple(fc.constantFrom(1, 2, 7, 31), fc.constantFrom(...FREQUENCY_UNITS)).map(([count, per]): Edit => (of) => ({ ...of, accessMode: 'RECURRING', frequency: { count, per } })),
    fc.constantFrom('ONE_TIME', 'RECURRING').map((accessMode): Edit => (of) => ({ ...of, accessMode, frequency: null })),
    fc.constantFrom(null, 30, 60).map((dataLifeDays): Edit => (of) => ({ ...of, dataLifeDays })),
    fc.constantFrom('UNIFORM', 'EXPLICIT').map((absencePolicy): Edit => (of) => ({ ...of, absencePolicy })),
  ); // prettier-ignore
  const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
  return fc
    .tuple(fc.array(scope, { minLength: 1, maxLength: 5 }), fc.array(edit, { maxLength: 2 }), edits, edits)
    .map(([scopes, ...steps]): World => {
      const versions: ConsentBounds[] = [];
      let last: ConsentBounds = aConsent({ scopes });
      for (const step of steps) versions.push((last = step.reduce((of, apply) => apply(of), last)));
      return { catalogue, versions };
    });
}

const world = fc.oneof(worldArbitrary(CATALOGUE_2), worldArbitrary(ODD), worldArbitrary(ODD));

describe('widenings in random worlds', () => {
  it('are none between equal terms', () => {
    fc.assert(
      fc.property(world, ({ catalogue, versions }) => {
        for (const terms of versions)
          expect(widenings(terms, { ...terms, scopes: [...terms.scopes].reverse() }, catalogue)).toEqual([]);
      }),
      { numRuns: 500, seed: SEED },
    );
  });

  it('are none over two steps where each step has none', () => {
    let steps = 0;
    fc.assert(
      fc.property(world, ({ catalogue, versions: [a, b, c] }) => {
        if (!a || !b || !c || widenings(a, b, catalogue).length > 0 || widenings(b, c, catalogue).length > 0) return;
        steps++;
        expect(widenings(a, c, catalogue)).toEqual([]);
      }),
      { numRuns: 2_000, seed: SEED },
    );
    process.stdout.write(`widenings over two steps: ${String(steps)} chains, seed ${String(SEED)}\n`);
    expect(steps).toBeGreaterThan(300);
  });

  it('are there whenever the decision over the one arrangement releases a cell or a day more', () => {
    const request = fc.record({
      purpose: fc.constantFrom('MORTGAGE_ORIGINATION', ...PURPOSES),
      asOf: fc.constantFrom('2026-04-15', '2026-04-01', '2026-01-31', '2025-05-01').map(toEpochDay),
    } as const);
    let [narrowings, releases] = [0, 0];
    fc.assert(
      fc.property(world, request, ({ catalogue, versions: [before, after] }, { purpose, asOf }) => {
        if (!before || !after || widenings(before, after, catalogue).length > 0) return;
        narrowings++;
        const cellsUnder = (terms: ConsentBounds): readonly CellVerdict[] => {
          const snapshot = aSnapshot([anArrangement({ ...terms, purpose })], {
            purpose,
            asOfByPlatform: new Map([[PLATFORM, asOf]]),
          });
          return [...decide(snapshot, catalogue, catalogue.entries).cells].flatMap(([{ coordinate }, cells]) =>
            cells.map((cell) => ({ ...cell, coordinate })),
          );
        };
        const cellsBefore = cellsUnder(before);
        const more = cellsUnder(after).filter((cell, i) => {
          if (cell.verdict === 'WITHHOLD') return false;
          releases++;
          const was = cellsBefore[i];
          if (was?.verdict !== 'RELEASE') return true;
          return JSON.stringify(intersectDays(cell.days, was.days)) !== JSON.stringify(cell.days);
        });
        expect(more).toEqual([]);
      }),
      { numRuns: 5_000, seed: SEED },
    );
    process.stdout.write(
      `narrowings against the decision: ${String(narrowings)} pairs, ${String(releases)} releases, seed ${String(SEED)}\n`,
    );
    expect(releases).toBeGreaterThan(3_000);
  });
});

describe('withdrawnCells', () => {
  const withdrawn = (before: string, after: string | null, draft?: Draft): string[] =>
    withdrawnCells(bounds(before, draft), after === null ? null : bounds(after, draft), FIELD_CATALOGUE).map(
      ({ entry, product }) => `${entry.coordinate.replace(/^\w+\./, '')} ${product ?? '-'}`,
    );

  // prettier-ignore
  it.each<[string, string, string | null, string[]]>([
    ['nothing between equal scopes',            '+loanCount',                   '+loanCount',                  []                                                    ],
    ['nothing where the scopes widen',          '+loanCountBand',               '*+loanCount',                 []                                                    ],
    ['the finer field alone',                   '+openedOn',                    '+openedYear +monthsOnBook',   ['openedOn JIEBEI']                                   ],
    ['a field and what it implied',             '+creditLimit +balance',        '+balance',                    ['creditLimitBand JIEBEI', 'creditLimit JIEBEI']      ],
    ['a product of it',                         '*+balance',                    'H+balance O+balance',         ['balance JIEBEI']                                    ],
    ['no later product, which nobody has',      '*+balance',                    'H+balance J+balance O+balance', []                                                  ],
    ['what is denied now, and the finer fields', '+creditLimit',                '+creditLimit -creditLimitBand', ['creditLimitBand JIEBEI', 'creditLimit JIEBEI']    ],
    ['not what was denied before',              '+balance +usedLimit -balance', '',                            ['usedLimit JIEBEI']                                  ],
    ['a person\'s field once',                  '*+dateOfBirth',                'H+birthYear',                 ['dateOfBirth -']                                     ],
    ['everything at the end, in its order',     'H+balance *+fullName H+product', null,                        ['fullName -', 'product HUABEI', 'balance HUABEI']    ],
  ])('names %s', (_name, before, after, expected) => {
    expect(withdrawn(before, after)).toEqual(expected);
  });

  it('does not count dates, frequency or validity', () => {
    const before = bounds('+balance');
    const after = bounds('+balance', { ...YEAR, ...PAST, validUntilMs: 0, accessMode: 'ONE_TIME' });
    expect(withdrawnCells(before, after, FIELD_CATALOGUE)).toEqual([]);
  });

  it("does not name a rung that the consent's catalogue lacked", () => {
    const before = bounds('+loanCount', { catalogueVersion: 1 }, CATALOGUE_2);
    const names = withdrawnCells(before, null, CATALOGUE_2).map(({ entry }) => entry.coordinate);
    expect(names).toContain('CreditSummary.loanCount12m');
    expect(names).not.toContain('MonthlySummary.loanCountBand');
  });
});

describe('scopeDifference', () => {
  const loans = aScope();
  const [hLoans, allLoans] = [aScope({ product: 'HUABEI' }), aScope({ product: null })];
  const [balance, noBalance] = [aScope({ field: 'balance' }), aScope({ field: 'balance', effect: 'DENY' })];
  const named: Scope = { ...loans, via: 'BORROWING_FREQUENCY' };

  it.each<[string, Scope[], Scope[], Scope[], Scope[]]>([
    ['nothing between equal lists', [loans, noBalance], [noBalance, loans], [], []],
    ['another product and another effect', [loans, noBalance], [hLoans, balance], [hLoans, balance], [loans, noBalance]],
    ['what stands twice once', [], [loans, loans], [loans], []],
    ['nothing where only the origin differs', [loans], [named], [], []],
    ['everything against nothing', [loans, balance], [], [], [loans, balance]],
    ['one product for every product', [loans], [allLoans], [allLoans], [loans]],
  ])('names %s', (_name, before, after, added, removed) => {
    expect(scopeDifference(before, after)).toEqual({ added, removed });
  });

  it('takes scopes as written: a coarser field is another one', () => {
    const [fine, coarse] = [scopesOf('+loanCount'), scopesOf('+loanCountBand')];
    expect(scopeDifference(fine, coarse)).toEqual({ added: coarse, removed: fine });
  });
});
