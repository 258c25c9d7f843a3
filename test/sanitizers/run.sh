#!/bin/sh
# Runs the tests on an addon that is compiled for sanitizers (build.py; Linux):
#
#   address    AddressSanitizer and UndefinedBehaviorSanitizer: memory beside arrays, memory given back, overflows, shifts;
#              the fuzzer (../fuzz) runs on it too
#   thread     ThreadSanitizer: data races
#
# usage: run.sh [--all] [address | thread]...        default: both
#
# Without --all, `address` compiles the kernels of one instruction set for the sanitizers and `thread` those of none, the others are the ordinary
# build's; and only those tests run that are about memory and arguments, or about threads. With it, all do, but files that
# start other programs, look at object files or have no native code are left out in any case. Ends with
# one line 'N passed, N failed', or with 77 if a needed tool is missing.
set -eu

skip() { echo "skipped: sanitizers: $1"; exit 77; }
for tool in clang++ g++ make node python3; do
  command -v "$tool" >/dev/null || skip "$tool is missing"
done
test "$(uname -s)" = Linux || skip 'they are set up for Linux'
# What is loaded before node, which knows of no sanitizer.
runtime_of() { # KIND
  case $1 in
  address) clang++ -print-file-name=libclang_rt.asan-"$(uname -m)".so ;;
  thread) g++ -print-file-name=libtsan.so ;;
  esac
}
test -f "$(runtime_of address)" || skip "clang's libraries are missing (Debian: libclang-rt-14-dev)"
test -f "$(runtime_of thread)" || skip "g++'s libraries are missing (Debian: libtsan2)"

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
all=false
if test "${1:-}" = --all; then
  all=true
  shift
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$root"

# A test file by its path below test/, or a folder: why it is left out
left_out='
native/symbols: looks at the object files of the ordinary build
native/binary: looks at the file of the ordinary build
native/prebuilds: looks at the files that are published
memory/allocation: replaces malloc, as the sanitizers do
memory/guard-pages: compiles a program with the kernels of the ordinary build
command: runs the command, whose native calls are those of evaluator and score
report: renders; no native code of its own
files: reads files; no native code
language: runs compilers
messages: words; no native code
package: looks at scripts
operations/seed: runs in every other file as well
'
# What is about memory and arguments, and about threads; --all runs the others too.
of_memory='native/binding|operations/targets|numerics/tails.*|memory/.*|evaluation/update|promises/.*'
of_threads='threads/workers|promises/.*'
# Rows so long that instrumented kernels take hours for them: --all runs it on those of the ordinary build.
long_rows='test/threads/threads.test.ts'
files_but() { # LIST: the test files that it does not name, nor their folders
  ls test/*/*.test.ts | while read -r file; do
    name=${file#test/}
    name=${name%.test.ts}
    echo "$1" | grep -q "^$name:\|^${name%/*}:" || echo "$file"
  done
}

passed=0
failed=0
# A program on an addon; a report of the sanitizer is a failure, whatever the program says.
sanitized() { # KIND PROGRAM...
  kind=$1
  shift
  status=0
  NO_COLOR=1 LOGITS_BINARY=$root/build-sanitized/$kind/logits.node LD_PRELOAD=$(runtime_of "$kind") "$@" || status=$?
  # That memory of 2^57 bytes could not be had is no mistake: tests ask for it.
  reports=$(grep -lv 'WARNING: AddressSanitizer failed to allocate' "$work/$kind-report"* 2>/dev/null | grep -c . || true)
  test "$reports" -eq 0 || cat "$work/$kind-report"* | head -n 200
  rm -f "$work/$kind-report"*
  failed=$((failed + reports))
}
# What the program that has just ended has counted: 'PASSED FAILED', or nothing if it died before.
add() {
  counts=${1:-0 1}
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  test $status -eq 0 || test "${counts#* }" -gt 0 || failed=$((failed + 1))
}
run_tests() { # KIND FILE...
  kind=$1
  shift
  echo "$# files"
  results=$work/$kind.json
  sanitized "$kind" node node_modules/vitest/vitest.mjs run --reporter=default --reporter=json --outputFile.json="$results" "$@"
  add "$(node -e '
    const { numPassedTests, numFailedTests } = JSON.parse(require("fs").readFileSync(process.argv[1]));
    console.log(numPassedTests, numFailedTests);
  ' "$results" 2>/dev/null)"
}
run_fuzzer() { # KIND CALLS [ARGUMENT]...
  kind=$1
  calls=$2
  shift 2
  sanitized "$kind" node test/fuzz/run.mjs --seed 1 --calls "$calls" --processes 2 "$@" >"$work/fuzzed"
  cat "$work/fuzzed"
  add "$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$work/fuzzed" | tail -n 1)"
}
build() { # KIND SETS
  echo "== build for $1"
  "$here/build.py" "$1" --sets "$2" && return 0
  failed=$((failed + 1))
  return 1
}
run_long_rows() { # KIND
  build "$1" none || return 0
  echo "== $long_rows, on the kernels of the ordinary build"
  run_tests "$1" "$long_rows"
}

for kind in ${*:-address thread}; do
  case $kind in
  address)
    sets=avx2,neon
    if $all; then sets=scalar,avx2,avx512,neon; fi
    build address "$sets" || continue
    echo "== tests under AddressSanitizer and UndefinedBehaviorSanitizer"
    echo "left out:$left_out"
    files=$(files_but "$left_out")
    if ! $all; then
      echo "left out without --all: all but $of_memory"
      files=$(echo "$files" | grep -E "^test/($of_memory)\.test")
    fi
    # Leaks are looked for by the native drivers: Node's own would be all that is seen here.
    export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:log_path=$work/address-report"
    export UBSAN_OPTIONS="print_stacktrace=1:log_path=$work/address-report"
    run_tests address $(echo "$files" | grep -v "$long_rows")
    echo "== random calls under AddressSanitizer and UndefinedBehaviorSanitizer"
    if $all; then calls=1000000; else calls=10000; fi
    run_fuzzer address $calls
    run_fuzzer address $((calls / 10)) --promises
    if $all; then run_long_rows address; fi
    ;;
  thread)
    # Threads meet in the rooms around the kernels, which are those of the ordinary build.
    sets=none
    if $all; then sets=scalar,avx2,avx512,neon; fi
    build thread "$sets" || continue
    echo "== tests under ThreadSanitizer"
    export TSAN_OPTIONS="halt_on_error=1:allocator_may_return_null=1:ignore_noninstrumented_modules=1:log_path=$work/thread-report"
    files=$(files_but "$left_out")
    if ! $all; then
      echo "left out without --all: all but $of_threads"
      files=$(echo "$files" | grep -E "^test/($of_threads)\.test")
    fi
    run_tests thread $(echo "$files" | grep -v "$long_rows")
    if $all; then run_long_rows thread; fi
    ;;
  *)
    echo "unknown sanitizer: $kind" >&2
    exit 2
    ;;
  esac
done
echo "$passed passed, $failed failed"
test $failed -eq 0
