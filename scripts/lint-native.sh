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
case $(uname -m) in
aarch64 | arm64) arch=arm64 ;;
*) arch=x64 ;;
esac
# Every file that native/binding.gyp names for this processor, with its flags.
commands=$(python3 scripts/gyp_targets.py --commands linux $arch)
echo "$commands" | while read -r file flags; do
  # shellcheck disable=SC2086
  clang-tidy --quiet "$file" -- $flags -isystem "$napi" -isystem "$headers" 2>/dev/null </dev/null
done
echo 'native sources: clean'
