import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { addGenerateCommand } from '../../src/cli/generate';
import { toMonthIndex } from '../../src/core/credit/calendar';
import { writeFiles } from '../../src/generate/write-files';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { aFurnishing } from '../support/furnishing';

const NAMES = [
  'borrowers', 'accounts', 'monthly-summaries', 'loans', 'repayments', 'inquiries', 'disputes', 'statements',
].map((name) => `${name}.ndjson`); // prettier-ignore
const PLAIN_NAMES = NAMES.slice(0, 3);

let folder: string;
const said = heardFromCommands();
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'generated-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function generate(out: string, ...words: string[]): Promise<number> {
  const program = new Command().exitOverride();
  addGenerateCommand(program);
  const usual = ['--out', path.join(folder, out), '--borrowers', '20', '--seed', '7', '--until', '2026-01'];
  await program.parseAsync(['generate', ...usual, ...words], { from: 'user' }); // an option that is given again replaces the first
  const code = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return code;
}
const bytesOf = (out: string, name: string): Buffer => readFileSync(path.join(folder, out, name));

describe('the command generate', () => {
  it('writes one file an entity and tells how many records each holds', async () => {
    expect(await generate('new/folder')).toBe(0);
    expect(readdirSync(path.join(folder, 'new/folder')).sort()).toEqual([...NAMES].sort());
    for (const [at, name] of NAMES.entries()) {
      const lines = bytesOf('new/folder', name).toString('utf8').split('\n').slice(0, -1);
      expect(said[at]).toBe(`log: ${name}: ${lines.length.toLocaleString('en')} records`);
      for (const line of lines)
        expect(JSON.parse(line)).toMatchObject({ entity: expect.any(String) as string, asOf: '2026-01-31' });
    }
    expect(said[NAMES.length]).toMatch(/^log: [\d,]+ records in \d+\.\d s, [\d,]+ a second$/);
  });

  it('writes the same bytes on every machine, in every version of Node and at any time', async () => {
    await generate('a', '--borrowers', '200');
    const hash = createHash('sha256');
    for (const name of NAMES) hash.update(bytesOf('a', name));
    expect(hash.digest('hex')).toBe('7528fd0727450a9ea8b667eb960dcfd35829f7fd16f926f44870282ea7eb8885'); // equal under Node 20, 22 and 24
  });

  it('writes for fewer borrowers the first lines of more', async () => {
    await generate('more', '--borrowers', '90');
    await generate('few');
    for (const name of NAMES) {
      const few = bytesOf('few', name);
      expect(few.equals(bytesOf('more', name).subarray(0, few.length))).toBe(true);
    }
    expect(bytesOf('few', 'borrowers.ndjson').toString('utf8').trimEnd().split('\n')).toHaveLength(20);
  });

  it('writes in a plain run borrowers with one account each and its months', async () => {
    expect(await generate('plain', '--plain', '--months', '6')).toBe(0);
    expect(readdirSync(path.join(folder, 'plain')).sort()).toEqual([...PLAIN_NAMES].sort());
    expect(said.slice(0, 3)).toEqual(['20', '20', '120'].map((count, at) => `log: ${String(PLAIN_NAMES[at])}: ${count} records`));
  });

  it('takes the last completed month where none is named', async () => {
    const program = new Command().exitOverride();
    addGenerateCommand(program);
    await program.parseAsync(['generate', '--out', folder, '--borrowers', '1', '--seed', '1', '--plain'], { from: 'user' });
    const shanghai = new Date(Date.now() + 8 * 3_600_000);
    const lastDay = new Date(Date.UTC(shanghai.getUTCFullYear(), shanghai.getUTCMonth(), 0)).toISOString().slice(0, 10);
    expect(JSON.parse(bytesOf('.', 'borrowers.ndjson').toString('utf8'))).toMatchObject({ asOf: lastDay });
  });

  it.each([
    ['no borrower', ['--borrowers', '0'], '--borrowers must be a whole number from 1 to 10000000.'],
    ['too many borrowers', ['--borrowers', '10000001'], '--borrowers must be'],
    ['a part of a borrower', ['--borrowers', '1.5'], '--borrowers must be'],
    ['a seed below 0', ['--seed', '-1'], '--seed must be a whole number from 0 to 9007199254740991.'],
    ['a seed that is no number', ['--seed', 'seven'], '--seed must be'],
    ['a seed beyond 2^53 - 1', ['--seed', '9007199254740992'], '--seed must be'],
    ['no month', ['--months', '0'], '--months must be a whole number from 1 to 60.'],
    ['61 months', ['--months', '61'], '--months must be'],
    [
      'a month that does not exist',
      ['--until', '2025-13'],
      '--until must be a completed month, written YYYY-MM, from 1970-01 to ',
    ],
    ['a month that is not over', ['--until', new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 7)], '--until must be'],
    ['a month before 1970', ['--until', '1969-12'], '--until must be'],
  ])('refuses %s', async (_title, words, advice) => {
    expect(await generate('refused', ...words)).toBe(2);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`error: ${advice}`);
    expect(existsSync(path.join(folder, 'refused'))).toBe(false);
  });

  it('refuses a folder that holds such files, and leaves them as they are', async () => {
    expect(await generate('taken', '--plain')).toBe(0);
    const before = bytesOf('taken', 'accounts.ndjson');
    said.length = 0;
    expect(await generate('taken', '--seed', '8')).toBe(2);
    expect(said[0]).toMatch(
      /^error: The folder .* holds borrowers\.ndjson, accounts\.ndjson, monthly-summaries\.ndjson already; /,
    );
    expect(bytesOf('taken', 'accounts.ndjson').equals(before)).toBe(true);
    const settings = { seed: 1, months: 1, until: toMonthIndex('2026-01'), detail: 'PLAIN' } as const;
    await expect(writeFiles(settings, 1, path.join(folder, 'taken'), () => undefined)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('writes beside other files, and leaves nothing of its own when it fails', async () => {
    mkdirSync(path.join(folder, 'mine/statements.ndjson.partial'), { recursive: true }); // where a file would go
    writeFileSync(path.join(folder, 'mine/notes.txt'), 'mine');
    expect(await generate('mine')).toBe(2);
    expect(readdirSync(path.join(folder, 'mine')).sort()).toEqual(['notes.txt', 'statements.ndjson.partial']);
    expect(await generate('mine', '--plain')).toBe(0);
  });
});

forEachDatabase('generated files', (open) => {
  it('are imported without a reject', async () => {
    await generate('in', '--borrowers', '50');
    const world = await aFurnishing(await open());
    const files = PLAIN_NAMES.map((name) => path.join(folder, 'in', name));
    const counts = files.map((file) => readFileSync(file, 'utf8').trimEnd().split('\n').length);
    const results = await world.run(files);
    expect(results.map(({ accepted, unchanged, rejected }) => ({ accepted, unchanged, rejected }))).toEqual(
      counts.map((accepted) => ({ accepted, unchanged: 0, rejected: 0 })),
    );
    expect(await world.count('identity_lookup')).toBe(2 * 50); // each by customer id and by document: nobody was taken for another
    world.remove();
  });
});
