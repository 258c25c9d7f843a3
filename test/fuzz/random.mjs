// Random numbers that are the same everywhere: mulberry32, seeded by a hash.

function scrambled(h) {
  let x = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

/** A hash of three integers: 32 bits. */
export function mix(a, b, c = 0) {
  return scrambled((scrambled((scrambled(a + 0x9e3779b9) + b) | 0) + Math.imul(c, 0x9e3779b1)) | 0);
}

export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  /** 32 bits. */
  bits() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  /** In [0, 1). */
  uniform() {
    return this.bits() / 2 ** 32;
  }
  /** An integer in [0, n). */
  below(n) {
    return Math.floor(this.uniform() * n);
  }
  chance(share) {
    return this.uniform() < share;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  /** Of about a normal distribution: a sum of four, which has no tail and costs no logarithm. */
  normal() {
    return (this.uniform() + this.uniform() + this.uniform() + this.uniform() - 2) * Math.sqrt(3);
  }
}
