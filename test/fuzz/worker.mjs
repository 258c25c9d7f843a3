// Draws and checks a share of the cases, in a process of its own: a crash ends no more than that.
import { writeSync } from 'node:fs';
import { load, smallestOf, wrongOf } from './case.mjs';
import { Statistics } from './compare.mjs';
import { replay } from './corpus.mjs';
import { draw } from './draw.mjs';
import { BATCH, checkPromises, loadPromises } from './promises.mjs';

const MOST_SHOWN = 5;

class Report {
  constructor(context) {
    this.context = context;
    this.calls = 0;
    this.numbers = {};
    this.failures = [];
    this.failed = {};
    this.perFunction = {};
    this.promised = 0;
    this.ofPromises = 0;
  }
  count(record, kind) {
    this.calls++;
    this.numbers[kind] = (this.numbers[kind] ?? 0) + 1;
    this.perFunction[record.fn] = (this.perFunction[record.fn] ?? 0) + 1;
  }
  fail(record, index, wrong, { isShrunk = true } = {}) {
    this.failed[record.fn] = (this.failed[record.fn] ?? 0) + 1;
    if (this.failures.length >= MOST_SHOWN) return;
    const record1 = isShrunk ? smallestOf(record, wrong, this.context) : record;
    const again = isShrunk ? wrongOf(record1, this.context).wrong : wrong;
    this.failures.push({ fn: record.fn, index, wrong, smallest: record1, again });
  }
  toJSON() {
    const { statistics } = this.context;
    const { context: _, ...rest } = this;
    return {
      ...rest,
      compared: statistics.compared,
      unsaid: statistics.unsaid,
      known: statistics.known,
      worst: [...statistics.worst].map(([name, { ratio }]) => [name, ratio]),
    };
  }
}

/** Keeps the case that is being run in a file, for whoever wants to know where the process ended. */
function placeTeller(place) {
  const digits = Buffer.alloc(16);
  return (index) => {
    digits.fill(' ');
    digits.write(String(index));
    writeSync(place, digits, 0, 16, 0);
  };
}

/** Runs the cases `first`, `first + step`, ... below `calls`, or until the time is over. */
export async function work({ seed, first, step, calls, until, withPromises, place }) {
  const context = { ...load(), statistics: new Statistics() };
  const isas = context.native.isas();
  const promises = withPromises ? loadPromises() : undefined;
  const report = new Report(context);
  const tellPlace = placeTeller(place);
  let batch = [];
  const flush = async () => {
    const words = await checkPromises(
      batch.map(([record]) => record),
      { ...context, promises },
    );
    report.promised += batch.length;
    words.forEach((wrong, i) => {
      if (wrong === undefined) return;
      const [record, index] = batch[i];
      report.ofPromises++;
      report.fail(record, index, `as a promise: ${wrong}`, { isShrunk: false });
    });
    batch = [];
  };
  for (let index = first; index < calls; index += step) {
    if (Math.floor(index / step) % 64 === 0 && Date.now() > until) break;
    tellPlace(index);
    const record = draw(seed, index, { isas });
    const { wrong, kind } = wrongOf(record, context);
    report.count(record, kind);
    if (wrong !== undefined) report.fail(record, index, wrong);
    if (promises?.[record.fn] === undefined || record.scale === 'large') continue;
    batch.push([record, index]);
    if (batch.length >= BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return report;
}

if (process.send !== undefined && process.argv[2] === '--worker') {
  process.once('message', async (share) => {
    const report = share.corpus
      ? replay({ ...load(), statistics: new Statistics() }, share.first, placeTeller(share.place))
      : await work({ ...share, until: share.until ?? Infinity });
    process.send(JSON.parse(JSON.stringify(report)), () => process.disconnect());
  });
}
