// The shapes that are measured, in groups that each answer one question.

/** Nothing but rows x classes: the classes lie on the last axis. */
function matrix(rows, classes) {
  return { name: `${rows}x${classes}`, shape: [rows, classes], axis: -1 };
}

export const batches = [
  matrix(1, 10),
  matrix(1, 1000),
  matrix(64, 1000),
  matrix(8192, 10),
  matrix(65536, 32),
  matrix(65536, 100),
  matrix(64, 32000),
  matrix(256, 128256),
  { name: '8x21x64x64', shape: [8, 21, 64, 64], axis: 1 },
];
export const fewBatches = [matrix(64, 1000), matrix(64, 32000)];

/** As many rows as make about 2^22 elements, so that only the length of the rows differs. */
export const lengths = [10, 32, 100, 316, 1000, 3162, 10000, 32000, 128256].map((classes) =>
  matrix(Math.round(2 ** 22 / classes), classes),
);

export const threads = [matrix(4096, 1000), matrix(1, 1_000_000), matrix(256, 128256)];
export const elements = [matrix(64, 1000), matrix(64, 32000), matrix(256, 128256)];
export const rare = [matrix(64, 1000), matrix(1, 128256), matrix(8192, 10)];
export const evaluation = [matrix(64, 1000), matrix(64, 32000), matrix(8192, 10)];

/** The groups in the order of reports, with their titles. */
export const groups = {
  batches: 'Sizes that callers have',
  lengths: 'By row length, at about 2^22 elements',
  threads: 'By number of threads',
  elements: 'By element type',
  rare: 'Other operations and options',
  evaluation: 'What is read off the logits, beside the loss alone',
};
