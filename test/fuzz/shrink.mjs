// Makes a failing case smaller: one step after another, as long as it fails.
import { axesOf, layoutOf } from './layout.mjs';

const MOST_STEPS = 800;

const without = (record, name) => {
  const { [name]: _, ...rest } = record;
  return rest;
};

/** With another shape: what depends on it follows. */
function reshaped(record, shape, skip = record.skip) {
  const { classes } = layoutOf(shape, axesOf(shape, record.axis));
  const construction = record.construction && { ...record.construction, classes };
  return {
    ...record,
    shape,
    classes,
    ...(construction && { construction }),
    ...(skip && { skip }),
  };
}

function* smaller(record) {
  const { shape, options, faults } = record;
  for (const i of faults.keys()) yield { ...record, faults: faults.filter((_, at) => at !== i) };
  const removable = [
    'twin',
    'getters',
    'near',
    'weight',
    'positiveWeight',
    'upstreamArray',
    'ids',
    'out',
    'gradient',
    'pad',
    'perLogit',
  ];
  for (const name of removable) if (record[name] !== undefined) yield without(record, name);
  for (const name of Object.keys(options)) yield { ...record, options: without(options, name) };
  if (record.memory !== 'arena') yield { ...record, memory: 'arena' };
  if (record.holder !== 'array') yield { ...record, holder: 'array', told: 'option' };
  if (record.targets?.ignored) yield { ...record, targets: { ...record.targets, ignored: 0 } };
  if (record.targets?.ignoreIndex !== undefined)
    yield { ...record, targets: without(record.targets, 'ignoreIndex') };
  if (
    record.targets?.kind === undefined &&
    record.targets &&
    record.targets.type !== 'Int32Array'
  ) {
    yield { ...record, targets: { ...record.targets, type: 'Int32Array' } };
  }
  for (const name of Object.keys(record.construction ?? {})) {
    if (name !== 'classes' && name !== 'axis')
      yield { ...record, construction: without(record.construction, name) };
  }
  const axes = axesOf(shape, record.axis);
  const { rows } = layoutOf(shape, axes);
  // One row alone, where rows lie one after another.
  if (rows > 1 && axes.length === 1 && axes[0] === shape.length - 1) {
    const single = shape.map((size, axis) => (axis === axes[0] ? size : 1));
    for (let r = 0; r < Math.min(rows, 200); r++)
      yield reshaped(record, single, (record.skip ?? 0) + r);
  }
  for (const [axis, size] of shape.entries()) {
    for (const less of [0, 1, Math.floor(size / 2), size - 1]) {
      if (less < size && less >= 0)
        yield reshaped(
          record,
          shape.map((one, at) => (at === axis ? less : one)),
        );
    }
  }
  if (typeof record.axis !== 'object') {
    const axis = axes[0];
    for (const [at, size] of shape.entries()) {
      if (size !== 1 || at === axis || shape.length === 1) continue;
      const rest = shape.filter((_, one) => one !== at);
      yield { ...record, shape: rest, axis: at < axis ? axis - 1 : axis };
    }
  }
  for (const [name, kind] of Object.entries(record.kinds)) {
    if (kind === 'tame' || kind === 'plain') continue;
    yield {
      ...record,
      kinds: { ...record.kinds, [name]: name === 'logits' ? 'tame' : 'ordinary' },
    };
  }
}

/** The smallest case that is found to fail. `fails` says whether one does. */
export function shrink(record, fails) {
  let best = record;
  let steps = 0;
  let progress = true;
  while (progress && steps < MOST_STEPS) {
    progress = false;
    for (const candidate of smaller(best)) {
      if (steps++ >= MOST_STEPS) break;
      if (JSON.stringify(candidate) === JSON.stringify(best) || !fails(candidate)) continue;
      best = candidate;
      progress = true;
      break;
    }
  }
  return best;
}
