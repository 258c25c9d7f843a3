// Which test files run on other hosts, and why the rest does not.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const leftOut = {
  allocation: "a malloc that fails is compiled for this machine's own C library",
  binary: "looks at the local build's file beside the sources, on no host",
  golden: 'golden/check.cjs runs under this name, which says which result differs',
  'guard-pages': "compiles a C++ program with the local build's kernels",
  prebuilds: 'looks at the files of all platforms, on no host',
  'report-browser': 'opens reports in Chromium',
  'report-echarts': 'replaces a module of Node.js, which takes a test runner',
  symbols: "looks at the local build's object files",
};

/** Files that start processes of their host. */
export const starting = /^(command-(?!pieces)|fuzz$|loading$|processes$)/;

const endsWith = '.test.ts';
export const testFiles = ['golden'].concat(
  readdirSync(join(import.meta.dirname, '..'))
    .filter((file) => file.endsWith(endsWith))
    .map((file) => file.slice(0, -endsWith.length))
    .filter((name) => !Object.hasOwn(leftOut, name)),
);
