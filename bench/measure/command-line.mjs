// What the words and options of `run.mjs` ask for.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unique } from '../report/figures.mjs';
import { isQuick, trials } from '../trials/trials.mjs';
import { contenderNames, contendersFor, isas } from './contenders.mjs';
import { resultsFolder } from './results-file.mjs';
import { selection } from './selection.mjs';

const usage = `Usage: npm run bench -- [WORD...] [OPTION...]

A word is the name of a group, an operation, a shape, an element type or a contender ('logits' stands
for all of the library's instruction sets). Words of one kind widen each other, words of two kinds
narrow; no word of a kind means all of it.

  --quick         a sample: a few shapes, fewer and shorter rounds
  --rounds N      how many turns every contender gets (default 11)
  --turn MS       how long a turn is, in milliseconds (default 15)
  --json FILE     writes all figures to a file
  --report DIR    writes a report with charts to a folder
  --record NAME   both, to bench/results, and the README's section on speed
  --help
`;

function atLeastOne(name, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`--${name}: an integer >= 1`);
  return value;
}

/** The trials that are picked, each with its contenders. */
function pick(words, quick) {
  const kinds = [
    unique(trials.map(({ group }) => group)),
    unique(trials.map(({ operation }) => operation)),
    unique(trials.map(({ name }) => name)),
    unique(trials.map(({ element }) => element)),
    contenderNames,
  ];
  const expanded = words.flatMap((word) => (word === 'logits' ? isas : [word]));
  const [hasGroup, hasOperation, hasShape, hasElement, hasContender] = selection(expanded, kinds);
  return trials
    .filter((trial) => !quick || isQuick(trial))
    .filter((trial) => hasGroup(trial.group) && hasOperation(trial.operation))
    .filter((trial) => hasShape(trial.name) && hasElement(trial.element))
    .map((trial) => ({
      trial,
      contenders: contendersFor(trial).filter(({ name }) => hasContender(name)),
    }))
    .filter(({ contenders }) => contenders.length > 0);
}

function read(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      turn: { type: 'string' },
      json: { type: 'string' },
      report: { type: 'string' },
      record: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    process.exit();
  }
  const { quick, record } = values;
  const recorded = record === undefined ? undefined : join(resultsFolder, record);
  return {
    rounds: atLeastOne('rounds', values.rounds ?? (quick ? 5 : 11)),
    turnMs: atLeastOne('turn', values.turn ?? (quick ? 5 : 15)),
    json: values.json ?? (recorded && `${recorded}.json`),
    report: values.report ?? recorded,
    readme: recorded !== undefined,
    picked: pick(positionals, quick),
  };
}

export function readCommandLine(args) {
  try {
    return read(args);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
