// What the user does, and which part of the page answers: data-state is 'idle', 'busy', 'done' or 'failed'.
import { showResults } from '/results.mjs';

// preload.cjs. All that it answers is awaited, so that it may as well ask another process.
const { logits } = window;
const find = (selector) => document.querySelector(selector);
const drop = find('#drop');

function setState(state) {
  document.body.dataset.state = state;
}

function showProgress(share) {
  find('progress').value = share;
  find('output').textContent = `${Math.floor(100 * share)} %`;
}

async function evaluate(paths) {
  const before = document.body.dataset.state;
  if (before === 'busy') return;
  showProgress(0);
  setState('busy');
  try {
    const result = await logits.evaluate(paths, showProgress);
    setState(result ? 'done' : before);
    if (result) showResults(result);
  } catch (error) {
    find('#failure').textContent = error.message;
    setState('failed');
  }
}

find('#choose').addEventListener('click', async () => {
  const paths = await logits.choose();
  if (paths.length > 0) await evaluate(paths);
});
find('#example').addEventListener('click', async () => evaluate(await logits.example()));
find('#cancel').addEventListener('click', () => logits.cancel());

// Everywhere, since a file that is dropped beside the area would be opened in the page's place.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', async (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  const files = [...event.dataTransfer.files];
  const paths = await Promise.all(files.map((file) => logits.pathOf(file)));
  if (paths.length > 0) await evaluate(paths);
});
