// What joins the substitute's parts, and what a check may look at or decide.
const { EventEmitter } = require('node:events');

module.exports = {
  chromium: '/usr/bin/chromium',
  lifecycle: new EventEmitter(),
  /** Messages from the preload script to the main process. */
  ipc: new EventEmitter(),
  /** What answers those that are invoked, by channel. */
  handlers: new Map(),
  /** What the preload script has exposed, by name. */
  exposed: new Map(),
  windows: [],
  utilityProcesses: [],
  /** Where a dropped file is said to lie, by its name. */
  droppedPaths: new Map(),
  /** What the user chooses in the next dialog. */
  chosenPaths: [],
};
