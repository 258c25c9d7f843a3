import type { LogitsOptions } from '../types.js';

/**
 * Which rank a target has among equal logits: 'min' counts none of the others before it, 'max' all of
 * them, 'index' those of a lower class.
 */
export type TieRule = 'min' | 'max' | 'index';

/** The options of score. */
export interface ScoreOptions extends LogitsOptions {
  /** Whether the target's rank is wanted. Default: true where there are targets. */
  readonly rank?: boolean | undefined;
  /** Which rank a target has among equal logits. Default: 'min'. */
  readonly ties?: TieRule | undefined;
  /** Whether each row's entropy is wanted. Default: false. */
  readonly entropy?: boolean | undefined;
  /** Whether the distance between the two largest logits is wanted. Default: false. */
  readonly margin?: boolean | undefined;
  /** How many of each row's likeliest classes are wanted. Default: none. */
  readonly top?: number | undefined;
  /** Classes whose log-probabilities are wanted, as many for each row. Default: none. */
  readonly ids?: Int32Array | undefined;
  /** Rows with this target (one of these) are never read. Default: -100. */
  readonly ignoreIndex?: number | readonly number[] | undefined;
}

/** The likeliest classes of all rows. */
export interface TopClasses<A = Float32Array> {
  /** How many there are of each row: no more than there are classes. */
  readonly k: number;
  /** k classes a row, the likeliest first; of equal ones that with the lower number. */
  readonly indices: Int32Array;
  /** Their log-probabilities. */
  readonly logProbs: A;
}

/** Present where an option says so; where it may or may not, possibly undefined. */
type Wanted<Option, A> = [Option] extends [true]
  ? A
  : true extends Option
    ? A | undefined
    : undefined;
type WantedUnlessFalse<Option, A> = [Option] extends [false]
  ? undefined
  : false extends Option
    ? A | undefined
    : A;
type WantedWith<Option, A> = [Option] extends [undefined]
  ? undefined
  : undefined extends Option
    ? A | undefined
    : A;
/** The type of an option, also where it is an optional one; `Otherwise` where there is none. */
type OptionOf<O, Name extends string, Otherwise> = Name extends keyof O ? O[Name] : Otherwise;

/**
 * What {@link score} returns: one element a row in the order of the logits' shape without the class
 * axis, A being a `Float64Array` for float64 logits and a `Float32Array` for all others.
 */
export interface Scores<A = Float32Array, T = unknown, O = ScoreOptions> {
  /** The number of rows. */
  readonly rows: number;
  /** How many of them are ignored. */
  readonly ignored: number;
  /** How many of the others hold a NaN, a +Infinity, or nothing but -Infinity. */
  readonly notFinite: number;
  /** log sum e^x; 0 for an ignored row. */
  readonly logSumExp: A;
  /** The likeliest class, of equal ones the first; -1 for rows that are ignored or not finite. */
  readonly predictions: Int32Array;
  /** Its log-probability. */
  readonly maxLogProbs: A;
  /** The target's log-probability; only with targets. */
  readonly logProbs: WantedWith<T, A>;
  /** The target's rank, from 1 on; only with targets. 0 for rows that are ignored or not finite. */
  readonly ranks: [T] extends [undefined]
    ? undefined
    : WantedUnlessFalse<OptionOf<O, 'rank', true>, Int32Array>;
  /** Entropies in nats. */
  readonly entropies: Wanted<OptionOf<O, 'entropy', false>, A>;
  /** How far the largest logit is above the second largest. */
  readonly margins: Wanted<OptionOf<O, 'margin', false>, A>;
  /** The likeliest classes. */
  readonly top: WantedWith<OptionOf<O, 'top', undefined>, TopClasses<A>>;
  /** The log-probabilities of the `ids`, in their order. */
  readonly idLogProbs: WantedWith<OptionOf<O, 'ids', undefined>, A>;
}

/** What an evaluator finds of each row of a batch, one element a row. Of equal logits the lower class ranks first. */
export interface RowResults {
  /** In nats. 0 for ignored rows, NaN for rows that are not finite. */
  readonly losses: Float64Array;
  /** From 1 on. 0 for rows that are ignored or not finite. */
  readonly ranks: Int32Array;
  /** -1 for rows that are ignored or not finite. */
  readonly predictions: Int32Array;
}

/** What an {@link Evaluator} is made for. */
export interface EvaluatorOptions {
  /** The number of classes. */
  readonly classes: number;
  /** The k of which the accuracy among the k likeliest classes is wanted. Default: [1]. */
  readonly top?: readonly number[] | undefined;
  /** How many bins of equal width the confidence is divided into. Default: 15. */
  readonly calibrationBins?: number | undefined;
  /** Whether all pairs of target and prediction are counted. Default: false. */
  readonly confusion?: boolean | undefined;
  /** Rows with this target (one of these) count for nothing and are never read. Default: -100. */
  readonly ignoreIndex?: number | readonly number[] | undefined;
  /** The class axis of all logits; negative values count from the end. Default: -1. */
  readonly axis?: number | undefined;
}

/** The options of one update of an {@link Evaluator}. */
export interface UpdateOptions extends Omit<LogitsOptions, 'axis'> {
  /** How many bytes of text the targets stand for, for `bitsPerByte`. Default: unknown. */
  readonly bytes?: number | undefined;
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
  /** confusion[target][prediction]: how many rows. */
  readonly confusion?: readonly (readonly number[])[];
}

/** An {@link Evaluator} as JSON: every bit of its state. */
export interface EvaluatorState {
  readonly version: 1;
  readonly options: {
    readonly classes: number;
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
    /** Rows by target and prediction: classes x classes. */
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
