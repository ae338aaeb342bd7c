/** A column of a dump; bytes stand in it as hexadecimal digits. */
export interface Column {
  readonly name: string;
  readonly kind: 'bytes' | 'number' | 'text';
}
const NULL = '\\N';
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const CHARACTERS: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r' };

/** One row as LOAD DATA reads it by default. */
export function toLine(values: readonly (string | number | null)[]): string {
  const cells = values.map((value) => (value === null ? NULL : String(value).replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found)));
  return `${cells.join('\t')}\n`;
} // prettier-ignore

/** The row of a line, without its end, as values of a driver. */
export function fromLine(line: string, columns: readonly Column[]): unknown[] {
  return line.split('\t').map((cell, index) => {
    if (cell === NULL) return null;
    switch (columns[index]?.kind) {
      case 'bytes':
        return Buffer.from(cell, 'hex');
      case 'number':
        return Number(cell);
      case 'text':
      case undefined:
        return cell.replace(/\\(.)/g, (_, escaped: string) => CHARACTERS[escaped] ?? escaped);
    }
  });
}
