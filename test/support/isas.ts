import { afterAll, beforeAll, describe } from 'vitest';
import { native } from '../../lib/native/addon.js';

/** The instruction sets of this machine, best first. */
export const isas: readonly string[] = native.isas();

/** The last one, which the others must equal: 'scalar', but for arm64, which has one set. */
export const referenceIsa = isas.at(-1) as string;

export function withIsa<T>(isa: string, compute: () => T): T {
  const before = native.isa();
  if (!native.selectIsa(isa)) throw new Error(`${isa} is not available here`);
  try {
    return compute();
  } finally {
    native.selectIsa(before);
  }
}

/** Runs a suite once for every instruction set. */
export function describeEachIsa(name: string, suite: (isa: string) => void): void {
  describe.each(isas)(`${name} on %s`, (isa) => {
    const before = native.isa();
    beforeAll(() => {
      native.selectIsa(isa);
    });
    afterAll(() => {
      native.selectIsa(before);
    });
    suite(isa);
  });
}
