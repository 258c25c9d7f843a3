/** What an evaluator finds of each row of a batch, one element a row. Of equal logits the lower class ranks first. */
export interface RowResults {
  /** In nats. 0 for ignored rows, NaN for rows that are not finite. */
  readonly losses: Float64Array;
  /** From 1 on. 0 for rows that are ignored or not finite. */
  readonly ranks: Int32Array;
  /** -1 for rows that are ignored or not finite. */
  readonly predictions: Int32Array;
}

/** Rows whose confidence is within [lower, upper), the last bin's upper end included. */
export interface CalibrationBin {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  /** The mean probability of the likeliest class; NaN without rows. */
  readonly confidence: number;
  /** The share of rows whose likeliest class is the target; NaN without rows. */
  readonly accuracy: number;
}

/** How well the probability of the likeliest class tells how often it is right. */
export interface Calibration {
  readonly bins: readonly CalibrationBin[];
  /** The mean of |accuracy - confidence| of the bins, by their counts (ECE). */
  readonly expected: number;
  /** The largest of these (MCE). */
  readonly maximum: number;
  /** The root of the mean of their squares, by their counts (RMSCE). */
  readonly rootMeanSquare: number;
  /** `expected` and `maximum` by the names that papers give them. */
  readonly ece: number;
  readonly mce: number;
}

/** What an {@link Evaluator} has gathered. Means over no rows are NaN. */
export interface EvaluationSummary {
  /** Rows that count: neither ignored nor without finite values. */
  readonly rows: number;
  readonly ignored: number;
  /** Rows that hold a NaN, a +Infinity, or nothing but -Infinity; they count for nothing else. */
  readonly notFinite: number;
  /** The mean negative log-probability of the targets, in nats. */
  readonly loss: number;
  /** The standard error of that mean; NaN for fewer than two rows. */
  readonly lossStandardError: number;
  /** e^loss. */
  readonly perplexity: number;
  /** loss / ln 2. */
  readonly bitsPerToken: number;
  /** The sum of all losses in bits by the sum of all `bytes`; only where every update told them. */
  readonly bitsPerByte?: number;
  /** For each k the share of rows whose target is among the k likeliest classes. */
  readonly accuracy: Readonly<Record<number, number>>;
  /** -loss. */
  readonly meanLogProb: number;
  /** In nats. */
  readonly meanEntropy: number;
  /** The mean of sum over c of (p[c] - [c is the target])^2. */
  readonly brier: number;
  readonly calibration: Calibration;
}

/** An {@link Evaluator} as JSON: every bit of its state. */
export interface EvaluatorState {
  readonly version: 1;
  readonly options: {
    readonly classes: number | readonly string[];
    readonly top: readonly number[];
    readonly calibrationBins: number;
    readonly confusion: boolean;
    readonly ignoreIndex: number | readonly number[];
    readonly axis: number;
  };
  readonly counts: {
    readonly rows: number;
    readonly ignored: number;
    readonly notFinite: number;
    /** Rows with an infinite loss. */
    readonly infinite: number;
    /** For each k of `top` the rows whose target is among the k likeliest classes. */
    readonly hits: readonly number[];
    /** The rows of each calibration bin, and those of them whose likeliest class is the target. */
    readonly binRows: readonly number[];
    readonly binHits: readonly number[];
    /** The bytes of all targets; null where an update has not told them. */
    readonly bytes: number | null;
    /** Of each pair that occurs `target * classes + prediction`, and its number of rows. */
    readonly confusion?: readonly number[];
  };
  /** Exact sums: hexadecimal integers in units of 2^-2148. */
  readonly sums: {
    readonly loss: string;
    readonly lossSquare: string;
    readonly entropy: string;
    readonly squareDistance: string;
    /** The confidences of each calibration bin. */
    readonly confidence: readonly string[];
  };
}
