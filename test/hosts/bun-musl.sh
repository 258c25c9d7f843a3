#!/bin/sh
# Runs a file with a Bun of this version, from the npm registry, on musl instead of glibc. No Node.js for musl is to be had there,
# and Debian has musl but no libstdc++ for it: what Bun needs of that is linked from Debian's.
#
# usage: bun-musl.sh VERSION STAGE FILE [ARGUMENT]...
#
# Prints what bun printed and ends with its exit status; with 77 and a reason if something is missing (debian-packages.txt).
set -eu
. "$(dirname "$0")/fetch.sh"

for tool in g++ nm /lib/ld-musl-x86_64.so.1; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done
fetch @oven/bun-linux-x64-musl "${1:?a version is wanted}" bin/bun
library=${fetched%/*}/libstdc++.so.6
if test ! -e "$library"; then
  gcc -shared -nostdlib -fPIC -o "$library.new" "$here/musl-stubs.c" -Wl,-soname,libstdc++.so.6 \
    $(nm -D "$fetched" | sed -n 's/.* [UBw] \([^@]*\).*/-Wl,-u,\1/p') \
    "$(g++ -print-file-name=libstdc++.a)" "$(g++ -print-file-name=libgcc_eh.a)"
  mv "$library.new" "$library"
fi
cd "${2:?a stage folder is wanted}"
shift 2
export LD_LIBRARY_PATH="${fetched%/*}"
exec "$fetched" "$@" 2>&1
