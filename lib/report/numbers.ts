/** Stands for what is not a number: the mean of nothing. */
const NONE = '–';

function limits(number: number): string | undefined {
  if (Number.isNaN(number)) return NONE;
  if (number === Infinity) return '∞';
  return number === -Infinity ? '−∞' : undefined;
}

/** A number of rows: 1,797,000. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Four digits, without a power of ten from 0.001 to a million: 0.3128, 23.40, 1,234, 1.2e-7. */
export function decimal(number: number): string {
  const limit = limits(number);
  if (limit) return limit;
  const size = Math.abs(number);
  if (size === 0) return '0';
  if (size < 1e-3 || size >= 1e6) return number.toExponential(2).replace('e+', 'e');
  const places = Math.max(0, 3 - Math.floor(Math.log10(size)));
  const digits = Math.min(places, 4);
  return number.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** As few digits as tell what stands at a tick of a logarithmic axis: 0.001, 10, 1e6. */
export function power(number: number): string {
  if (number < 1e-4 || number >= 1e5) return number.toExponential(0).replace('e+', 'e');
  return number.toLocaleString('en-US', { maximumFractionDigits: 4 });
}

/** A share in per cent: 92.31 %, 0.0042 %. */
export function percent(share: number): string {
  const limit = limits(share);
  if (limit) return limit;
  const percentage = 100 * share;
  if (percentage === 0) return '0 %';
  const digits = percentage < 0.1 ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2 };
  return `${percentage.toLocaleString('en-US', { maximumFractionDigits: 2, ...digits })} %`;
}

/** A count in a small cell: 999, 1.2k, 34k, 5.6M. */
export function shortCount(number: number): string {
  if (number < 1000) return String(number);
  const options = { notation: 'compact', maximumSignificantDigits: 2 } as const;
  return number.toLocaleString('en-US', options).replace('K', 'k');
}
