import { native } from '../native/addon.js';
import { runtime } from '../native/runtime.js';
import { alignedTable, packageVersion } from './output.js';

/** Prints what runs here. */
export function printInfo(asJson: boolean): void {
  const { isa, isas, threads, addon } = runtime();
  const node = process.version.slice(1);
  const platform = `${process.platform}-${process.arch}`;
  const info = {
    version: packageVersion,
    node,
    platform,
    isa,
    isas,
    threads,
    addon,
    commit: native.commit,
  };
  const text = asJson
    ? JSON.stringify(info, null, 2)
    : alignedTable([
        ['logits', packageVersion],
        ['Node.js', node],
        ['platform', platform],
        ['instruction set', isa],
        ['available', isas.join(', ')],
        ['threads', `${threads}`],
        ['binary', addon],
        ['built from', info.commit],
      ]);
  process.stdout.write(`${text}\n`);
}
