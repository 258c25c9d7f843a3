// What some hosts of the tests cannot do (../hosts): tests of that are skipped there.

/** Deno lets a worker that is in a loop go on after terminate(). */
export const terminatesLoops = !('deno' in process.versions);

/** Bun knows no NODE_OPTIONS, by which tests run code before the command. */
export const hasNodeOptions = !('bun' in process.versions);

/** --no-addons is an option of Node.js alone. */
export const forbidsAddons = !('bun' in process.versions || 'deno' in process.versions);

/** Deno numbers open files for each thread, so that the command has one there. */
export const sharesFiles = !('deno' in process.versions);

/** Deno asks what is allowed to a program that a shell starts. */
export const runsFromShells = !('deno' in process.versions);

/** Node.js 18 has no buffers whose length may change. */
export const resizesBuffers = 'resize' in ArrayBuffer.prototype;

/** Where the host is emulated, a process that a test starts runs on the machine around it, or tells nothing. */
export const startsProcesses = process.env.LOGITS_TESTS_ALONE === undefined;
