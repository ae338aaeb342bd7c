/**
 * A furnished key as one word of a line: quoted and escaped where it holds white space, quotes or anything invisible, so that
 * it can neither break the line nor command the terminal.
 */
export function toWord(text: string): string {
  if (/^[^\s\p{C}"]+$/u.test(text)) return text;
  return JSON.stringify(text).replace(/\p{C}/gu, (character) =>
    [...Array(character.length).keys()].map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}
