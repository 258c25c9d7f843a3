#!/bin/sh
# Cross-compiles the addon for arm64 with Debian's compiler, for qemu-arm64.sh, in a temporary copy of the
# sources, so that the checkout's own build folder stays as it is.
#
# usage: build-arm64-addon.sh OUT        leaves OUT/logits.node
#
# Ends with node-gyp's exit status, or with 77 if a needed tool is missing (debian-packages.txt).
# npm_config_nodedir: node's headers, as ever; LOGITS_ROOT: the project's folder, if not the one around here.
set -eu

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
for tool in node npx make python3 aarch64-linux-gnu-g++; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done

root=$(cd "${LOGITS_ROOT:-$(dirname "$0")/../..}" && pwd)
mkdir -p "${1:?a folder for the addon is wanted}"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cp -R "$root/binding.gyp" "$root/package.json" "$root/native" "$work"
ln -s "$root/node_modules" "$work/node_modules"
cd "$work"
export CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ AR=aarch64-linux-gnu-ar LINK=aarch64-linux-gnu-g++
npx --no-install node-gyp rebuild -j max --arch=arm64
cp build/Release/logits.node "$out"
