// Which test files run on other hosts, by their paths below test/, and why the rest does not.
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

export const leftOut = {
  'golden/golden': 'golden/check.cjs runs as golden, and says which result differs',
  'language/language': 'runs compilers, which say the same everywhere',
  'messages/messages': 'has words of this system among those of the command',
  'memory/allocation': "a malloc that fails is compiled for this machine's own C library",
  'memory/guard-pages': "compiles a C++ program with the local build's kernels",
  'native/binary': "looks at the local build's file beside the sources, on no host",
  'native/prebuilds': 'looks at the files of all platforms, on no host',
  'native/symbols': "looks at the local build's object files",
  'package/release': 'looks at scripts of the repository',
  'report/browser': 'opens reports in Chromium',
  'report/echarts': 'replaces a module of Node.js, which takes a test runner',
};

/** Files that start processes of their host. */
export const starting =
  /^(command\/(?!pieces$)|fuzz\/|native\/loading$|arguments\/plain$|threads\/processes$)/;

const endsWith = '.test.ts';
export const testFiles = ['golden'].concat(
  readdirSync(join(import.meta.dirname, '..'), { recursive: true })
    .filter((file) => file.endsWith(endsWith))
    .map((file) => file.slice(0, -endsWith.length).replaceAll(sep, '/'))
    .filter((name) => !Object.hasOwn(leftOut, name))
    .sort(),
);

/** The file of this name, or those of the folder. */
export const filesNamed = (name) =>
  testFiles.filter((file) => file === name || file.startsWith(`${name}/`));
