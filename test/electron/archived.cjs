// Runs what lies in an archive, as Electron would: node archived.cjs ASAR-NODE APP.ASAR
const Module = require('node:module');
const { join } = require('node:path');

const [, , asarNode, archive] = process.argv;
require(asarNode).register();

const exposed = {};
const load = Module._load;
Module._load = function (name, ...rest) {
  if (name !== 'electron') return load.call(this, name, ...rest);
  return {
    contextBridge: { exposeInMainWorld: (key, api) => Object.assign(exposed, { [key]: api }) },
  };
};

const preload = join(archive, 'preload.cjs');
require(preload);
const { crossEntropy, runtime } = Module.createRequire(preload)('logits');
const logits = Float32Array.of(8, -3, 10, 1, 2, 0.5);
console.log(
  JSON.stringify({
    addon: runtime().addon,
    loaded: process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node')),
    loss: crossEntropy(logits, [2, 1], { shape: [2, 3] }),
    probabilities: Array.from(exposed.logits.softmax(logits)),
  }),
);
