// Runs an app's main module with this package as its 'electron': node run.mjs APP/main.mjs ...
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import wiring from './wiring.cjs';

/** Electron's order: the main module, then `ready`. Done when the window has loaded. */
export async function start(main) {
  await import(pathToFileURL(main));
  const loaded = once(wiring.lifecycle, 'loaded');
  wiring.lifecycle.emit('ready');
  await loaded;
}

if (process.argv[1] === import.meta.filename) await start(process.argv[2]);
