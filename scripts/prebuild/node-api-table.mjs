import { createRequire } from 'node:module';

const { symbols } = createRequire(import.meta.url)('node-api-headers');

// Buffers over memory that is not JavaScript's, which Electron refuses: a use of them does not link.
const forbidden = /^(napi|node_api)_create_external_(array)?buffer$/;

/**
 * A C file that takes the place of Windows' import table for Node-API: the addon's calls go through pointers
 * `__imp_<name>`, which it fills from the program that the addon is loaded into, whatever that is called. An import
 * table would name node.exe, and electron.exe would refuse the addon.
 */
export function nodeApiTable() {
  const names = [...symbols.v8.js_native_api_symbols, ...symbols.v8.node_api_symbols]
    .filter((name) => !forbidden.test(name))
    .sort();
  return `#define WIN32_LEAN_AND_MEAN
#include <windows.h>
${names.map((name) => `FARPROC __imp_${name};`).join('\n')}
__attribute__((constructor)) static void find_node_api(void) {
  const HMODULE library = GetModuleHandleA("libnode.dll");
  const HMODULE host = library != NULL ? library : GetModuleHandleA(NULL);
${names.map((name) => `  __imp_${name} = GetProcAddress(host, "${name}");`).join('\n')}
}
`;
}
