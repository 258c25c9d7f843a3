// A contender's process, seen from here: it is asked one thing at a time, and stands still until then.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const serve = fileURLToPath(new URL('../engines/serve.mjs', import.meta.url));
const serveInPython = fileURLToPath(new URL('../engines/pytorch.py', import.meta.url));

/** Pythons that may have PyTorch: the one that is named, the one in use, the system's own. */
const pythons = [process.env.BENCH_PYTHON, 'python3', '/usr/bin/python3'].filter(
  (python) => python && (!python.startsWith('/') || existsSync(python)),
);

function commandsOf({ engine, name, threads }) {
  if (engine === 'pytorch') return pythons.map((python) => [python, serveInPython, threads]);
  return [[process.execPath, '--expose-gc', serve, engine, name, threads]];
}

function environmentOf({ engine, name, threads }) {
  // OMP_NUM_THREADS and the like would decide for PyTorch.
  const { OMP_NUM_THREADS, MKL_NUM_THREADS, LOGITS_ISA, LOGITS_THREADS, ...rest } = process.env;
  return engine === 'logits' ? { ...rest, LOGITS_ISA: name, LOGITS_THREADS: threads } : rest;
}

/** Windows has no such signals; there the pools of threads are trusted to sleep. */
const canStop = platform() !== 'win32';

export class Child {
  #process;
  #lines;
  #alive = true;

  /** The first of a contender's programs that runs, or why none does: { child } or { cannot }. */
  static async start(contender) {
    const reasons = [];
    for (const [command, ...args] of commandsOf(contender)) {
      const child = new Child(command, args.map(String), environmentOf(contender));
      const { version, cannot, crash } = await child.#answer();
      if (version !== undefined) {
        child.#stop();
        return { child, version };
      }
      child.end();
      reasons.push(cannot ?? `${command}: ${crash}`);
    }
    return { cannot: [...new Set(reasons)].join('; ') || 'no Python was found' };
  }

  constructor(command, args, env) {
    this.#process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.on('error', () => {});
    this.#process.stdin.on('error', () => {});
    this.#process.on('exit', () => {
      this.#alive = false;
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  get alive() {
    return this.#alive;
  }

  /** The answer; `crash` where the process ended instead. */
  async #answer() {
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value);
    this.#alive = false;
    return { crash: 'the process ended' };
  }

  /** Its threads may be awake for a while after a call; here they are not. */
  #stop() {
    if (canStop && this.#alive) this.#process.kill('SIGSTOP');
  }

  async ask(message) {
    if (canStop) this.#process.kill('SIGCONT');
    this.#process.stdin.write(`${JSON.stringify(message)}\n`);
    const answer = await this.#answer();
    this.#stop();
    return answer;
  }

  end() {
    this.#alive = false;
    this.#process.kill('SIGKILL');
  }
}
