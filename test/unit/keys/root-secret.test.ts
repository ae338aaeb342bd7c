import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOnce } from '../../../src/keys/create-once';
import { loadRootSecret } from '../../../src/keys/root-secret';

const DIGITS = '0123456789abcdef'.repeat(4);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'root-secret-'));
  file = join(folder, 'deep', 'root.key');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('loadRootSecret', () => {
  it('makes a secret once and reads the same one ever after', () => {
    const made = loadRootSecret(file, { create: true });
    expect(made).toHaveLength(32);
    expect(loadRootSecret(file, { create: true })).toEqual(made);
    expect(loadRootSecret(file, { create: false, strictMode: true })).toEqual(made);
    expect(readFileSync(file, 'utf8')).toBe(`${made.toString('hex')}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['root.key']);
  });

  it('makes another secret for another installation', () => {
    expect(loadRootSecret(file, { create: true })).not.toEqual(loadRootSecret(join(folder, 'other.key'), { create: true }));
  });

  it('says what to do when the file is missing', () => {
    expect(() => loadRootSecret(file, { create: false })).toThrow(
      /root\.key does not exist; restore it .* "openssl rand -hex 32"/,
    );
  });

  it('says that the account must be able to read it when the path leads through a file', () => {
    writeFileSync(join(folder, 'deep'), '');
    expect(() => loadRootSecret(file, { create: false })).toThrow(/cannot be opened; let the account of the gateway read it/);
  });

  it.each([
    ['empty', ''],
    ['a digit short', `${DIGITS.slice(1)}\n`],
    ['a digit long', `${DIGITS}0\n`],
    ['not hexadecimal', `${'g'.repeat(64)}\n`],
    ['two lines', `${DIGITS}\n${DIGITS}\n`],
    ['leading blank', ` ${DIGITS}\n`],
  ])('refuses a malformed file, even when it may create one: %s', (_name, text) => {
    const malformed = join(folder, 'malformed.key');
    writeFileSync(malformed, text);
    expect(() => loadRootSecret(malformed, { create: true })).toThrow(/must hold 64 hexadecimal digits and a newline/);
    expect(readFileSync(malformed, 'utf8')).toBe(text);
  });

  it('never quotes what the file holds', () => {
    const malformed = join(folder, 'malformed.key');
    writeFileSync(malformed, `${DIGITS}ff`);
    expect(() => loadRootSecret(malformed, { create: false })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('abcdef') }),
    );
  });

  it.each([0o640, 0o604, 0o660])('refuses mode %o in strict mode alone', (mode) => {
    const secret = loadRootSecret(file, { create: true });
    chmodSync(file, mode);
    expect(() => loadRootSecret(file, { create: false, strictMode: true })).toThrow(/open to group or others; run "chmod 600"/);
    expect(loadRootSecret(file, { create: false })).toEqual(secret);
  });
});

describe('createOnce', () => {
  it('keeps what the first process wrote and leaves no draft behind', () => {
    createOnce(file, 'first');
    createOnce(file, 'second');
    expect(readFileSync(file, 'utf8')).toBe('first');
    expect(readdirSync(join(folder, 'deep'))).toEqual(['root.key']);
  });
});
