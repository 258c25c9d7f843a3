// Where labels at the ends of lines stand so that none overlaps another.

/** Mean values of neighbours that are not in ascending order: isotonic regression. */
function ascending(values) {
  const blocks = [];
  for (const value of values) {
    let block = { sum: value, count: 1 };
    while (blocks.length > 0 && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
      const before = blocks.pop();
      block = { sum: before.sum + block.sum, count: before.count + block.count };
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ sum, count }) => Array(count).fill(sum / count));
}

/**
 * How far to move each label, as little as possible in all, so that they are `gap` apart.
 *
 * @param {number[]} places - Where each label would stand.
 */
export function shiftsApart(places, gap) {
  const order = places.map((_, i) => i).sort((one, other) => places[one] - places[other]);
  const moved = ascending(order.map((label, rank) => places[label] - rank * gap));
  const shifts = Array(places.length).fill(0);
  for (const [rank, label] of order.entries()) {
    shifts[label] = moved[rank] + rank * gap - places[label];
  }
  return shifts;
}
