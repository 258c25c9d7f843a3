#!/usr/bin/env bash
# What the execution ports of several processors allow the summing loop: cycles per element, as
# llvm-mca models them, as a Markdown table. Needs g++, llvm-mca (Debian: llvm) and, for NEON,
# aarch64-linux-gnu-g++.
set -euo pipefail
cd "$(dirname "$0")"
# Those of the kernels in native/binding.gyp; NEON's inner loop is unrolled for the model.
flags="-O3 -std=c++17 -fno-exceptions -fno-rtti -fno-math-errno -fno-trapping-math -ffp-contract=off -fno-strict-aliasing --param max-completely-peeled-insns=4000"
avx2="-mavx2 -mfma -mf16c"
avx512="$avx2 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512"
assembly=$(mktemp)
trap 'rm -f "$assembly"' EXIT

row() { # SET PROCESSOR LLVM_NAME LLVM_TRIPLE COMPILER FLAGS...
  local set=$1 processor=$2 name=$3 triple=$4
  shift 4
  "$@" $flags -S loop.cc -o "$assembly"
  llvm-mca -mtriple="$triple" -mcpu="$name" "$assembly" 2>/dev/null | awk -v set="$set" -v processor="$processor" '
    /^Instructions:/ { instructions = $2 / 6400 }
    /^Total Cycles:/ { cycles = $3 / 6400 }
    /^Block RThroughput:/ { printf "| %s | %s | %.2f | %.2f | %.2f |\n", set, processor, instructions, $3 / 64, cycles }'
}

echo '| set | processor | instructions | ports alone | modelled |'
echo '| --- | --------- | -----------: | ----------: | -------: |'
x86=x86_64-linux-gnu
row avx512 'Skylake-X, Ice Lake server' skylake-avx512 $x86 g++ $avx512
row avx2 Skylake skylake $x86 g++ $avx2
row avx2 Haswell haswell $x86 g++ $avx2
row avx2 'Zen 2' znver2 $x86 g++ $avx2
row avx2 'Zen 3' znver3 $x86 g++ $avx2
arm=aarch64-linux-gnu
row neon 'Apple A14, M1' apple-a14 $arm aarch64-linux-gnu-g++
row neon 'Cortex-A57' cortex-a57 $arm aarch64-linux-gnu-g++
