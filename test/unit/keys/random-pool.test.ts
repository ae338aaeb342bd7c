import { createRandomPool } from '../../../src/keys/random-pool';

describe('a random pool', () => {
  it('gives as many bytes as are asked for, of more than a page, too', () => {
    const draw = createRandomPool();
    expect([0, 1, 16, 4_096, 10_000, 16].map((size) => draw(size).length)).toEqual([0, 1, 16, 4_096, 10_000, 16]);
  });

  it('gives no byte twice, over the ends of its pages', () => {
    const draw = createRandomPool();
    const drawn = Array.from({ length: 5_000 }, (_, at) => draw(16 + (at % 3)).toString('hex', 0, 16));
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(new Set(createRandomPool()(16).toString('hex')).size).toBeGreaterThan(2);
  });

  it('keeps no hold on what it gave', () => {
    const draw = createRandomPool();
    const first = draw(16);
    const before = first.toString('hex');
    for (let turn = 0; turn < 600; turn += 1) draw(16).fill(0);
    expect(first.toString('hex')).toBe(before);
    expect(draw(16).equals(Buffer.alloc(16))).toBe(false);
  });
});
