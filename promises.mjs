// The ESM face of the one CommonJS build, so that both kinds of import share one module state.
export * from './dist/promises.js';
