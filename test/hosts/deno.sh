#!/bin/sh
# Runs a file with a Deno of this version, from the npm registry.
#
# usage: deno.sh VERSION STAGE FILE [ARGUMENT]...
#
# Prints what deno printed and ends with its exit status; with 77 and a reason if it cannot be had.
set -eu
. "$(dirname "$0")/fetch.sh"

fetch @deno/linux-x64-glibc "${1:?a version is wanted}" deno
cd "${2:?a stage folder is wanted}"
shift 2
export NO_COLOR=1 DENO_NO_UPDATE_CHECK=1
exec "$fetched" run --allow-all --no-prompt "$@" 2>&1
