/** What a function of this shape of library returned, as its loss and its array. */
export function partsOf(result) {
  if (typeof result === 'number') return { loss: result };
  return 'gradient' in result ? { loss: result.loss, array: result.gradient } : { array: result };
}
