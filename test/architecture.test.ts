import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..');
const SRC = join(ROOT, 'src');

/** What the files of one row may import: folders or files seen from src, the same for types alone, and packages. */
interface Row {
  readonly imports: readonly string[];
  readonly types: readonly string[];
  readonly packages: readonly string[];
}

const TABLE = JSON.parse(readFileSync(join(__dirname, 'import-table.json'), 'utf8')) as Readonly<Record<string, Row>>; // our own file

const FORBIDDEN_FOLDER = /(^|\/)(util|utils|common|helpers|shared|lib|misc)\//;
const MACHINE_PATH = /(?<![\w.-])\/(?:home|Users|root|work)\/\w|\b[A-Z]:\\+Users/;

interface Import {
  readonly spec: string;
  readonly typeOnly: boolean;
}

/** Every fault of one source file, as `file: fault`; `file` is seen from src, such as `core/errors.ts` or `../ormconfig.ts`. */
function findFaults(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const row = rowOf(file);
  if (row === undefined) return [`${file}: no row of the import table holds it`];
  const faults = importsOf(source)
    .filter((found) => !isLegal(file, row, found))
    .map(({ spec, typeOnly }) => `imports ${spec}${typeOnly ? ' (types)' : ''}`);
  if (/(^|\/)index\.ts$/.test(file)) faults.push('is a barrel');
  if (FORBIDDEN_FOLDER.test(file)) faults.push('lies in a folder without a subject');
  if (hasDefaultExport(source)) faults.push('has a default export');
  if (/\bsynchronize['"]?\s*:\s*true\b/.test(text)) faults.push('synchronizes the schema');
  if (MACHINE_PATH.test(text)) faults.push('names a path of one machine');
  return faults.map((fault) => `${file}: ${fault}`);
}

/** The most specific row that holds the file. */
function rowOf(file: string): Row | undefined {
  const holders = Object.keys(TABLE).filter((name) => isWithin(file.replace(/\.ts$/, ''), name));
  const best = holders.sort((a, b) => b.length - a.length)[0];
  return best === undefined ? undefined : TABLE[best];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function isLegal(file: string, row: Row, { spec, typeOnly }: Import): boolean {
  if (!spec.startsWith('.')) return row.packages.some((name) => matchesPackage(spec, name));
  const target = relative(SRC, resolve(SRC, dirname(file), spec)).replace(/\.[jt]s$/, '');
  const allowed = typeOnly ? [...row.imports, ...row.types] : row.imports;
  return allowed.some((entry) => entry === '*' || isWithin(target, entry));
}

function matchesPackage(spec: string, name: string): boolean {
  return name.endsWith('*') ? spec.startsWith(name.slice(0, -1)) : isWithin(spec, name);
}

/** Every module that a source names: import, export from, import =, import(), require() and import types. */
function importsOf(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ spec: node.text, typeOnly });
    else if (node) found.push({ spec: `<computed> ${node.getText(source)}`, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument, true);
    else if (ts.isCallExpression(node) && isLoader(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return clause.name === undefined && !!names && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly);
}

function isLoader(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');
}

function hasDefaultExport(source: ts.SourceFile): boolean {
  return source.statements.some(
    (statement) =>
      ts.isExportAssignment(statement) ||
      (ts.canHaveModifiers(statement) &&
        !!ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
      (ts.isExportDeclaration(statement) &&
        !!statement.exportClause &&
        ts.isNamedExports(statement.exportClause) &&
        statement.exportClause.elements.some(({ name }) => name.text === 'default')),
  );
}

/** TypeScript files of a folder under the root, seen from src. */
function filesOf(folder: string): string[] {
  const top = join(ROOT, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(SRC, join(entry.parentPath, entry.name)))
    .sort();
}

const OURS = [
  ...filesOf('src'),
  ...filesOf('migrations'),
  ...(existsSync(join(ROOT, 'ormconfig.ts')) ? ['../ormconfig.ts'] : []),
];

describe('the tree', () => {
  it('obeys the import table and the rules of the house', () => {
    expect(OURS).toContain('core/errors.ts');
    expect(OURS.flatMap((file) => findFaults(file, readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
  });

  it('keeps paths of machines, schema synchronisation and nameless folders out of the tests', () => {
    const own = relative(SRC, __filename);
    const faults = filesOf('test')
      .filter((file) => file !== own)
      .filter((file) => {
        const text = readFileSync(join(SRC, file), 'utf8');
        return FORBIDDEN_FOLDER.test(file) || MACHINE_PATH.test(text) || /\bsynchronize['"]?\s*:\s*true\b/.test(text);
      });
    expect(faults).toEqual([]);
  });
});

describe('the checker', () => {
  it.each([
    ['core/errors.ts', `import { x } from '../app/ports';`, 'imports ../app/ports'],
    ['core/errors.ts', `import { createHash } from 'node:crypto';`, 'imports node:crypto'],
    ['core/ledger/entry.ts', `import { readFileSync } from 'node:fs';`, 'imports node:fs'],
    ['core/errors.ts', `export * from '../db/store';`, 'imports ../db/store'],
    ['core/errors.ts', `type Row = import('../db/store').Row;`, 'imports ../db/store (types)'],
    ['app/consent/grant-consent.ts', `import type { Store } from '../../db/store';`, 'imports ../../db/store (types)'],
    ['app/ports.ts', `import { DataSource } from 'typeorm';`, 'imports typeorm'],
    ['app/ports.ts', `import 'node:fs';`, 'imports node:fs'],
    ['db/store.ts', `import { grantConsent } from '../app/consent/grant-consent';`, 'imports ../app/consent/grant-consent'],
    ['db/store.ts', `import { x } from '../app/portsmouth';`, 'imports ../app/portsmouth'],
    ['db/store.ts', `import x from 'mysql2-evil';`, 'imports mysql2-evil'],
    ['graphql/consent.resolver.ts', `const db = require('../db/store');`, 'imports ../db/store'],
    ['graphql/consent.resolver.ts', `const db = await import('../db/store');`, 'imports ../db/store'],
    ['graphql/consent.resolver.ts', 'const db = await import(name);', 'imports <computed> name'],
    ['graphql/consent.resolver.ts', `import db = require('../db/store');`, 'imports ../db/store'],
    ['graphql/consent.resolver.ts', `import { loadConfig } from '../config/config';`, 'imports ../config/config'],
    ['http/routes.ts', `import { loadConfig, type Config } from '../config/config';`, 'imports ../config/config'],
    ['http/routes.ts', `import { release } from '../app/credit/release-report';`, 'imports ../app/credit/release-report'],
    ['auth/verify-token.ts', `import { createKeyring } from '../keys/keyring';`, 'imports ../keys/keyring'],
    ['keys/keyring.ts', `import { GatewayError } from '../core/errors';`, 'imports ../core/errors'],
    ['config/config.ts', `import { x } from '../core/errors';`, 'imports ../core/errors'],
    ['files/read-csv.ts', `import { x } from '../../test/support/world';`, 'imports ../../test/support/world'],
    ['server.ts', `import { x } from './core/errors';`, 'imports ./core/errors'],
    ['../migrations/1-create-consent.ts', `import { x } from '../src/db/dialect';`, 'imports ../src/db/dialect'],
    ['../ormconfig.ts', `import { x } from './src/compose';`, 'imports ./src/compose'],
    ['core/consent/index.ts', 'export const one = 1;', 'is a barrel'],
    ['core/util/text.ts', 'export const one = 1;', 'lies in a folder without a subject'],
    ['core/errors.ts', 'export default class {}', 'has a default export'],
    ['core/errors.ts', 'const one = 1;\nexport default one;', 'has a default export'],
    ['core/errors.ts', 'const one = 1;\nexport { one as default };', 'has a default export'],
    ['core/errors.ts', 'const one = 1;\nexport = one;', 'has a default export'],
    ['db/data-source-options.ts', 'export const options = { synchronize: true };', 'synchronizes the schema'],
    ['db/data-source-options.ts', `export const file = '/home/ann/gateway.sqlite';`, 'names a path of one machine'],
    ['bank/report.ts', 'export const one = 1;', 'no row of the import table holds it'],
  ])('finds a planted fault: %s with %s', (file, text, fault) => {
    expect(findFaults(file, text)).toEqual([`${file}: ${fault}`]);
  });

  it.each([
    ['core/ledger/entry.ts', `import { createHash } from 'node:crypto';\nimport { x } from '../errors';`],
    [
      'db/store.ts',
      `import type { Store } from '../app/ports';\nimport { DataSource } from 'typeorm';\nimport mysql from 'mysql2/promise';`,
    ],
    ['http/routes.ts', `import type { Config } from '../config/config';\nimport { type LogLevel } from '../config/config';`],
    [
      'graphql/build-schema.ts',
      `import { ApolloServer } from '@apollo/server';\nimport x from '@apollo/server/plugin/disabled';`,
    ],
    ['cli/gateway.ts', `import { compose } from '../compose';\nimport { Command } from 'commander';`],
    ['compose.ts', `import { store } from './db/store';\nimport { fastify } from 'fastify';`],
    ['core/errors.ts', `// import { x } from '../db/store';\nexport const text = "from '../db/store'";`],
  ])('lets a lawful file pass: %s', (file, text) => {
    expect(findFaults(file, text)).toEqual([]);
  });
});
