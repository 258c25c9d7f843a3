#!/bin/sh
# Runs a file with this machine's node on an emulated x86-64 processor without AVX: the code for
# such processors is executed, and an AVX instruction that leaked into it is an illegal one.
#
# usage: qemu-nehalem.sh STAGE FILE [ARGUMENT]...
#
# Prints what node printed and ends with its exit status (132 after an illegal instruction); with 77 and a reason if
# something is missing (debian-packages.txt). /proc/cpuinfo still shows the real processor.
set -eu

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
command -v qemu-x86_64-static >/dev/null || skip 'qemu-x86_64-static is missing'
cd "${1:?a stage folder is wanted}"
shift
exec qemu-x86_64-static -cpu Nehalem "$(node -p process.execPath)" "$@" 2>&1
