import { Command, Option } from 'commander';
import type { EvaluateOptions } from './evaluate-options.js';
import { integerFrom, integersFrom, readPositive } from './option-values.js';
import { packageVersion } from './version.js';

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
export function createProgram(): Command {
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
