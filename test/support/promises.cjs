// The functions that return promises, with the names and arguments of the others; null where there are none.
const { join } = require('node:path');

exports.promises = (() => {
  try {
    return require(join(__dirname, '..', '..', 'dist', 'promises.js'));
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
})();
