// For resolvers that do not know `exports`: TypeScript's node10, old bundlers.
module.exports = require('./dist/promises.js');
