// Where the elements of rows lie.

const product = (sizes) => sizes.reduce((a, b) => a * b, 1);

/** The axes of a shape that are summed over, from the front, in ascending order. */
export function axesOf(shape, axis = -1) {
  return [axis]
    .flat()
    .map((one) => (one < 0 ? one + shape.length : one))
    .sort((a, b) => a - b);
}

/**
 * The layout of a shape seen from its class axes: element c of row r lies at starts[r] + offsets[c]. `stride` is the
 * distance of rows along the last axis, where it is not that of a dense array.
 */
export function layoutOf(shape, axes, stride) {
  const first = axes[0];
  const last = axes[axes.length - 1];
  const classes = product(axes.map((axis) => shape[axis]));
  const rows = product(shape.filter((_, axis) => !axes.includes(axis)));
  if (last - first === axes.length - 1) {
    const inner = product(shape.slice(last + 1));
    const outer = product(shape.slice(0, first));
    return { rows, classes, inner, outer, stride: stride ?? classes * inner, apart: false };
  }
  return { rows, classes, inner: 1, outer: rows, stride: classes, apart: true, shape, axes };
}

/** Positions of a shape's axes `chosen`, in order: distances from the first element. */
function positions(shape, chosen) {
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  let list = [0];
  for (const axis of chosen) {
    const longer = [];
    for (const at of list) {
      for (let i = 0; i < shape[axis]; i++) longer.push(at + i * strides[axis]);
    }
    list = longer;
  }
  return Int32Array.from(list);
}

const cache = { starts: new Int32Array(256), offsets: new Int32Array(256) };
function room(name, length) {
  if (cache[name].length < length) cache[name] = new Int32Array(length * 2);
  return cache[name];
}

/** The places of all rows: valid until the next call. */
export function placesOf(layout) {
  if (layout.apart) {
    const { shape, axes } = layout;
    const others = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    return { starts: positions(shape, others), offsets: positions(shape, axes) };
  }
  const starts = room('starts', layout.rows);
  const offsets = room('offsets', layout.classes);
  let row = 0;
  for (let o = 0; o < layout.outer; o++) {
    for (let i = 0; i < layout.inner; i++) starts[row++] = o * layout.stride + i;
  }
  for (let c = 0; c < layout.classes; c++) offsets[c] = c * layout.inner;
  return { starts, offsets };
}
