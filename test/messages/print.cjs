// Prints every message of the library and of the command, below what brings it about: `node test/messages/print.cjs` runs
// dist/, `--write` keeps the page as messages.txt, which a test compares. Read it from top to bottom after a change.
const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { calls, commands, files } = require('./causes.cjs');

const dist = join(__dirname, '..', '..', 'dist');
const library = require(join(dist, 'index.js'));
const promises = require(join(dist, 'promises.js'));

/** What a call of the page throws, or rejects its promise with. */
async function messageOf(code) {
  const names = Object.keys(library);
  const values = names.map((name) => library[name]);
  try {
    const run = new Function('promises', 'x', 'double', ...names, `return ${code}`);
    const x = Float32Array.of(8, -3, 10, 1, 2, 0.5);
    await run(promises, x, Float64Array.from(x), ...values);
  } catch (error) {
    if (error.argument === undefined) throw error;
    return `${error.code}\n    ${error.message}`;
  }
  throw new Error(`There is no error: ${code}`);
}

/** What a command line writes to stderr. */
function stderrOf(args, cwd) {
  const command = join(dist, 'command', 'main.js');
  const { status, stderr } = spawnSync(process.execPath, [command, ...args.split(' ')], {
    cwd,
    encoding: 'utf8',
  });
  return `status ${status}\n    ${stderr.trim().replaceAll('\n', '\n    ')}`;
}

exports.page = async () => {
  const lines = [];
  for (const [title, list] of Object.entries(calls)) {
    lines.push(`# ${title}`, '');
    for (const code of list) lines.push(`${code}\n    ${await messageOf(code)}`, '');
  }
  const folder = mkdtempSync(join(tmpdir(), 'logits-messages-'));
  try {
    for (const [name, content] of Object.entries(files()))
      writeFileSync(join(folder, name), content);
    lines.push('# The command', '');
    for (const args of commands) lines.push(`logits ${args}\n    ${stderrOf(args, folder)}`, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
  return lines.join('\n');
};

if (require.main === module) {
  exports.page().then((text) => {
    if (process.argv.includes('--write')) writeFileSync(join(__dirname, 'messages.txt'), text);
    else process.stdout.write(text);
  });
}
