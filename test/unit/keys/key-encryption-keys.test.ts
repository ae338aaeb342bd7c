import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeyEncryptionKeyHolder } from '../../../src/app/key-ports';
import { derivedKeyEncryptionKey, openKeyEncryptionKeys } from '../../../src/keys/key-encryption-keys';

const ROOT = Buffer.alloc(32, 7);
let folder: string;
let kek: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kek-'));
  kek = join(folder, 'deep', 'kek');
});
afterEach(() => rmSync(folder, { recursive: true }));
const open = (): KeyEncryptionKeyHolder => openKeyEncryptionKeys(kek, ROOT);

describe('the key-encryption keys in a folder', () => {
  it('begin with the one that is derived, without a file', () => {
    const holder = open();
    expect([holder.newest(), holder.find(2)]).toEqual([1, null]);
    expect(holder.find(1)).toEqual(derivedKeyEncryptionKey(ROOT).find(1));
    expect(() => readdirSync(kek)).toThrow('ENOENT');
  });

  it('gain a version that is durable, random, private and found by whoever has it open already', () => {
    const [one, other] = [open(), open()];
    expect([one.add(), one.newest(), other.newest()]).toEqual([2, 2, 1]);
    expect(other.find(2)).toEqual(one.find(2));
    expect([other.newest(), one.find(2)?.length]).toEqual([2, 32]);
    expect([one.find(1), one.find(2)]).not.toContainEqual(null);
    expect(one.find(2)).not.toEqual(one.find(1));
    expect(statSync(join(kek, '2')).mode & 0o777).toBe(0o600);
    expect(readdirSync(kek)).toEqual(['2']);
  });

  it('are looked at again by a refresh alone', () => {
    const [one, other] = [open(), open()];
    one.add();
    expect(other.newest()).toBe(1);
    other.refresh();
    expect(other.newest()).toBe(2);
  });

  it('lose no version to another who adds at the same time: both make the same', () => {
    const [one, other] = [open(), open()];
    expect([one.add(), other.add(), one.add()]).toEqual([2, 3, 4]);
    expect([2, 3, 4].map((version) => other.find(version))).toEqual([2, 3, 4].map((version) => one.find(version)));
  });

  it('lose a destroyed version for good, but in no process that has seen it', () => {
    const holder = open();
    holder.add();
    holder.add();
    holder.destroy(2);
    expect([readdirSync(kek), open().find(2), open().newest()]).toEqual([['3'], null, 3]);
    expect(holder.find(2)).toHaveLength(32);
    expect(open().add()).toBe(4);
  });

  it('end at the 255th version, since a wrapping names it in a byte', () => {
    const holder = open();
    holder.add();
    writeFileSync(join(kek, '255'), `${'ab'.repeat(32)}\n`);
    expect(() => holder.add()).toThrow('The last version of the key-encryption key is in use.');
    expect(holder.newest()).toBe(255);
  });

  it('are refused where a file is damaged, or where in strict mode others may read it; other names are no versions', () => {
    const holder = open();
    holder.add();
    for (const name of ['1', '256', '02', '3.tmp', 'notes']) writeFileSync(join(kek, name), 'nothing');
    expect(open().newest()).toBe(2);
    chmodSync(join(kek, '2'), 0o644);
    expect(() => openKeyEncryptionKeys(kek, ROOT, { strictMode: true })).toThrow(/2 is open to group or others/);
    writeFileSync(join(kek, '2'), 'abc');
    expect(open).toThrow(/2 must hold 64 hexadecimal digits/);
  });
});
