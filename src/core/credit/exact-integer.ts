const NUMBER = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** No safe integer has more digits; a longer one need not be computed to be refused. */
const DIGITS_MAX = 16;

/**
 * The integer that a decimal text means, digit by digit and never through a float: `1e+05`, `12.50e1` and `-0` are integers.
 *
 * @returns NOT_INTEGER for other text and for a fraction; TOO_LARGE from 2^53 on, either sign.
 */
export function parseExactInteger(text: string): number | 'NOT_INTEGER' | 'TOO_LARGE' {
  const found = NUMBER.exec(text);
  if (!found) return 'NOT_INTEGER';
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = found;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  if (digits === '') return 0;
  const shift = Number(exponent) - fraction.length;
  const significant = digits.replace(/0+$/, '');
  const zeros = digits.length - significant.length + shift;
  if (zeros < 0) return 'NOT_INTEGER';
  if (significant.length + zeros > DIGITS_MAX) return 'TOO_LARGE';
  const value = Number(`${sign}${significant}${'0'.repeat(zeros)}`);
  return Number.isSafeInteger(value) ? value : 'TOO_LARGE';
}
