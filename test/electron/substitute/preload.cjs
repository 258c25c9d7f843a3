// What a preload script takes of 'electron'.
const { droppedPaths, exposed, handlers, ipc } = require('./wiring.cjs');

module.exports = {
  contextBridge: {
    exposeInMainWorld: (name, api) => exposed.set(name, api),
  },
  ipcRenderer: {
    invoke: async (channel, ...values) => handlers.get(channel)({ sender: null }, ...values),
    postMessage: (channel, message, ports) => ipc.emit(channel, { ports }, message),
  },
  webUtils: {
    getPathForFile: ({ name }) => droppedPaths.get(name) ?? '',
  },
};
