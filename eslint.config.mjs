import { existsSync, readFileSync } from 'node:fs';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import jest from 'eslint-plugin-jest';
import tseslint from 'typescript-eslint';

/** The one import table; test/architecture.test.ts holds packages and type-only imports to it as well. */
const table = JSON.parse(readFileSync(new URL('test/import-table.json', import.meta.url), 'utf8'));

/** A row of the table names a folder, or a file without its extension, seen from src. */
const toPath = (entry) => (existsSync(new URL(`src/${entry}.ts`, import.meta.url)) ? `./${entry}.ts` : `./${entry}`);

const zones = Object.entries(table)
  .filter(([row, { imports }]) => !row.startsWith('../') && !imports.includes('*'))
  .map(([row, { imports, types }]) => ({
    target: toPath(row).replace('./', './src/'),
    from: './src',
    except: [...imports, ...types].filter((entry) => !entry.startsWith('../')).map(toPath),
    message: 'See the import table in test/import-table.json.',
  }));

const SOURCES = ['src/**/*.ts', 'migrations/**/*.ts', 'test/**/*.ts', 'ormconfig.ts'];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**', 'coverage/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: SOURCES,
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, 'import-x': importX },
    settings: {
      'import-x/extensions': ['.ts', '.js'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ project: 'test/tsconfig.json', noWarnOnMultipleProjects: true }),
      ],
    },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: import.meta.dirname, zones }],
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings come from src/config; the command line hands it process.env.' },
      ],
    },
  },
  { files: ['src/graphql/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off', 'no-restricted-properties': 'off' } },
  { files: ['src/config/**/*.ts', 'src/db/dialect.ts'], rules: { 'no-restricted-properties': 'off' } },
  {
    files: ['test/**/*.ts'],
    plugins: { jest },
    rules: {
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'assert*', 'fc.assert'] }],
      'jest/no-focused-tests': 'error',
      'jest/no-disabled-tests': 'error',
    },
  },
);
