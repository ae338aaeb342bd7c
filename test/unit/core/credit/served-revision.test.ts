import { changedFields, servedAt, servedDuring, type ServedRevision } from '../../../../src/core/credit/served-revision';

const revision = (of: number, fromMs: number | null, untilMs: number | null): ServedRevision => ({
  revision: of,
  asOf: '2026-01-31',
  fromMs,
  untilMs,
  values: {},
});
const THREE = [revision(1, null, 10), revision(2, 10, 20), revision(3, 20, null)];
const numbers = (of: readonly ServedRevision[]): number[] => of.map(({ revision: number }) => number);

it('a revision is served from the correction before until its own, that instant excluded', () => {
  expect([0, 9, 10, 19, 20, 99].map((atMs) => servedAt(THREE, atMs)?.revision)).toEqual([1, 1, 2, 2, 3, 3]);
  expect(servedAt([], 0)).toBeNull();
});

it('several are served during an interval, its end excluded', () => {
  expect(numbers(servedDuring(THREE, 9, 10))).toEqual([1]);
  expect(numbers(servedDuring(THREE, 9, 11))).toEqual([1, 2]);
  expect(numbers(servedDuring(THREE, 19, null))).toEqual([2, 3]);
  expect(numbers(servedDuring(THREE, null, 11))).toEqual([1, 2]);
});

it('names the fields that differ, those that one of the two lacks included', () => {
  const before = { ...revision(1, null, 10), values: { b: 1, a: 'x', same: 0, gone: 2, empty: null } };
  const after = { ...revision(2, 10, null), values: { b: 2, a: 'y', same: 0, fresh: 3 } };
  expect(changedFields(before, after)).toEqual(['a', 'b', 'fresh', 'gone']);
});
