/** Exact, whatever the size; a half goes up, also below 0. @returns null unless the divisor is above 0. */
export function divideHalfUp(dividend: bigint, divisor: bigint): bigint | null {
  if (divisor <= 0n) return null;
  const [twice, whole] = [2n * dividend + divisor, 2n * divisor];
  const towardsZero = twice / whole;
  return twice < 0n && twice % whole !== 0n ? towardsZero - 1n : towardsZero;
}

/** Basis points that a part is of a whole, half up. @returns null unless the whole is above 0. */
export function basisPointsOf(part: bigint, whole: bigint): bigint | null {
  return divideHalfUp(part * 10_000n, whole);
}
