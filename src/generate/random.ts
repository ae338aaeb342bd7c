import { createHash } from 'node:crypto';

const WORDS = 2 ** 32;
const SQRT_3 = 1.7320508075688772;

/**
 * Seeded random numbers: sfc32 of PractRand (C. Doty-Humphrey, public domain), its 128 bits of state filled by SHA-256.
 *
 * Every draw uses only operations that IEEE 754 and ECMAScript fix to the last bit, hence no `Math.exp` or `Math.log`: the same
 * name gives the same draws on every machine and version of Node.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  /** @param name - Whatever the draws may depend on; different names give independent sequences. */
  constructor(name: string) {
    const digest = createHash('sha256').update(name).digest();
    this.a = digest.readInt32LE(0);
    this.b = digest.readInt32LE(4);
    this.c = digest.readInt32LE(8);
    this.counter = digest.readInt32LE(12);
  }

  /** A whole number on [0, 2^32). */
  word(): number {
    const word = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + word) | 0;
    return word >>> 0;
  }

  /** A whole number on [from, to], which hold at most 2^21 numbers. */
  between(from: number, to: number): number {
    return from + Math.floor((this.word() * (to - from + 1)) / WORDS);
  }

  /** @param bp - How often in 10,000 draws. */
  chance(bp: number): boolean {
    return this.between(0, 9_999) < bp;
  }

  pick<Items extends readonly [unknown, ...unknown[]]>(items: Items): Items[number] {
    return items[this.between(0, items.length - 1)] ?? items[0];
  }

  /** @param weighted - Items with their weights, whole numbers above 0. */
  weigh<T>(weighted: readonly [readonly [T, number], ...(readonly [T, number])[]]): T {
    let left = this.between(
      1,
      weighted.reduce((sum, [, weight]) => sum + weight, 0),
    );
    for (const [item, weight] of weighted) if ((left -= weight) <= 0) return item;
    return weighted[0][0];
  }

  /**
   * About log-normal: the exponent is the sum of four uniform draws (Irwin–Hall), so that no value lies beyond
   * e^(±3.47 × sigma) times the median; the exponential is (1 + x/1024)^1024.
   */
  logNormal(median: number, sigma: number): number {
    const sum = (this.word() + this.word() + this.word() + this.word()) / WORDS;
    let power = 1 + (sigma * SQRT_3 * (sum - 2)) / 1_024;
    for (let squared = 0; squared < 10; squared += 1) power *= power;
    return median * power;
  }
}
