// Runs a TypeScript file in a process of its own: node run-typescript.js FILE ARGUMENT…
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync } = require('@swc/core');

Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), { filename, sourceMaps: 'inline' });
  module._compile(code, filename);
};
require('reflect-metadata');
const [, , file] = process.argv;
Module._load(path.resolve(file), null, true); // as the main module, which the file may ask for
