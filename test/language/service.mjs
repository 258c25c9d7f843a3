// What an editor shows of a text: by the language service of TypeScript 5, and by the server of TypeScript 7.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..', '..');
/** The file that the text is said to be, beside dist/ and its types. */
const path = join(root, 'test', 'language', 'example.ts');
const options = {
  target: 'es2022',
  module: 'node16',
  strict: true,
  exactOptionalPropertyTypes: true,
  types: ['node'],
};

/** What is told of the text: its errors by lines; the completions and the hover text at a place. */
function languageService(name) {
  const ts = require(name);
  let text = '';
  let version = 0;
  const host = {
    getScriptFileNames: () => [path],
    getScriptVersion: (file) => (file === path ? `${version}` : '1'),
    getScriptSnapshot: (file) => {
      const content = file === path ? text : ts.sys.readFile(file);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => ({
      ...options,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
    }),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: (file) => file === path || ts.sys.fileExists(file),
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  };
  const service = ts.createLanguageService(host);
  return {
    version: ts.version,
    async open(content) {
      text = content;
      version++;
    },
    async errors() {
      const found = service.getSemanticDiagnostics(path);
      return found.map(({ start }) => text.slice(0, start).split('\n').length);
    },
    async completions(at) {
      return service.getCompletionsAtPosition(path, at, {})?.entries.map(({ name }) => name) ?? [];
    },
    async hover(at) {
      const { displayParts } = service.getQuickInfoAtPosition(path, at);
      return displayParts.map(({ text }) => text).join('');
    },
    async close() {
      service.dispose();
    },
  };
}

/** TypeScript 7 as an editor runs it: over the Language Server Protocol. */
function languageServer() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const server = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { cwd: root });
  const waiting = new Map();
  let received = Buffer.alloc(0);
  let lastId = 0;
  let text = '';
  let version = 0;
  const send = (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const request = (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });
  server.stdout.on('data', (data) => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(`${received.subarray(0, end)}`)[1]);
      if (received.length < end + 4 + length) return;
      const message = JSON.parse(`${received.subarray(end + 4, end + 4 + length)}`);
      received = received.subarray(end + 4 + length);
      // What the server asks itself is answered with nothing.
      if (message.method !== undefined && message.id !== undefined) {
        const items = message.params?.items?.map(() => null) ?? null;
        send({ id: message.id, result: items });
      } else if (waiting.has(message.id)) {
        const { resolve, reject } = waiting.get(message.id);
        waiting.delete(message.id);
        if (message.error) reject(new Error(JSON.stringify(message.error)));
        else resolve(message.result);
      }
    }
  });
  const uri = pathToFileURL(path).href;
  const textDocument = { uri };
  const positionOf = (at) => {
    const lines = text.slice(0, at).split('\n');
    return { line: lines.length - 1, character: lines.at(-1).length };
  };
  const ready = request('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(root).href,
    capabilities: {
      textDocument: { diagnostic: {}, hover: { contentFormat: ['plaintext'] }, completion: {} },
    },
  }).then(() => send({ method: 'initialized', params: {} }));
  return {
    version: JSON.parse(readFileSync(join(root, 'node_modules/typescript/package.json'))).version,
    async open(content) {
      await ready;
      text = content;
      version++;
      const document = { uri, languageId: 'typescript', version, text };
      if (version > 1) send({ method: 'textDocument/didClose', params: { textDocument } });
      send({ method: 'textDocument/didOpen', params: { textDocument: document } });
    },
    async errors() {
      const { items } = await request('textDocument/diagnostic', { textDocument });
      return items
        .filter(({ severity }) => severity === 1)
        .map(({ range }) => range.start.line + 1);
    },
    async completions(at) {
      const params = { textDocument, position: positionOf(at) };
      const result = await request('textDocument/completion', params);
      return (result?.items ?? result ?? []).map(({ label }) => label.replace(/\?$/, ''));
    },
    async hover(at) {
      const params = { textDocument, position: positionOf(at) };
      const { contents } = await request('textDocument/hover', params);
      return contents.value;
    },
    async close() {
      server.kill();
    },
  };
}

export const services = {
  'TypeScript 5.0': () => languageService('typescript-5.0'),
  'TypeScript 5.9': () => languageService('typescript-5.9'),
  'TypeScript 7': languageServer,
};
