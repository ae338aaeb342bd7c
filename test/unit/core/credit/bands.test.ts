import { amountBandOf, countBand12mOf, countBandOf, utilisationBandOf } from '../../../../src/core/credit/bands';

// credit-record.md, section 7: the lower bound of each band, in major units; A1 begins one minor unit above nothing
// prettier-ignore
const AMOUNTS = [
  ['CNY', 'A2', 1_000  ], ['TWD', 'A2', 5_000    ],
  ['CNY', 'A3', 5_000  ], ['TWD', 'A3', 25_000   ],
  ['CNY', 'A4', 20_000 ], ['TWD', 'A4', 100_000  ],
  ['CNY', 'A5', 50_000 ], ['TWD', 'A5', 250_000  ],
  ['CNY', 'A6', 200_000], ['TWD', 'A6', 1_000_000],
] as const;

describe('amountBandOf', () => {
  it.each(AMOUNTS)('begins in %s band %s at exactly %d', (currency, band, bound) => {
    const before = `A${String(Number(band.slice(1)) - 1)}`;
    expect([-1, 0, 1].map((minor) => amountBandOf(bound * 100 + minor, currency))).toEqual([before, band, band]);
  });

  it.each(['CNY', 'TWD'])('says A0 in %s for nothing alone, and A1 from one minor unit on', (currency) => {
    expect([0, 1, 99].map((minor) => amountBandOf(minor, currency))).toEqual(['A0', 'A1', 'A1']);
    expect(amountBandOf(Number.MAX_SAFE_INTEGER, currency)).toBe('A6');
  });

  it.each(['USD', 'cny', ''])('has no band for the currency %j', (currency) => {
    expect([0, 1, 100_000].map((minor) => amountBandOf(minor, currency))).toEqual([null, null, null]);
  });

  it('has no band for a negative amount', () => {
    expect([amountBandOf(-1, 'CNY'), amountBandOf(-100_000, 'TWD')]).toEqual([null, null]);
  });
});

describe('bands of counts', () => {
  // prettier-ignore
  it.each([
    [0, 'C0'], [1, 'C1_2'], [2, 'C1_2'], [3, 'C3_5'], [5, 'C3_5'], [6, 'C6_9'], [9, 'C6_9'], [10, 'C10_PLUS'], [1_000, 'C10_PLUS'],
  ])('%d loans in a month are %s', (count, band) => {
    expect(countBandOf(count)).toBe(band);
  });

  // prettier-ignore
  it.each([
    [0, 'Y0'], [1, 'Y1_3'], [3, 'Y1_3'], [4, 'Y4_12'], [12, 'Y4_12'], [13, 'Y13_36'], [36, 'Y13_36'], [37, 'Y37_120'], [120, 'Y37_120'],
    [121, 'Y121_PLUS'], [9_999, 'Y121_PLUS'],
  ])('%d loans in twelve months are %s', (count, band) => {
    expect(countBand12mOf(count)).toBe(band);
  });

  it('hold no single count but zero', () => {
    const sizes = (bandOf: (count: number) => string): number[] => {
      const counts = new Map<string, number>();
      for (let count = 1; count < 200; count++) counts.set(bandOf(count), (counts.get(bandOf(count)) ?? 0) + 1);
      return [...counts.values()];
    };
    expect(Math.min(...sizes(countBandOf), ...sizes(countBand12mOf))).toBeGreaterThan(1);
  });
});

describe('utilisationBandOf', () => {
  // prettier-ignore
  it.each([
    [0, 'U0'], [1, 'U1'], [2_999, 'U1'], [3_000, 'U2'], [4_999, 'U2'], [5_000, 'U3'], [6_999, 'U3'], [7_000, 'U4'], [8_999, 'U4'],
    [9_000, 'U5'], [10_000, 'U5'], [10_001, 'U6'], [50_000, 'U6'],
  ])('%d bp are %s', (ratio, band) => {
    expect(utilisationBandOf(ratio)).toBe(band);
  });
});
