import { toWord } from '../../../src/cli/words';

it.each([
  ['a-1/2026-01', 'a-1/2026-01'],
  ['卡1', '卡1'],
  ['a 1', '"a 1"'],
  ['a"1', '"a\\"1"'],
  ['', '""'],
  ['a\n1', '"a\\n1"'],
  ['a\u001b[2J', '"a\\u001b[2J"'],
  ['a\u009b2J', '"a\\u009b2J"'],
  ['a\u202e1', '"a\\u202e1"'],
  ['a\u{e0001}1', '"a\\udb40\\udc011"'],
])('a furnished key is one word that neither breaks its line nor commands the terminal: %j', (text, word) => {
  expect(toWord(text)).toBe(word);
});
