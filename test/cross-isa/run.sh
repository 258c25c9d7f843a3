#!/bin/sh
# Checks the golden results (../golden) on processors that this machine need not have: AVX-512 in Bochs,
# NEON and x86 without AVX under qemu. Needs the built addon and dist/.
#
# usage: run.sh [bochs-avx512 | qemu-nehalem | qemu-arm64]...        default: all three, but no Bochs where the processor has
#                                                                   AVX-512, on which all tests run
#
# Prints each run's lines and ends with one line 'N passed, N failed'; fails if any check did. A run whose
# tools are missing says 'skipped' with the reason and counts as neither.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A folder that holds the package as it would be installed, the given addon, and the check as main.cjs.
make_stage() { # ADDON BEST
  rm -rf "$work/stage"
  mkdir -p "$work/stage/build/Release" "$work/stage/node_modules" "$work/stage/test"
  cp -R "$root/dist" "$work/stage"
  cp -R "$root/node_modules/bindings" "$root/node_modules/file-uri-to-path" "$work/stage/node_modules"
  cp -R "$root/test/golden" "$work/stage/test"
  cp "$1" "$work/stage/build/Release/logits.node"
  echo "require('./test/golden/check.cjs').main('$2');" >"$work/stage/main.cjs"
}

passed=0
failed=0
run() { # NAME BEST ADDON
  echo "== $1"
  make_stage "$3" "$2"
  status=0
  "$here/$1.sh" "$work/stage" >"$work/output" 2>&1 || status=$?
  tr -d '\r' <"$work/output"
  test $status -ne 77 || return 0
  counts=$(tr -d '\r' <"$work/output" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' | tail -n 1)
  counts=${counts:-0 0}
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  # A run that died has failed, whatever it had counted until then.
  test $status -eq 0 || test "${counts#* }" -gt 0 || failed=$((failed + 1))
}

local_addon=$root/build/Release/logits.node
if test $# -eq 0; then
  set -- qemu-nehalem qemu-arm64
  if grep -qs avx512bw /proc/cpuinfo; then
    echo 'skipped: bochs-avx512: this processor has AVX-512, and all tests run on it'
  else
    set -- bochs-avx512 "$@"
  fi
fi
for name; do
  case $name in
  bochs-avx512) run $name avx512 "$local_addon" ;;
  qemu-nehalem) run $name scalar "$local_addon" ;;
  qemu-arm64)
    status=0
    "$here/build-arm64-addon.sh" "$work/arm64" >"$work/build" 2>&1 || status=$?
    case $status in
    0) run $name neon "$work/arm64/logits.node" ;;
    77) tail -n 1 "$work/build" ;;
    *)
      tail -n 20 "$work/build"
      failed=$((failed + 1))
      ;;
    esac
    ;;
  *)
    echo "unknown run: $name" >&2
    exit 2
    ;;
  esac
done
echo "$passed passed, $failed failed"
test $failed -eq 0
