// What the tests know of the operations: the files of operations/, one for each file of lib/operations/. Plain
// CommonJS, so that it runs where no test runner can. Each file has its functions by their names:
//
//   inputs      the arguments before the options, in order
//   targets     what the argument `targets` may hold: 'classes', 'probabilities', 'labels' (default: there is none)
//   factors     the options that are arrays and are read (default: none)
//   outputs     the options that are arrays and are written (default: none)
//   sizes       how many elements an array has, where not one a logit: 'row' or 'class'
//   plain       calls with plain arguments, made of what functions.cjs gives; `errors`: kinds of its wrong
//               arguments besides those that any function has; `outputs`: those of this call (default: all)
//   variants    calls over a Batch of operations.ts, by title: `rowwise` where a row's results depend on that row
//               alone, else `reduced`
//   golden      calls whose bytes golden/golden.json has, by title: over all sizes (`plain`), over fewer (`cases`)
//               and, since they take longer, over small ones (`slow`)
//   tensors     calls on what holds logits, a tensor or an array, by title
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const folder = join(__dirname, '..', 'operations');
const stems = readdirSync(folder)
  .sort()
  .map((file) => file.replace(/\.cjs$/, ''));
const files = stems.map((stem) => [stem, require(join(folder, `${stem}.cjs`))]);

const defaults = { targets: [], factors: [], outputs: [], sizes: {} };

/** All functions by their names. */
exports.operations = Object.fromEntries(
  files.flatMap(([, functions]) =>
    Object.entries(functions).map(([name, own]) => [name, { ...defaults, ...own }]),
  ),
);

/** The names of a function's options, as the compiled package has them. */
exports.compiledOptionNames = (name) => {
  const [stem] = files.find(([, functions]) => name in functions);
  const compiled = join(__dirname, '..', '..', '..', 'dist', 'operations', `${stem}.js`);
  return require(compiled)[`${name}Options`].names;
};
