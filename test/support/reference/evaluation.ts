/** What an evaluation is told besides rows and targets. */
export interface EvaluationChoices {
  readonly top?: readonly number[];
  readonly bins?: number;
  readonly ignoreIndex?: readonly number[];
  readonly temperature?: number;
  readonly softcap?: number;
  readonly bytes?: number;
}

interface Row {
  readonly loss: number;
  readonly rank: number;
  readonly confidence: number;
  readonly entropy: number;
  readonly brier: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function evaluateRow(logits: readonly number[], target: number): Row {
  const largest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - largest));
  const logTotal = Math.log(sum(exponentials));
  const logs = logits.map((logit) => logit - largest - logTotal);
  const probabilities = logs.map(Math.exp);
  const ofTarget = logits[target] as number;
  const isBefore = (logit: number, c: number) =>
    logit > ofTarget || (logit === ofTarget && c < target);
  return {
    loss: -(logs[target] as number),
    rank: 1 + logits.filter(isBefore).length,
    confidence: Math.max(...probabilities),
    entropy: -sum(probabilities.map((p, c) => (p === 0 ? 0 : p * (logs[c] as number)))),
    brier: sum(probabilities.map((p, c) => (p - (c === target ? 1 : 0)) ** 2)),
  };
}

function calibrationOf(rows: readonly Row[], count: number) {
  const bins = Array.from({ length: count }, (_, bin) => {
    const inBin = rows.filter(
      ({ confidence }) => Math.min(Math.floor(confidence * count), count - 1) === bin,
    );
    return {
      lower: bin / count,
      upper: (bin + 1) / count,
      count: inBin.length,
      confidence: sum(inBin.map(({ confidence }) => confidence)) / inBin.length,
      accuracy: inBin.filter(({ rank }) => rank === 1).length / inBin.length,
    };
  });
  const gaps = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => ({
      share: bin.count / rows.length,
      gap: Math.abs(bin.accuracy - bin.confidence),
    }));
  return {
    bins,
    expected: sum(gaps.map(({ share, gap }) => share * gap)),
    maximum: Math.max(...gaps.map(({ gap }) => gap)),
    rootMeanSquare: Math.sqrt(sum(gaps.map(({ share, gap }) => share * gap ** 2))),
    ece: sum(gaps.map(({ share, gap }) => share * gap)),
    mce: Math.max(...gaps.map(({ gap }) => gap)),
  };
}

/** An evaluation by its definition, in float64. */
export function evaluationOf(
  logits: readonly (readonly number[])[],
  targets: readonly number[],
  {
    top = [1],
    bins = 15,
    ignoreIndex = [-100],
    temperature = 1,
    softcap,
    bytes,
  }: EvaluationChoices,
) {
  const capped = (logit: number) =>
    (softcap === undefined ? logit : softcap * Math.tanh(logit / softcap)) / temperature;
  const counted = targets.flatMap((target, row) =>
    ignoreIndex.includes(target)
      ? []
      : [{ target, row: (logits[row] as readonly number[]).map(capped) }],
  );
  const finite = counted.filter(({ row }) => Number.isFinite(Math.max(...row)));
  const rows = finite.map(({ row, target }) => evaluateRow(row, target));
  const mean = (values: readonly number[]) => sum(values) / rows.length;
  const losses = rows.map(({ loss }) => loss);
  const loss = mean(losses);
  const variance = sum(losses.map((value) => (value - loss) ** 2)) / (rows.length - 1);
  return {
    rows: rows.length,
    ignored: targets.length - counted.length,
    notFinite: counted.length - finite.length,
    loss,
    lossStandardError: Math.sqrt(variance / rows.length),
    perplexity: Math.exp(loss),
    bitsPerToken: loss / Math.LN2,
    ...(bytes === undefined ? undefined : { bitsPerByte: sum(losses) / Math.LN2 / bytes }),
    accuracy: Object.fromEntries(
      top.map((k) => [k, mean(rows.map(({ rank }) => (rank <= k ? 1 : 0)))]),
    ),
    meanLogProb: -loss,
    meanEntropy: mean(rows.map(({ entropy }) => entropy)),
    brier: mean(rows.map(({ brier }) => brier)),
    calibration: calibrationOf(rows, bins),
  };
}
