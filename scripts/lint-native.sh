#!/bin/sh
# Checks the C++ sources: clang-format (layout) and clang-tidy (mistakes). A tool that is not installed is
# named and passed over.
set -eu

cd "$(dirname "$0")/.."
if command -v clang-format >/dev/null; then
  git ls-files '*.cc' '*.h' | xargs clang-format --dry-run --Werror
else
  echo 'skipped: clang-format is not installed'
fi

if ! command -v clang-tidy >/dev/null; then
  echo 'skipped: clang-tidy is not installed'
  exit 0
fi
headers=${npm_config_nodedir:-$(node -p 'path.resolve(process.execPath, "../..")')}/include/node
napi=$(node -p "require('node-addon-api').include_dir.replaceAll('\"', '')")
tidy() { # FILE FLAG...
  file=$1
  shift
  clang-tidy --quiet "$file" -- -std=c++17 "$@" 2>/dev/null
}
for file in native/*.cc native/binding/*.cc native/binding/*/*.cc native/evaluation/*.cc native/isa/dispatch.cc native/platform/*.cc native/threads/*.cc; do
  tidy "$file" -isystem "$napi" -isystem "$headers" -DNAPI_VERSION=8 -DNODE_ADDON_API_CPP_EXCEPTIONS
done
tidy native/isa/scalar.cc
case $(uname -m) in
x86_64)
  tidy native/isa/avx2.cc -mavx2 -mfma -mf16c
  tidy native/isa/avx512.cc -mavx2 -mfma -mf16c -mavx512f -mavx512bw -mavx512dq -mavx512vl
  ;;
aarch64 | arm64) tidy native/isa/neon.cc ;;
esac
echo 'native sources: clean'
