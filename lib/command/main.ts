#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createProgram } from './program.js';

const FAILED = 1;
const MISUSED = 2;

/** The code of errors that another command line would not have. */
const MISUSE = 'ERR_INVALID_ARG_VALUE';

function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return error instanceof Error && typeof code === 'string' && code.startsWith('ERR_')
    ? code
    : undefined;
}

async function run(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return 0;
  } catch (error) {
    // Its message is written already; what was asked for, as help, has the status 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    const code = codeOf(error);
    if (code === undefined) throw error;
    process.stderr.write(`logits: ${(error as Error).message}\n`);
    return code === MISUSE ? MISUSED : FAILED;
  }
}

// A reader that has seen enough, as head, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`logits: Expected a writable stdout, received ${error.message}\n`);
  process.exitCode = FAILED;
});

// Set, not called: what is written to a pipe must arrive.
run().then((status) => {
  process.exitCode ||= status;
});
