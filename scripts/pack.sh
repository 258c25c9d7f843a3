#!/bin/sh
# Packs the package as it would be published, and prints the tarball's path: with the binaries of prebuilds/ and, where that for
# this machine is not among them, its own build in the place.
#
# usage: pack.sh FOLDER
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/.." && pwd)
mkdir -p "${1:?a folder for the tarball is wanted}"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# In a copy, so that a checkout stays as it is.
cd "$root"
cp -R package.json tsconfig* native lib index.* promises.* README.md LICENSE CHANGELOG.md "$work"
ln -s "$root/node_modules" "$work/node_modules"
mkdir -p "$work/build/Release" "$work/scripts/prebuild"
cp scripts/prebuild/*.mjs "$work/scripts/prebuild"
if test -d prebuilds; then cp -R prebuilds "$work"; fi
if test -f build/Release/logits.node; then cp build/Release/logits.node "$work/build/Release"; fi
node "$root/scripts/readme-links.mjs" "$work"
cd "$work"
npm run --silent prepack
# For checkouts alone; package managers would name it in warnings.
npm pkg delete scripts.prepare
echo "$out/$(npm pack --silent --ignore-scripts --pack-destination "$out")"
