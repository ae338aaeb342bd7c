import { Random } from '../../../src/generate/random';

describe('Random', () => {
  // sfc32 as published, over SHA-256 of the name; computed by another implementation.
  it('draws the same words for the same name on every machine', () => {
    const random = new Random('credit-gateway');
    const words = Array.from({ length: 5 }, () => random.word());
    expect(words).toEqual([2_819_917_023, 2_864_800_614, 2_009_084_097, 3_758_579_477, 688_517_312]);
    expect(new Random('credit-gateway').word()).toBe(words[0]);
    expect(new Random('credit-gateway ').word()).not.toBe(words[0]);
  });

  it('draws whole numbers of a closed interval, each about as often', () => {
    const random = new Random('between');
    const counts = new Map<number, number>();
    for (let left = 30_000; left > 0; left -= 1) {
      const drawn = random.between(-1, 1);
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-1, 0, 1]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(400);
    expect(random.between(7, 7)).toBe(7);
  });

  it('weighs items and takes chances in basis points', () => {
    const random = new Random('weigh');
    const drawn = Array.from({ length: 10_000 }, () => random.weigh([['a', 1], ['b', 9]])); // prettier-ignore
    expect(Math.abs(drawn.filter((item) => item === 'a').length - 1_000)).toBeLessThan(150);
    expect(Array.from({ length: 100 }, () => random.chance(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => random.chance(10_000))).not.toContain(false);
  });

  it('draws log-normal values around their median, in fixed bounds', () => {
    const random = new Random('log-normal');
    const values = Array.from({ length: 20_001 }, () => random.logNormal(1_000, 0.8)).sort((a, b) => a - b);
    const at = (share: number): number => values[Math.floor(share * (values.length - 1))] ?? 0;
    expect(Math.abs(at(0.5) - 1_000)).toBeLessThan(30);
    expect(Math.abs(at(0.8413) / 1_000 - Math.exp(0.8))).toBeLessThan(0.1); // one standard deviation above
    expect(at(0)).toBeGreaterThan(1_000 * Math.exp(-3.47 * 0.8));
    expect(at(1)).toBeLessThan(1_000 * Math.exp(3.47 * 0.8));
  });
});
