// The main process: a window, a utility process, and what only this process may do for them.
//
//   electron .                    the app
//   electron . --smoke OUT.png    tries itself, keeps a picture, prints a line of JSON and ends
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, dialog, ipcMain, protocol, utilityProcess } from 'electron';
import { writeExample } from './example-files.mjs';
import { respond } from './page-files.mjs';
import { smoke } from './smoke.mjs';

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

// Not file://, so that 'self' in the page's policy means the files of page-files.mjs alone.
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true } },
]);

let evaluating;
/** The process that evaluates: a heavy call, or one that runs out of memory, does not touch the window. */
function evaluatingProcess() {
  evaluating ??= utilityProcess.fork(fileOf('utility.mjs')).once('exit', () => {
    evaluating = undefined;
  });
  return evaluating;
}

// The port goes on to the utility process, which answers the window without a way through here.
ipcMain.on('evaluate', ({ ports }, paths) => evaluatingProcess().postMessage(paths, ports));

ipcMain.handle('choose', async ({ sender }) => {
  const { filePaths } = await dialog.showOpenDialog(BrowserWindow.fromWebContents(sender), {
    title: 'Choose logits and targets',
    properties: ['openFile', 'multiSelections'],
    filters: [{ name: 'NumPy arrays', extensions: ['npy'] }],
  });
  return filePaths;
});

const examplePaths = () => writeExample(join(app.getPath('userData'), 'example'));
ipcMain.handle('example', examplePaths);

async function openWindow() {
  const window = new BrowserWindow({
    width: 1080,
    height: 860,
    minWidth: 400,
    autoHideMenuBar: true,
    webPreferences: {
      preload: fileOf('preload.cjs'),
      contextIsolation: true,
      nodeIntegration: false,
      sandbox: false, // preload.cjs says why
    },
  });
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (event) => event.preventDefault());
  // Otherwise only the window's own console would tell.
  webContents.on('preload-error', (_event, _path, error) => console.error(error));
  await window.loadURL('app://page/');
  return window;
}

async function start() {
  protocol.handle('app', respond);
  const { webContents } = await openWindow();
  const { values } = parseArgs({
    args: process.argv.slice(1),
    options: { smoke: { type: 'string' } },
    strict: false, // Chromium's own switches
  });
  if (values.smoke) app.exit(await smoke(webContents, await examplePaths(), values.smoke));
}

app.on('window-all-closed', () => app.quit());
// Not awaited here: Electron is ready only after this module has been evaluated.
app
  .whenReady()
  .then(start)
  .catch((error) => {
    console.error(error);
    app.exit(1);
  });
