#!/usr/bin/env bash
# Tries the binary of prebuilds/ that fits this system, and then what this system's own compiler makes of the sources: all tests, and the
# main example, on each.
set -euo pipefail
cd "$(dirname "$0")/../.."

npm ci --ignore-scripts
npm run build:lib
rm -rf build
node dist/command/main.js info
npm test
npm start
npm run build:native
node dist/command/main.js info
npm test
