import { existsSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { addImportCommand } from '../../src/cli/import';
import { addInstitutionCommand } from '../../src/cli/institution';
import { openFurnishedFile } from '../../src/files/open-furnished-file';
import { openRejectsFile } from '../../src/files/rejects-file';
import { heardFromCommands } from '../support/console';
import { forEachDatabase } from '../support/databases';
import { aBorrower, aFurnishing, anAccount, type Furnishing } from '../support/furnishing';

forEachDatabase('the commands import and institution', (open) => {
  let world: Furnishing;
  const said = heardFromCommands();
  beforeEach(async () => {
    world = await aFurnishing(await open(), []);
  });
  afterEach(() => {
    world.remove();
  });

  async function command(...words: string[]): Promise<number> {
    const program = new Command().exitOverride();
    const { institutions, store } = world;
    const adapters = {
      production: false, institutions, furnishStore: store, openFile: openFurnishedFile, openRejects: openRejectsFile,
      operator: () => Promise.reject(new Error('these commands record no event')), close: () => Promise.resolve(),
    }; // prettier-ignore
    addImportCommand(program, () => Promise.resolve(adapters));
    addInstitutionCommand(program, () => Promise.resolve(adapters));
    await program.parseAsync(words, { from: 'user' });
    const code = Number(process.exitCode ?? 0);
    process.exitCode = 0;
    return code;
  }
  const add = (...words: string[]) => command('institution', 'add', '--name', 'A name', ...words);

  it('registers a party with the purposes of its kind, and the same again', async () => {
    expect(await add('--kind', 'bank', '--id', 'b1')).toBe(0);
    expect(await add('--kind', 'bank', '--id', 'b1')).toBe(0);
    expect(await add('--kind', 'bank', '--id', 'B1', '--purpose', 'CARD_APPROVAL', 'MORTGAGE_ORIGINATION')).toBe(0);
    expect(await add('--kind', 'platform', '--id', 'set', '--historical')).toBe(0);
    expect((await world.institutions.listRecipients()).map(({ institutionId, purposes }) => [institutionId, purposes.length])).toEqual([['B1', 2], ['b1', 5]]);
    expect(await world.institutions.find('set')).toMatchObject({ kind: 'PLATFORM', historical: true, status: 'ACTIVE', version: 1, purposes: [] });
  }); // prettier-ignore

  it.each([
    ['another party of the same id', ['--kind', 'platform', '--id', 'b1']],
    ['an id with a space', ['--kind', 'bank', '--id', 'b 1']],
    ['a purpose of another kind', ['--kind', 'bank', '--id', 'b2', '--purpose', 'CREDIT_REPORTING']],
    ['a historical bank', ['--kind', 'bank', '--id', 'b2', '--historical']],
  ])('refuses %s', async (_title, words) => {
    await add('--kind', 'bank', '--id', 'b1');
    expect(await add(...words)).toBe(2);
    expect(said.at(-1)).toMatch(/^error: /);
  });

  it('imports with one line per file and tells by its exit code whether anything was rejected', async () => {
    await add('--kind', 'platform', '--id', 'ant');
    const good = world.write('good.ndjson', [aBorrower('c1')]);
    const bad = world.write('bad.ndjson', [anAccount('a1', 'nobody')]);
    const rejects = path.join(world.folder, 'out.ndjson');
    const options = ['--platform', 'ant', '--format', 'canonical-ndjson', '--rejects', rejects];
    expect(await command('import', ...options, good)).toBe(0);
    expect(said.at(-1)).toBe(`log: ${good}: 1 accepted, 0 unchanged, 0 rejected`);
    expect(existsSync(rejects)).toBe(false);
    expect(await command('import', ...options, bad)).toBe(1);
    expect(said.at(-1)).toBe(`log: ${bad}: 0 accepted, 0 unchanged, 1 rejected; see ${rejects}`);
    expect(await command('import', ...options, path.join(world.folder, 'missing'))).toBe(2);
    expect(await command('import', ...options, good, bad)).toBe(2);
    expect(await command('import', ...options.slice(0, 4), '--rejects', good, good)).toBe(2);
  });
});
