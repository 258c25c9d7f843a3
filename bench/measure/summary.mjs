/** Four digits: no timer knows more. */
const rounded = (value) => Number(value.toPrecision(4));

/** The quartiles of some numbers, interpolated. */
export function quartiles(numbers) {
  const sorted = Float64Array.from(numbers).sort();
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((quantile) => {
    const position = quantile * (sorted.length - 1);
    const below = Math.floor(position);
    const above = Math.ceil(position);
    return rounded(sorted[below] + (position - below) * (sorted[above] - sorted[below]));
  });
  return { lower, median, upper };
}
