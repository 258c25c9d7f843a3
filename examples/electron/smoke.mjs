// Whether the package works in each kind of process, for a machine without anybody before it.
import { writeFile } from 'node:fs/promises';
import { runtime, softmax } from 'logits';
import { evaluate } from './evaluation.mjs';

const SECONDS = 60;

/** Run in the page: what it shows once the example has been evaluated. */
const tryPage = `new Promise((resolve, reject) => {
  const { body } = document;
  const numberIn = (selector) => Number(document.querySelector(selector + ' data').value);
  new MutationObserver(() => {
    if (body.dataset.state === 'failed') reject(new Error(document.querySelector('#failure').innerText));
    if (body.dataset.state !== 'done') return;
    // Half a second for the picture to be painted.
    setTimeout(() => resolve({ loss: numberIn('#loss'), probability: numberIn('#probabilities') }), 500);
  }).observe(body, { attributeFilter: ['data-state'] });
  setTimeout(() => reject(new Error('The page has shown no result.')), ${1000 * SECONDS});
  document.querySelector('#example').click();
})`;

/**
 * Has the page evaluate the example, whose loss comes from the utility process and whose first row's largest
 * probability comes from the preload script, and computes both here too. The bits must be the same.
 *
 * @returns The status to end with.
 */
export async function smoke(webContents, paths, picture) {
  try {
    const shown = await webContents.executeJavaScript(tryPage);
    await writeFile(picture, (await webContents.capturePage()).toPNG());
    const { summary, samples } = await evaluate(paths);
    const main = { loss: summary.loss, probability: Math.max(...softmax(samples[0].logits)) };
    const { isa, addon } = runtime();
    const utility = { loss: shown.loss };
    const preload = { probability: shown.probability };
    console.log(JSON.stringify({ isa, addon, main, utility, preload }));
    return main.loss === utility.loss && main.probability === preload.probability ? 0 : 1;
  } catch (error) {
    console.error(error);
    return 1;
  }
}
