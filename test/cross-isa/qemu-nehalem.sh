#!/bin/sh
# Runs a Node application with this machine's node on an emulated x86-64 processor without AVX: the code for
# such processors is executed, and an AVX instruction that leaked into it is an illegal one.
#
# usage: qemu-nehalem.sh STAGE        STAGE: a folder with main.cjs and all that it requires
#
# Prints what node printed and ends with its exit status (132 after an illegal instruction); with 77 if a
# needed tool is missing (debian-packages.txt). /proc/cpuinfo still shows the real processor.
set -eu

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
for tool in node qemu-x86_64-static; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done

cd "${1:?a stage folder is wanted}"
exec qemu-x86_64-static -cpu Nehalem "$(node -p process.execPath)" main.cjs 2>&1
