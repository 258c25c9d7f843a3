// Where and with what a run was made, in words.
import { BUSY } from '../measure/load.mjs';
import { nameOf } from './display.mjs';

function versions({ node, peers }) {
  const names = Object.entries(peers).map(([name, version]) =>
    name === 'js' ? `V8 ${version}` : `${nameOf(name)} ${version}`,
  );
  return [`Node ${node}`, ...names].join(', ');
}

export function machineText(run) {
  const { machine, commit, date, rounds } = run;
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}; ${versions(run)}; ` +
    `commit ${commit ?? 'unknown'}, ${date.slice(0, 10)}; medians of ${rounds} rounds in turns`
  );
}

/** A warning, or nothing. */
export function disturbanceText({ othersBusy }) {
  if (othersBusy <= BUSY) return [];
  return [
    `**Provisional:** other programs kept ${othersBusy.toFixed(1)} processors busy during the run. ` +
      'Figures of several threads suffer most.',
  ];
}
