#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { EvaluateOptions } from './dataset.js';
import { packageVersion } from './output.js';

function readInteger(text: string, least: number): number | undefined {
  const value = Number(text);
  return /^-?[0-9]+$/.test(text) && Number.isSafeInteger(value) && value >= least
    ? value
    : undefined;
}

const from = (least: number) => (least === -Infinity ? '' : ` >= ${least}`);

/** A parser of an option's text as an integer. */
function integerFrom(least: number): (text: string) => number {
  return (text) => {
    const value = readInteger(text, least);
    if (value === undefined) throw new InvalidArgumentError(`Expected an integer${from(least)}.`);
    return value;
  };
}

/** A parser of an option's text as integers between commas. */
function integersFrom(least: number): (text: string) => number[] {
  return (text) =>
    text.split(',').map((part) => {
      const value = readInteger(part, least);
      if (value === undefined) {
        throw new InvalidArgumentError(`Expected integers${from(least)} between commas.`);
      }
      return value;
    });
}

/** Reads an option's text as a number above 0. */
function readPositive(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value > 0 && value < Infinity)) {
    throw new InvalidArgumentError('Expected a finite number > 0.');
  }
  return value;
}

const evaluateNotes = `
LOGITS are .npy or .safetensors files; several are joined along their first axis. TARGETS is
one .npy or .safetensors file of integers, or a .txt or .csv file with one class a line, and
has the shape of the logits without the class axis, or one dimension with as many classes.

JSON has null for numbers that are not finite.

Exit status: 0 evaluated, 1 a file is missing or not as it should be, 2 a wrong command line.

Examples:
  $ logits evaluate logits.npy labels.npy --top 1,5
  $ logits evaluate shard-*.safetensors labels.csv --tensor logits --json summary.json
  $ logits evaluate model.safetensors model.safetensors --tensor logits --targets-tensor labels
  $ logits evaluate pixels.npy labels.npy --axis 1 --ignore-index 255
  $ logits evaluate tokens.npy ids.npy --dtype bfloat16 --bytes text.txt --report report.html
  $ logits evaluate logits.npy labels.npy --json - | jq .perplexity
`;

const rebuildNotes = `
It takes node-gyp, which comes with npm, and what that needs: Python 3, make and a C++17
compiler. The new binary is used in place of the one that the package came with.
`;

function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('Loss, perplexity, accuracy, entropy and calibration of logits in files.')
    .usage('[options] LOGITS... TARGETS')
    .argument('<LOGITS>')
    .argument('<TARGETS...>')
    .option('--axis <axis>', 'the class axis; -1 is the last', integerFrom(-Infinity), -1)
    .addOption(
      new Option('--top <k,...>', 'accuracy among the k likeliest classes')
        .argParser(integersFrom(1))
        .default([1], '1'),
    )
    .addOption(
      new Option('--ignore-index <class,...>', 'rows with these targets count for nothing')
        .argParser(integersFrom(-Infinity))
        .default([-100], '-100'),
    )
    .option('--bins <count>', 'bins of the calibration', integerFrom(1), 15)
    .option('--temperature <t>', 'divides the logits', readPositive)
    .option('--softcap <s>', 'logits become s tanh(logit / s) before that', readPositive)
    .option('--bytes <count|file>', 'bytes of text that the targets stand for, or the file with it')
    .addOption(
      new Option('--dtype <type>', 'how to read uint16 logits').choices(['float16', 'bfloat16']),
    )
    .option('--tensor <name>', 'the logits in .safetensors; needed where there are several tensors')
    .option('--targets-tensor <name>', 'the targets in .safetensors; likewise')
    .option(
      '--batch-rows <rows>',
      'rows that a thread reads at a time (default: about 2 MiB)',
      integerFrom(1),
    )
    .option('--threads <count>', 'threads that read and compute (default: all)', integerFrom(1))
    .option('--json <file>', 'write the summary as JSON; - for stdout, in place of the table')
    .option('--report <file>', 'write a report as HTML')
    .option('--quiet', 'no progress bar')
    .addHelpText('after', evaluateNotes)
    .action(async (first: string, others: string[], options: EvaluateOptions) => {
      const { evaluate } = await import('./evaluate.js');
      const targets = others.at(-1) as string;
      await evaluate([first, ...others.slice(0, -1)], targets, options);
    });
}

function addInfo(program: Command): void {
  program
    .command('info')
    .description('Versions, instruction sets, threads, and the binary that was loaded.')
    .option('--json', 'as JSON')
    .action(async (options: { json?: true }) => {
      const { printInfo } = await import('./info.js');
      printInfo(options.json === true);
    });
}

function addRebuild(program: Command): void {
  program
    .command('rebuild')
    .description('Compiles the binary on this machine, from the sources in the package.')
    .addHelpText('after', rebuildNotes)
    .action(async () => {
      const { rebuild } = await import('./rebuild.js');
      rebuild();
    });
}

/** The command, whose parts are loaded when they run: help needs no addon. */
function createProgram(): Command {
  const program = new Command('logits')
    .description('Evaluates logits: what a model gave for each class, beside the right classes.')
    .version(packageVersion)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        const line = text
          .trim()
          .replace(/^error: /, '')
          .replaceAll('\n', ' ');
        write(`logits: ${line}\n`);
      },
    });
  addEvaluate(program);
  addInfo(program);
  addRebuild(program);
  return program;
}

const FAILED = 1;
const MISUSED = 2;

/** The code of errors that another command line can mend. */
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
    // Its message is written already. Help and the version have the status 0.
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

// process.exit() would lose what is still on its way into a pipe.
run().then((status) => {
  process.exitCode ||= status;
});
