// The memory of a call's arrays, with guards around each, and what has become of it.
import { runInNewContext } from 'node:vm';

const GUARD = 32;

/** A typed array's class by name; of this realm, or of another. */
export function typeOf(name, foreign = false) {
  return foreign ? foreignTypes()[name] : globalThis[name];
}

let realm;
function foreignTypes() {
  realm ??= runInNewContext(
    `({ ${'Float32Array Float64Array Uint16Array Int8Array Uint8Array Int16Array Int32Array Uint32Array BigInt64Array BigUint64Array Uint8ClampedArray ArrayBuffer Object Array'
      .split(' ')
      .map((name) => `${name}`)
      .join(', ')}, Float16Array: globalThis.Float16Array })`,
  );
  return realm;
}
export const foreignRealm = foreignTypes;

const align = (offset, size) => Math.ceil(offset / size) * size;

/** One arena for call after call, unless a call wants one of its own. */
let arena = new ArrayBuffer(1 << 18);
let copy = Buffer.alloc(1 << 18);

/** A piece of memory that a call's arrays lie in. */
class Block {
  constructor(buffer, used, guard) {
    this.buffer = buffer;
    this.used = used;
    this.bytes = Buffer.from(buffer, 0, used);
    this.bytes.fill(guard);
    this.lost = false;
  }
  /** Remembers what stands in it. */
  remember(target) {
    this.before = target ?? Buffer.alloc(this.used);
    this.bytes.copy(this.before, 0, 0, this.used);
  }
  /** Where it has changed outside these ranges; -1 for nowhere. */
  changed(ranges) {
    if (this.lost) return -1;
    let from = 0;
    for (const [start, end] of [...ranges, [this.used, this.used]]) {
      if (start > from && !this.same(from, start)) return this.firstDifference(from, start);
      from = Math.max(from, end);
    }
    return -1;
  }
  same(from, to) {
    return this.bytes.compare(this.before, from, to, from, to) === 0;
  }
  firstDifference(from, to) {
    for (let at = from; at < to; at++) if (this.bytes[at] !== this.before[at]) return at;
    return -1;
  }
}

/**
 * Places arrays: `wanted` maps names to { type, length, over? }, `over` = { name, delta } laying one over another,
 * `delta` bytes from its start. `how` is 'arena' (all in one buffer), or what each has a buffer of.
 */
export function place(wanted, how, random, fresh) {
  const guard = random.pick([0xff, 0xff, 0x7f, 0xa5]);
  const arrays = {};
  const spans = {};
  const blocks = [];
  const sizeOf = ({ type, length }) => globalThis[type].BYTES_PER_ELEMENT * length;
  const roomOf = (one) => Math.max(sizeOf(one), one.room ?? 0);
  const entries = Object.entries(wanted);
  const own = entries.filter(([, { over }]) => over === undefined);
  const put = (name, block, offset) => {
    const { type, length } = wanted[name];
    const tracking = how === 'tracking';
    const Type = typeOf(type, how === 'foreign');
    arrays[name] = tracking
      ? new Type(block.buffer, offset)
      : new Type(block.buffer, offset, length);
    spans[name] = { block, start: offset, end: offset + sizeOf(wanted[name]) };
  };
  const offsetAfter = (at, type) => {
    const size = globalThis[type].BYTES_PER_ELEMENT;
    return align(at + GUARD, size) + size * random.below(9);
  };
  if (how === 'arena') {
    let at = 0;
    const starts = {};
    for (const [name, one] of own) {
      starts[name] = offsetAfter(at, one.type);
      at = starts[name] + roomOf(one);
    }
    at = align(at + GUARD + 64, 8);
    const usesArena = !fresh && at <= arena.byteLength;
    const block = new Block(usesArena ? arena : new ArrayBuffer(at), at, guard);
    block.shares = usesArena;
    blocks.push(block);
    for (const [name] of own) put(name, block, starts[name]);
  } else {
    for (const [name, one] of own) {
      // Nothing but the array, and nothing at all for one without elements.
      const isBare = how === 'bare';
      const offset = isBare ? 0 : offsetAfter(0, one.type);
      const end = offset + (how === 'tracking' ? sizeOf(one) : roomOf(one));
      // A view that follows its buffer's length has no guard behind it.
      const bytes = how === 'tracking' || isBare ? end : align(end + GUARD, 8);
      const block = new Block(bufferOf(how, bytes), bytes, guard);
      blocks.push(block);
      put(name, block, offset);
    }
  }
  for (const [name, { over }] of entries) {
    if (over === undefined) continue;
    const { block, start } = spans[over.name];
    const most = block.used - sizeOf(wanted[name]);
    const size = globalThis[wanted[name].type].BYTES_PER_ELEMENT;
    const offset = Math.max(0, Math.min(start + over.delta, most));
    put(name, block, Math.floor(offset / size) * size);
  }
  return { arrays, spans, blocks };
}

function bufferOf(how, bytes) {
  switch (how) {
    case 'shared':
      return new SharedArrayBuffer(bytes);
    case 'growable':
      return new SharedArrayBuffer(bytes, { maxByteLength: bytes + 64 });
    case 'resizable':
    case 'tracking':
      return new ArrayBuffer(bytes, { maxByteLength: bytes + 64 });
    default:
      return new ArrayBuffer(bytes);
  }
}

export function remember(blocks) {
  for (const block of blocks) {
    if (!block.shares) {
      block.remember();
      continue;
    }
    if (copy.length < block.used) copy = Buffer.alloc(block.used * 2);
    block.remember(copy);
  }
}

/** For large calls: the arena may be as large as they need. */
export function reserve(bytes) {
  if (arena.byteLength < bytes) arena = new ArrayBuffer(bytes);
}
