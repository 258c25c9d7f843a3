// What is shown of a finished evaluation.
import { drawReliability } from '/chart.mjs';
import { count, decimal, figure, percent, short } from '/numbers.mjs';

const MOST_CLASSES = 5;
const find = (selector) => document.querySelector(selector);

function tile(id, value, note) {
  const small = document.createElement('small');
  small.textContent = note;
  find(`#${id} dd`).replaceChildren(value, small);
}

function showFigures({ names, shape, summary, speed, runtime }) {
  const { loss, lossStandardError, perplexity, accuracy, calibration } = summary;
  find('#files').textContent =
    `${names.logits}: ${count(shape.rows)} rows of ${count(shape.classes)} ${shape.dtype} logits; ${names.targets}` +
    (summary.ignored > 0 ? `; ${count(summary.ignored)} rows ignored` : '') +
    (summary.notFinite > 0 ? `; ${count(summary.notFinite)} rows not finite` : '');
  tile('loss', figure(loss, decimal), `± ${decimal(lossStandardError)} nats`);
  tile('perplexity', figure(perplexity, decimal), 'e to the loss');
  tile('accuracy', figure(accuracy[1], percent), `top 5: ${percent(accuracy[5])}`);
  tile(
    'calibration',
    figure(calibration.expected, percent),
    `largest: ${percent(calibration.maximum)}`,
  );
  tile(
    'speed',
    figure(speed.rows, short),
    `${decimal(speed.bytes / 1e9)} GB/s, ${decimal(speed.seconds)} s`,
  );
  const threads = runtime.threads === 1 ? '1 thread' : `up to ${runtime.threads} threads`;
  tile('isa', runtime.isa, threads);
}

async function showRow({ logits, target }, row, dtype) {
  const probabilities = await window.logits.softmax(logits, dtype);
  const classes = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b] - probabilities[a],
  );
  const shown = classes.slice(0, MOST_CLASSES);
  if (!shown.includes(target) && target in probabilities) shown[MOST_CLASSES - 1] = target;
  find('#row').textContent = `Row ${row}, target ${target}`;
  find('#probabilities').replaceChildren(
    ...shown.map((name) => {
      const item = document.createElement('li');
      item.classList.toggle('target', name === target);
      const meter = document.createElement('meter');
      meter.value = probabilities[name];
      item.append(`class ${name}`, meter, figure(probabilities[name], percent));
      return item;
    }),
  );
}

function showSamples(samples, dtype) {
  const buttons = samples.map((sample, row) => {
    const button = document.createElement('button');
    const isRight = sample.prediction === sample.target;
    button.type = 'button';
    button.className = isRight ? 'right' : 'wrong';
    button.ariaLabel = `Row ${row}, ${isRight ? 'right' : 'wrong'}`;
    const select = () => {
      for (const other of buttons) other.ariaPressed = String(other === button);
      showRow(sample, row, dtype);
    };
    button.addEventListener('pointerenter', select);
    button.addEventListener('focus', select);
    return button;
  });
  find('#samples').replaceChildren(...buttons);
  buttons[0].dispatchEvent(new Event('focus'));
}

export function showResults(result) {
  showFigures(result);
  showSamples(result.samples, result.shape.dtype === 'float16' ? 'float16' : undefined);
  drawReliability(find('#chart'), result.summary.calibration.bins, result.summary.rows);
}
