// What the example's main process takes of 'electron', over Node.js and Chromium.
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { chromium } from 'playwright-core';
import { bridge } from './context-bridge.mjs';
import { serve } from './page-server.mjs';
import wiring from './wiring.cjs';

const folder = mkdtempSync(join(tmpdir(), 'logits-electron-data-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const protocols = new Map();

class BrowserWindow {
  constructor(options) {
    this.options = options;
    this.webContents = Object.assign(new EventEmitter(), {
      setWindowOpenHandler: () => {},
      executeJavaScript: (script) => this.page.evaluate(script),
      capturePage: async () => {
        const picture = await this.page.screenshot();
        return { toPNG: () => picture };
      },
    });
    wiring.windows.push(this);
  }

  static fromWebContents = () => wiring.windows[0];

  async loadURL(url) {
    const { width, height, webPreferences } = this.options;
    createRequire(webPreferences.preload)(webPreferences.preload);
    this.browser = await chromium.launch({
      executablePath: wiring.chromium,
      args: ['--no-sandbox'],
    });
    this.page = await this.browser.newPage({ viewport: { width, height } });
    this.heard = [];
    this.page.on('console', (message) => this.heard.push(message.text()));
    this.page.on('pageerror', (error) => this.heard.push(error.message));
    for (const [name, api] of wiring.exposed) await bridge(this.page, name, api);
    await this.page.goto(await serve(protocols.get(new URL(url).protocol), url));
    wiring.lifecycle.emit('loaded');
  }
}

const app = Object.assign(new EventEmitter(), {
  // As in Electron: not before the main module has been evaluated.
  whenReady: () => once(wiring.lifecycle, 'ready'),
  getPath: () => folder,
  async exit(status) {
    for (const { browser } of wiring.windows) await browser.close();
    process.exit(status);
  },
});

const dialog = {
  showOpenDialog: async () => ({ filePaths: wiring.chosenPaths }),
};

const ipcMain = {
  on: (channel, listener) => wiring.ipc.on(channel, listener),
  handle: (channel, handler) => wiring.handlers.set(channel, handler),
};

const protocol = {
  registerSchemesAsPrivileged: () => {},
  handle: (scheme, handler) => protocols.set(`${scheme}:`, handler),
};

const utilityProcess = {
  fork(path) {
    const worker = new Worker(new URL('utility-thread.mjs', import.meta.url), { workerData: path });
    wiring.utilityProcesses.push(worker);
    return Object.assign(new EventEmitter(), {
      postMessage: (data, ports) => worker.postMessage({ data, ports }, ports),
      once(event, listener) {
        worker.once(event, listener);
        return this;
      },
    });
  },
};

export { app, BrowserWindow, dialog, ipcMain, protocol, utilityProcess };
