// The utility process: each message brings two paths and a port, on which progress and the end are told.
import { evaluate } from './evaluation.mjs';

process.parentPort.on('message', async ({ data: paths, ports: [port] }) => {
  const aborting = new AbortController();
  const { signal } = aborting;
  // Whatever comes on the port means to cancel, and so does its end: the window has gone.
  port.on('message', () => aborting.abort());
  port.on('close', () => aborting.abort());
  port.start();
  try {
    const onProgress = (share) => port.postMessage({ kind: 'progress', share });
    const result = await evaluate(paths, { signal, onProgress });
    port.postMessage({ kind: 'result', result });
  } catch (error) {
    if (signal.aborted) port.postMessage({ kind: 'cancelled' });
    else port.postMessage({ kind: 'failure', message: error.message });
  }
});
