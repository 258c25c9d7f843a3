#!/bin/sh
# Runs a file with a Bun of this version, from the npm registry, on musl instead of glibc; for arm64 on an emulated processor. No
# Node.js for musl is to be had there, and Debian has musl but no libstdc++ for it: what Bun needs of that is linked from Debian's.
#
# usage: bun-musl.sh x64 | arm64 VERSION STAGE FILE [ARGUMENT]...
#
# Prints what bun printed and ends with its exit status; with 77 and a reason if something is missing (debian-packages.txt).
set -eu
. "$(dirname "$0")/fetch.sh"

case ${1:?an architecture is wanted} in
x64) machine=x86_64 compiler=g++ package=@oven/bun-linux-x64-musl ;;
arm64) machine=aarch64 compiler=aarch64-linux-gnu-g++ package=@oven/bun-linux-aarch64-musl ;;
*) echo "unknown architecture: $1" >&2 && exit 2 ;;
esac
for tool in $compiler nm; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done
fetch "$package" "${2:?a version is wanted}" bin/bun
folder=${fetched%/*}

if test "$1" = x64; then
  test -e /lib/ld-musl-x86_64.so.1 || skip 'musl is missing'
  emulator=
else
  command -v qemu-aarch64-static >/dev/null || skip 'qemu-aarch64-static is missing'
  # Debian's musl for arm64 lies beside that for this machine, and is not installed.
  if test ! -e "$folder/musl/lib"; then
    package=$(apt-get download --print-uris musl 2>/dev/null | sed -n "s/^'\(.*\)_amd64\.deb'.*/\1_arm64.deb/p")
    /usr/lib/apt/apt-helper download-file "$package" "$folder/musl.deb" >/dev/null 2>&1 || skip "no musl for arm64 from Debian"
    dpkg-deb -x "$folder/musl.deb" "$folder/musl.new"
    mv "$folder/musl.new" "$folder/musl"
  fi
  emulator="qemu-aarch64-static -L $folder/musl"
fi
library=$folder/libstdc++.so.6
if test ! -e "$library"; then
  $compiler -x c -shared -nostdlib -fPIC -o "$library.new" "$here/musl-stubs.c" -x none -Wl,-soname,libstdc++.so.6 \
    $(nm -D "$fetched" | sed -n 's/.* [UBw] \([^@]*\).*/-Wl,-u,\1/p') \
    "$($compiler -print-file-name=libstdc++.a)" "$($compiler -print-file-name=libgcc_eh.a)" "$($compiler -print-libgcc-file-name)"
  mv "$library.new" "$library"
fi
cd "${3:?a stage folder is wanted}"
shift 3
export LD_LIBRARY_PATH="$folder"
exec $emulator "$fetched" "$@" 2>&1
