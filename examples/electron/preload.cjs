// Runs in the window's process, before the page, and gives it what is below and nothing else.
//
// It loads the addon here, for what is small and wanted at once. That takes `sandbox: false` in main.mjs: the
// preload script of a sandboxed window can require a few modules of Electron's and no native addon. There, main or
// a utility process computes and this script asks for it, as `evaluate` does: ipcRenderer.invoke('softmax', row).
const { contextBridge, ipcRenderer, webUtils } = require('electron');
const { softmax } = require('logits');

/** This window's end of the port to the utility process, while that evaluates. */
let port;

function evaluate(paths, onProgress) {
  const channel = new MessageChannel();
  port = channel.port1;
  ipcRenderer.postMessage('evaluate', paths, [channel.port2]);
  return new Promise((resolve, reject) => {
    port.onmessage = ({ data }) => {
      if (data.kind === 'progress') onProgress(data.share);
      if (data.kind === 'result') resolve(data.result);
      if (data.kind === 'cancelled') resolve(undefined);
      if (data.kind === 'failure') reject(new Error(data.message));
      if (data.kind !== 'progress') port.close();
    };
    port.addEventListener('close', () =>
      reject(new Error('The process that evaluates has ended unexpectedly.')),
    );
  });
}

contextBridge.exposeInMainWorld('logits', {
  /** Two paths that the user chooses in a dialog; fewer when it is dismissed. */
  choose: () => ipcRenderer.invoke('choose'),
  /** The paths of an example's files. */
  example: () => ipcRenderer.invoke('example'),
  /** The path of a file that was dropped. */
  pathOf: (file) => webUtils.getPathForFile(file),
  /** A promise of what evaluation.mjs returns; of undefined when it is cancelled. */
  evaluate,
  cancel: () => port.postMessage('cancel'),
  /** The probabilities of one row. */
  softmax: (row, dtype) => softmax(row, { dtype }),
});
