// The addon's own memory cannot be had when an environment loads it: an error, and the next one has it.
//
//   LD_PRELOAD=failing.node node loading.cjs failing.node
const assert = require('node:assert');
const { join } = require('node:path');
const { isMainThread, parentPort, Worker, workerData } = require('node:worker_threads');

const dist = join(__dirname, '..', '..', '..', 'dist', 'index.js');

function loadWithout({ library, n }) {
  const failing = require(library);
  let code;
  failing.arm(n, 0, 0, 0);
  try {
    require(dist);
  } catch (error) {
    code = error.code;
  }
  return { count: failing.disarm(), code };
}

async function main() {
  const library = process.argv[2];
  require(dist);
  for (let n = 1, last = 1; n <= last; n++) {
    const answer = await new Promise((resolve, reject) => {
      const worker = new Worker(__filename, { workerData: { library, n } });
      worker.once('message', resolve).once('error', reject);
    });
    assert.ok([undefined, 'ERR_ADDON_NOT_FOUND'].includes(answer.code), answer.code);
    last = Math.max(last, Math.min(answer.count, n + 1));
  }
  console.log('an error at the most');
}

if (isMainThread) main();
else parentPort.postMessage(loadWithout(workerData));
