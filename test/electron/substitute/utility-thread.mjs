// A worker thread that looks to its script like a utility process.
import { EventEmitter } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';

/** A port as Electron gives it: a message is an event, and none comes before `start`. */
function electronPort(port) {
  return Object.assign(new EventEmitter(), {
    start() {
      port.on('message', (data) => this.emit('message', { data, ports: [] }));
      port.on('close', () => this.emit('close'));
    },
    postMessage: (message) => port.postMessage(message),
    close: () => port.close(),
  });
}

process.parentPort = new EventEmitter();
await import(workerData);
parentPort.on('message', ({ data, ports }) =>
  process.parentPort.emit('message', { data, ports: ports.map(electronPort) }),
);
