// The whole app, with Chromium for its window and a worker thread for its utility process.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { check } from '../support/checks.mjs';
import { writeNpy, writeZeros } from './files.mjs';

/** The result of the whole files in one update. */
function evaluateAtOnce(app, [logitsPath, targetsPath]) {
  const { Evaluator, softmax } = createRequire(join(app, 'main.mjs'))('logits');
  const dataOf = (path) => readFileSync(path).subarray(128);
  const aligned = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  const logits = new Float32Array(aligned(dataOf(logitsPath)));
  const targets = new BigInt64Array(aligned(dataOf(targetsPath)));
  const evaluator = new Evaluator({ classes: 100, top: [1, 5] });
  evaluator.update(logits, targets, { shape: [targets.length, 100] });
  return {
    summary: evaluator.summary(),
    rowOf: (row) => softmax(logits.slice(100 * row, 100 * row + 100)),
  };
}

/** Drops files on the page. */
async function drop(page, droppedPaths, paths) {
  for (const path of paths) droppedPaths.set(basename(path), path);
  const transfer = await page.evaluateHandle(
    (names) => {
      const transfer = new DataTransfer();
      for (const name of names) transfer.items.add(new File([], name));
      return transfer;
    },
    paths.map((path) => basename(path)),
  );
  await page.dispatchEvent('#drop', 'drop', { dataTransfer: transfer });
}

const stateIs = (page, state) =>
  page.waitForFunction((state) => document.body.dataset.state === state, state, {
    timeout: 60_000,
  });

const figure = async (page, id) => Number(await page.getAttribute(`${id} data`, 'value'));

/** Everything that the progress bar shows from now on. */
const watchProgress = (page) =>
  page.evaluate(() => {
    window.shares = [];
    const bar = document.querySelector('progress');
    new MutationObserver(() => window.shares.push(bar.value)).observe(bar, {
      attributeFilter: ['value'],
    });
  });

/** Pairs of texts of the chart that overlap, and texts that are cut off. */
const misplacedTexts = () => {
  const svg = document.querySelector('#chart svg');
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map((text) => [
    text.textContent,
    text.getBoundingClientRect(),
  ]);
  const meet = (a, b) =>
    a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return texts.flatMap(([name, box], i) => [
    ...texts
      .slice(i + 1)
      .filter(([, other]) => meet(box, other))
      .map(([other]) => `${name} | ${other}`),
    ...(box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom
      ? [name]
      : []),
  ]);
};

async function checkErrors(page, droppedPaths, folder, [logits, targets]) {
  const short = writeNpy(folder, 'short.npy', '<i8', [19_999], new BigInt64Array(19_999));
  const wrong = new BigInt64Array(20_000);
  wrong[12_345] = 100n;
  const outside = writeNpy(folder, 'outside.npy', '<i8', [20_000], wrong);
  const cut = writeNpy(folder, 'cut.npy', '<i8', [20_000], new BigInt64Array(19_999));
  const complex = writeNpy(folder, 'complex.npy', '<c8', [1], new Float64Array(1));
  const empty = writeNpy(folder, 'empty.npy', '<f4', [0, 100], new Float32Array(0));
  const missing = join(folder, 'missing.npy');
  const cases = [
    [
      'a target too few',
      [logits, short],
      'short.npy holds 19,999 targets, but logits.npy holds 20,000 rows',
    ],
    [
      'a target too large',
      [logits, outside],
      'outside.npy[12345] is 100, but the classes are 0 to 99.',
    ],
    ['a file cut short', [logits, cut], 'cut.npy is not as long as its shape, (20000), says.'],
    ['complex numbers', [logits, complex], 'complex.npy is not an array of numbers'],
    ['a file alone', [logits], 'It takes two .npy files'],
    ['logits twice', [logits, logits], 'It takes two .npy files'],
    ['no rows', [empty, targets], 'empty.npy holds no logits.'],
    ['a file that is gone', [logits, missing], 'missing.npy cannot be opened.'],
    ['a script', [logits, import.meta.filename], 'window-checks.mjs is not an .npy file.'],
    ['a folder', [logits, folder], 'is not a file.'],
  ];
  for (const [what, paths, message] of cases) {
    await check(`window: says what is wrong with ${what}`, async () => {
      await drop(page, droppedPaths, paths);
      await stateIs(page, 'failed');
      const shown = await page.textContent('#failure');
      assert.ok(shown.includes(message), shown);
      await page.evaluate(() => {
        document.body.dataset.state = 'idle';
      });
    });
  }
}

export async function checkWindow({ app, folder, wiring, screenshot }) {
  const { droppedPaths, utilityProcesses, handlers } = wiring;
  const [window] = wiring.windows;
  const { page, heard, options } = window;
  const paths = await handlers.get('example')();
  const expected = evaluateAtOnce(app, paths);

  await check('window: is isolated from Node.js', async () => {
    const { contextIsolation, nodeIntegration } = options.webPreferences;
    assert.deepEqual(
      { contextIsolation, nodeIntegration },
      { contextIsolation: true, nodeIntegration: false },
    );
    const unknown = await page.evaluate(() => [typeof require, typeof process, typeof Buffer]);
    assert.deepEqual(unknown, ['undefined', 'undefined', 'undefined']);
  });

  await check('window: the policy lets no script in and nothing out', async () => {
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.head.append(script);
      const answer = await fetch('/style.css').catch(() => 'refused');
      return [window.wasRun, answer];
    });
    assert.deepEqual(outcome, [undefined, 'refused']);
    const other = await page.request.get(new URL('/package.json', page.url()).href);
    assert.equal(other.status(), 404);
    heard.length = 0; // the browser's words about this
  });

  await check('window: a pair is dropped, the progress bar moves, the results come', async () => {
    await watchProgress(page);
    await drop(page, droppedPaths, paths);
    await stateIs(page, 'done');
    const shares = await page.evaluate(() => window.shares);
    assert.ok(shares.filter((share) => share > 0 && share < 1).length >= 3, String(shares));
    assert.deepEqual(
      shares,
      [...shares].sort((a, b) => a - b),
    );
  });

  await check(
    'window: the results are those of one update of an Evaluator, to the last bit',
    async () => {
      const { loss, perplexity, accuracy, calibration } = expected.summary;
      assert.equal(await figure(page, '#loss'), loss);
      assert.equal(await figure(page, '#perplexity'), perplexity);
      assert.equal(await figure(page, '#accuracy'), accuracy[1]);
      assert.equal(await figure(page, '#calibration'), calibration.expected);
      assert.ok(calibration.expected > 0.05, 'the example is overconfident');
      assert.ok((await figure(page, '#speed')) > 1000);
      assert.match(await page.textContent('#isa dd'), /avx|neon|scalar/);
    },
  );

  await check('window: a row that is pointed at shows the probabilities of softmax', async () => {
    await page.hover('#samples button:nth-child(7)');
    await page.waitForFunction(() =>
      document.querySelector('#row').textContent.startsWith('Row 6,'),
    );
    const largest = Math.max(...expected.rowOf(6));
    assert.equal(await figure(page, '#probabilities'), largest);
  });

  await check('window: the chart has its bars and dots, and texts in their place', async () => {
    const used = expected.summary.calibration.bins.filter(({ count }) => count > 0).length;
    const countOf = (selector) => page.locator(`#chart ${selector}`).count();
    assert.equal(await countOf('path[fill="var(--pale)"]'), used);
    assert.equal(await countOf('path[fill="var(--right)"]'), 2 * used);
    assert.deepEqual(await page.evaluate(misplacedTexts), []);
  });

  await check('window: has nothing beyond its edges, narrow or wide, light or dark', async () => {
    for (const width of [400, 1080]) {
      for (const colorScheme of ['dark', 'light']) {
        await page.setViewportSize({ width, height: 860 });
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(200); // the chart follows
        if (screenshot) {
          const path = screenshot.replace(/(\.png)?$/, `-${colorScheme}-${width}.png`);
          await page.screenshot({ path, fullPage: true });
        }
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
        assert.deepEqual(await page.evaluate(misplacedTexts), []);
      }
    }
  });

  await check('window: the dialog does as well, in any order', async () => {
    wiring.chosenPaths = [...paths].reverse();
    await page.evaluate(() => document.querySelector('#loss dd').replaceChildren());
    await page.click('#choose');
    await page.waitForSelector('#loss data');
    assert.equal(await figure(page, '#loss'), expected.summary.loss);
    wiring.chosenPaths = [];
    await page.click('#choose');
    assert.equal(await page.getAttribute('body', 'data-state'), 'done');
  });

  await check('window: float16 logits, with classes in bytes', async () => {
    const bits = Uint16Array.of(0x4800, 0xc200, 0x4900, 0x3c00, 0x4000, 0x3800);
    const halves = [
      writeNpy(folder, 'halves.npy', '<f2', [2, 3], bits),
      writeNpy(folder, 'bytes.npy', '|u1', [2], Uint8Array.of(2, 1)),
    ];
    await page.evaluate(() => document.querySelector('#probabilities').replaceChildren());
    await drop(page, droppedPaths, halves);
    await page.waitForSelector('#probabilities data');
    assert.equal(await figure(page, '#loss'), 0.29564938229127075);
    assert.equal(await figure(page, '#probabilities'), 0.8807953000068665);
  });

  await checkErrors(page, droppedPaths, folder, paths);

  const rows = 2 ** 24;
  const long = [
    writeZeros(folder, 'long.npy', '<f4', [rows, 128], rows * 128 * 4),
    writeZeros(folder, 'long-targets.npy', '|u1', [rows], rows),
  ];
  const beginLong = async () => {
    await drop(page, droppedPaths, long);
    await page.waitForFunction(() => document.querySelector('progress').value > 0);
    if (screenshot) await page.screenshot({ path: screenshot.replace(/(\.png)?$/, '-busy.png') });
  };

  await check('window: an evaluation is cancelled', async () => {
    await beginLong();
    await page.click('#cancel');
    await stateIs(page, 'idle');
    assert.ok((await page.evaluate(() => document.querySelector('progress').value)) < 1);
  });

  await check('window: says so when the utility process ends, and forks another one', async () => {
    await beginLong();
    await utilityProcesses.at(-1).terminate();
    await stateIs(page, 'failed');
    assert.match(await page.textContent('#failure'), /ended unexpectedly/);
    if (screenshot) await page.screenshot({ path: screenshot.replace(/(\.png)?$/, '-failed.png') });
    const before = utilityProcesses.length;
    await page.click('#example');
    await stateIs(page, 'done');
    assert.equal(utilityProcesses.length, before + 1);
    assert.equal(await figure(page, '#loss'), expected.summary.loss);
  });

  await check('window: nothing was complained about', () => assert.deepEqual(heard, []));
}
