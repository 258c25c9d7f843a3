// The entry: reads the command line, runs the trials one by one and prints each when it is done.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { expectAgreement } from './agreement.mjs';
import { contenders, readSum } from './contenders.mjs';
import { environment } from './environment.mjs';
import { inputsOf } from './inputs.mjs';
import { measure } from './measure.mjs';
import { header, operationHeader, trialLines } from './report.mjs';
import { selection } from './selection.mjs';
import { summary } from './summary.mjs';
import { operations, shapes, trials } from './trials.mjs';

function readCommandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '11' }, json: { type: 'string' } },
  });
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError('--rounds: an integer >= 1');
  const names = (list) => list.map(({ name }) => name);
  const kinds = [operations, names(shapes), names(contenders)];
  const [hasOperation, hasShape, hasContender] = selection(positionals, kinds);
  return {
    rounds,
    jsonFile: values.json,
    chosenTrials: trials.filter((trial) => hasOperation(trial.operation) && hasShape(trial.name)),
    chosenContenders: contenders.filter(({ name }) => hasContender(name)),
  };
}

function readCommandLineOrExit() {
  try {
    return readCommandLine();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

const { rounds, jsonFile, chosenTrials, chosenContenders } = readCommandLineOrExit();

function runTrial(trial) {
  const inputs = inputsOf(trial);
  const tasks = chosenContenders.map(({ name, select, operations }) => {
    const operation = operations[trial.operation];
    return { name, select, run: () => operation(inputs) };
  });
  expectAgreement(tasks);
  const yardstick = { ...readSum, run: () => readSum.run(inputs) };
  const times = measure([yardstick, ...tasks], rounds);
  return tasks.map(({ name }) => summary(times, name, inputs.logits.length));
}

const run = { ...environment(), rounds, trials: [] };
console.log(header(run));
let operationBefore;
for (const trial of chosenTrials) {
  if (trial.operation !== operationBefore) console.log(operationHeader(trial.operation));
  operationBefore = trial.operation;
  const done = { ...trial, results: runTrial(trial) };
  run.trials.push(done);
  console.log(trialLines(done).join('\n'));
}
if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(run, null, 2)}\n`);
