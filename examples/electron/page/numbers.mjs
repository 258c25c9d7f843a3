// Numbers as they are shown, and an element that keeps all their digits.

/** 1,797,000. */
export const count = (number) => Math.round(number).toLocaleString('en-US');

/** Four digits: 0.3128, 23.40, 1.2e-7. */
export function decimal(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? '–' : '∞';
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return number.toExponential(2);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.max(size, 1))));
  return number.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** 92.31 %. */
export const percent = (share) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(2)} %`);

/** 34, 5.6 M. */
export const short = (number) =>
  number.toLocaleString('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** A number in the page. */
export function figure(number, show) {
  const element = document.createElement('data');
  element.value = String(number);
  element.textContent = show(number);
  return element;
}
