// A contender's process: computes one operation at a time, and times it when it is told to. It is
// asked in lines of JSON on its standard input and answers each with one line on its standard output:
//
//   { "prepare": trial, "inputs": { name: { file, type, length } } }
//                                     -> { "nanoseconds": of one call } or { "cannot": reason }
//   { "check": file }                 -> { "type", "loss"? }, and the array of the result in the file
//   { "turn": milliseconds }          -> { "nanoseconds": the median of a call }
//   { "forget": true }                -> {}
//
// Its first line is { "version" } or { "cannot": reason }. pytorch.py speaks the same.
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { arrayTypes } from '../trials/elements.mjs';
import { layoutOf } from '../trials/layout.mjs';
import { Timer } from './timer.mjs';

const [engineName, name, threads] = process.argv.slice(2);

function readArray({ file, type, length }) {
  const array = new arrayTypes[type](length);
  const bytes = new Uint8Array(array.buffer);
  const descriptor = openSync(file, 'r');
  for (let offset = 0; offset < bytes.length; ) {
    offset += readSync(descriptor, bytes, { offset });
  }
  closeSync(descriptor);
  return array;
}

const firstLine = (error) => String(error.message ?? error).split('\n')[0];

async function load() {
  try {
    return await import(`./${engineName}.mjs`);
  } catch (error) {
    const missing = error.code === 'ERR_MODULE_NOT_FOUND';
    return { cannot: missing ? 'not installed: npm install --prefix bench' : firstLine(error) };
  }
}

let task = null;
let timer = null;

const answers = {
  async prepare({ prepare: trial, inputs }, engine) {
    const arrays = {};
    for (const [name, input] of Object.entries(inputs)) arrays[name] = readArray(input);
    try {
      const contender = { name, threads: Number(threads) };
      task = await engine.prepare({ ...trial, layout: layoutOf(trial) }, arrays, contender);
      timer = new Timer(task.run);
      return { nanoseconds: await timer.turn(0) };
    } catch (error) {
      return { cannot: firstLine(error) };
    }
  },
  async check({ check: file }) {
    const { loss, array, type } = task.read(await task.run());
    writeFileSync(file, array ?? '');
    return { type, loss };
  },
  async turn({ turn: milliseconds }) {
    // A library that makes a new array for each result has its old ones collected between turns.
    global.gc();
    return { nanoseconds: await timer.turn(milliseconds) };
  },
  async forget() {
    await task?.end?.();
    task = null;
    timer = null;
    global.gc();
    return {};
  },
};

const engine = await load();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
say(engine.cannot ? { cannot: engine.cannot } : { version: engine.version });
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  const [kind] = Object.keys(message);
  say(await answers[kind](message, engine));
}
