#!/bin/sh
# Runs the native drivers beside this file, built by ../sanitizers/build.py (clang; Linux):
#
#   kernels    libFuzzer: every kernel of every instruction set against each other and the definitions
#   bindings   libFuzzer: native/binding/ on a Node-API of plain structs, with anything as arguments
#   pool       the threads, under ThreadSanitizer, then forking under AddressSanitizer
#
# usage: run.sh [--seconds N] [kernels | bindings | pool]...        default: all three, about 20 seconds each
#
# Without --seconds the fuzzers make a fixed number of runs from a fixed seed; with it, they go on from any seed for so
# long, and leave inputs that reach further in the corpus: add those worth keeping. An input that fails is kept as
# build-sanitized/NAME-*; `build-sanitized/address/NAME FILE` runs it again. Ends with one line 'N passed, N failed', or with
# 77 if a needed tool is missing.
set -eu

skip() { echo "skipped: native fuzzing: $1"; exit 77; }
for tool in clang++ g++ make node python3; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done
machine=$(uname -m)
test "$(uname -s)" = Linux || skip 'the sanitizers are set up for Linux'
test -f "$(clang++ -print-file-name=libclang_rt.fuzzer-"$machine".a)" || skip "clang's libraries are missing (Debian: libclang-rt-14-dev)"

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
seconds=
if test "${1:-}" = --seconds; then
  seconds=$2
  shift 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=0
check() { # NAME COMMAND...
  echo "== $1"
  shift
  status=0
  "$@" >"$work/output" 2>&1 || status=$?
  if test $status -eq 0; then
    passed=$((passed + 1))
    tail -n 1 "$work/output"
  else
    failed=$((failed + 1))
    tail -n 60 "$work/output"
    echo "FAILED with status $status"
  fi
}

# By hand all instruction sets are compiled for the sanitizers, else one of them; the others are those of the ordinary build.
sets=avx2,neon
test -z "$seconds" || sets=scalar,avx2,avx512,neon
fuzz() { # NAME RUNS
  "$root/test/sanitizers/build.py" address --sets "$sets" "$1" || return 1
  set -- "$1" "$2" "-artifact_prefix=$root/build-sanitized/$1-" -timeout=60 -max_len=4096
  export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1
  mkdir -p "$work/corpus" "$here/$1/corpus"
  result=0
  if test -n "$seconds"; then
    "$root/build-sanitized/address/$1" "$here/$1/corpus" -max_total_time="$seconds" -print_final_stats=1 "$3" "$4" "$5" || result=$?
  else
    "$root/build-sanitized/address/$1" "$work/corpus" "$here/$1/corpus" -runs="$2" -seed=1 "$3" "$4" "$5" || result=$?
  fi
  rm -rf "$work/corpus"
  return $result
}

for name in ${*:-kernels bindings pool}; do
  case $name in
  kernels) check kernels fuzz kernels 1200 ;;
  bindings) check bindings fuzz bindings 40000 ;;
  pool)
    check 'pool, build' "$root/test/sanitizers/build.py" thread pool
    check 'pool, data races' env TSAN_OPTIONS=halt_on_error=1 "$root/build-sanitized/thread/pool" "${seconds:-10}"
    check 'pool, build with AddressSanitizer' "$root/test/sanitizers/build.py" address pool
    check 'pool, children' "$root/build-sanitized/address/pool" "${seconds:-5}"
    ;;
  *)
    echo "unknown driver: $name" >&2
    exit 2
    ;;
  esac
done
echo "$passed passed, $failed failed"
test $failed -eq 0
