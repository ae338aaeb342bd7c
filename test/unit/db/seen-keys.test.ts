import type { SeenKeys } from '../../../src/app/ports';
import { openSeenKeys } from '../../../src/db/seen-keys';

describe('keys that were seen', () => {
  let seen: SeenKeys;
  beforeEach(() => {
    seen = openSeenKeys();
  });
  afterEach(() => seen.close());

  it('are told from new ones by name and by place', () => {
    const added = [['a', 0], ['a', 1], ['b', 0], ['a', 0], ['b', 0], ['b', 1], ['a', 1]] as const; // prettier-ignore
    expect(added.map(([name, place]) => seen.add(name, place))).toEqual([true, true, true, false, false, true, false]);
  });

  it('may have the largest place and any name', () => {
    for (const name of ['', 'a b', '王', 'x'.repeat(1_000)])
      expect([seen.add(name, 2 ** 32 - 1), seen.add(name, 2 ** 32 - 1)]).toEqual([true, false]);
  });

  it('are forgotten with their memory', () => {
    expect(seen.add('a', 0)).toBe(true);
    const other = openSeenKeys();
    expect(other.add('a', 0)).toBe(true);
    other.close();
  });

  it('are told exactly when there are many, in whatever order they come', () => {
    const places = 24;
    const names = Array.from({ length: 2_000 }, (_, at) => `account ${String(at)}`);
    for (let place = 0; place < places; place += 1) for (const name of names) if (!seen.add(name, place)) throw new Error('new');
    const again = names.flatMap((name) => Array.from({ length: places }, (_, place) => seen.add(name, place)));
    expect(again.filter(Boolean)).toEqual([]);
    expect(names.every((name) => seen.add(name, places))).toBe(true);
  });
});
