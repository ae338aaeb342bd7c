import type { AmountBand, CountBand, CountBand12m, UtilisationBand } from './codes';

/** Lower bounds in major units of bands A2 to A6; A0 is nothing, A1 what lies above it. A bound that changes makes a new field. */
const AMOUNT_BOUNDS: Readonly<Record<string, readonly number[]>> = {
  CNY: [1_000, 5_000, 20_000, 50_000, 200_000],
  TWD: [5_000, 25_000, 100_000, 250_000, 1_000_000],
};
const MINOR_PER_MAJOR = 100;

/** @returns null for a currency without a table and for a negative amount. */
export function amountBandOf(amountMinor: number, currency: string): AmountBand | null {
  const bounds = AMOUNT_BOUNDS[currency];
  if (!bounds || amountMinor < 0) return null;
  if (amountMinor === 0) return 'A0';
  const above = bounds.filter((bound) => amountMinor >= bound * MINOR_PER_MAJOR).length;
  return (['A1', 'A2', 'A3', 'A4', 'A5', 'A6'] as const)[above] ?? 'A6';
}

/** Band of a month's number of loans. */
export function countBandOf(count: number): CountBand {
  if (count === 0) return 'C0';
  if (count <= 2) return 'C1_2';
  if (count <= 5) return 'C3_5';
  return count <= 9 ? 'C6_9' : 'C10_PLUS';
}

/** Band of the number of loans in twelve months. */
export function countBand12mOf(count: number): CountBand12m {
  if (count === 0) return 'Y0';
  if (count <= 3) return 'Y1_3';
  if (count <= 12) return 'Y4_12';
  if (count <= 36) return 'Y13_36';
  return count <= 120 ? 'Y37_120' : 'Y121_PLUS';
}

/** @param utilisationBp - Used ÷ limit in basis points, 0 or more. */
export function utilisationBandOf(utilisationBp: number): UtilisationBand {
  if (utilisationBp === 0) return 'U0';
  if (utilisationBp < 3_000) return 'U1';
  if (utilisationBp < 5_000) return 'U2';
  if (utilisationBp < 7_000) return 'U3';
  if (utilisationBp < 9_000) return 'U4';
  return utilisationBp <= 10_000 ? 'U5' : 'U6';
}
