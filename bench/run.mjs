// The entry: runs the trials that are asked for one by one and prints each when it is done.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from './measure/command-line.mjs';
import { Crew } from './measure/crew.mjs';
import { environment } from './measure/environment.mjs';
import { describe, Measurement } from './measure/measure.mjs';
import { writeResults } from './measure/results-file.mjs';
import { footer, header, trialHeader, trialLines } from './measure/table.mjs';
import { writeReadme, writeReport } from './report/write.mjs';
import { Inputs } from './trials/inputs.mjs';

const { rounds, turnMs, json, report, readme, picked } = readCommandLine(process.argv.slice(2));

const folder = mkdtempSync(join(tmpdir(), 'logits-bench-'));
const crew = new Crew();
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const run = { ...environment(), rounds, turnMs };
const chosenTrials = picked.map(({ trial }) => trial);
await crew.startAll(picked.flatMap(({ contenders }) => contenders));
run.peers = crew.versions;
run.missing = crew.missing;
console.log(header(run));

const inputs = new Inputs(folder, chosenTrials);
const measurement = new Measurement({ crew, inputs, folder, rounds, turnMs });
run.trials = [];
let headerBefore;
for (const { trial, contenders } of picked) {
  const title = trialHeader(trial);
  if (title !== headerBefore) console.log(title);
  headerBefore = title;
  const done = { ...describe(trial), ...(await measurement.run(trial, contenders)) };
  run.trials.push(done);
  console.log(trialLines(done).join('\n'));
}
crew.end();
run.othersBusy = measurement.othersBusy;
console.log(`\n${footer(run)}`);

if (json !== undefined) writeResults(json, run);
if (report !== undefined) await writeReport(run, report);
if (readme) writeReadme(run, report);
const wrong = run.trials.some(({ left }) => left.some((contender) => contender.wrong));
if (wrong) console.error('\nSome contenders computed something else: see WRONG above.');
process.exit(wrong ? 1 : 0);
