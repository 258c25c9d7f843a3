// The entry for reports: makes them anew from the figures of a run, without measuring.
import { parseArgs } from 'node:util';
import { latestResults, readResults } from './measure/results-file.mjs';
import { outdated, writeReadme, writeReport } from './report/write.mjs';

const usage = `Usage: npm run bench:report -- [FILE] [OPTION...]

FILE is what 'npm run bench -- --json FILE' wrote; without it, the latest in bench/results.

  --report DIR    where report and charts go (default: beside FILE, in a folder of its name)
  --readme        writes the README's section on speed too
  --check         writes nothing; fails if report or README say something else than the figures
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'string' },
    readme: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const file = positionals[0] ?? latestResults();
if (values.help || file === undefined) {
  console.log(usage);
  process.exit(values.help ? 0 : 1);
}
const run = readResults(file);
const folder = values.report ?? file.replace(/\.json$/, '');
if (values.check) {
  const files = outdated(run, folder);
  for (const name of files) console.error(`${name} does not follow from ${file}`);
  if (files.length > 0) console.error('Write it anew: npm run bench:report -- --readme');
  process.exit(files.length > 0 ? 1 : 0);
}
await writeReport(run, folder);
if (values.readme) writeReadme(run, folder);
