import { parseExactInteger } from '../../../../src/core/credit/exact-integer';

describe('parseExactInteger', () => {
  it.each([
    ['0', 0], ['-0', 0], ['+7', 7], ['007', 7], ['1e+05', 100_000], ['1E5', 100_000], ['12.50e1', 125], ['100.0', 100], ['5.', 5],
    ['100e-2', 1], ['0e9999', 0], ['9007199254740991', Number.MAX_SAFE_INTEGER], ['-9007199254740991', Number.MIN_SAFE_INTEGER],
    ['900719925474099.1e1', Number.MAX_SAFE_INTEGER], ['000000000000000000000000000001', 1],
  ])('takes %s for the integer it means', (text, value) => {
    expect(parseExactInteger(text)).toBe(value);
  }); // prettier-ignore

  it.each([
    '',
    ' 1',
    '1 ',
    '1.5',
    '1e-1',
    '9007199254740991.4',
    '0x10',
    '1_000',
    '1,000',
    'NaN',
    'Infinity',
    '--1',
    '.5',
    'e5',
    '１',
  ])('does not take "%s" for an integer', (text) => {
    expect(parseExactInteger(text)).toBe('NOT_INTEGER');
  });

  it.each(['9007199254740992', '-9007199254740992', '9007199254740993', '1e16', '1e9999', '123456789012345678901234567890'])(
    'refuses %s as too large for exact money',
    (text) => {
      expect(parseExactInteger(text)).toBe('TOO_LARGE');
    },
  );
});
