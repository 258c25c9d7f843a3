#!/bin/sh
# Runs a file with a Bun of this version, from the npm registry.
#
# usage: bun.sh VERSION STAGE FILE [ARGUMENT]...
#
# Prints what bun printed and ends with its exit status; with 77 and a reason if it cannot be had.
set -eu
. "$(dirname "$0")/fetch.sh"

fetch @oven/bun-linux-x64 "${1:?a version is wanted}" bin/bun
cd "${2:?a stage folder is wanted}"
shift 2
exec "$fetched" "$@" 2>&1
