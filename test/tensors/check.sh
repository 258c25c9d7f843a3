#!/bin/sh
# Passes the tensors of onnxruntime-node and transformers.js, as those packages make them, to the library as it
# is published: at run time, and to the compiler. Takes packages from the npm registry
# (half a gigabyte, in a temporary folder). Ends with the numbers of checks that passed and failed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/app"
tarball=$("$here/../../scripts/pack.sh" "$work")

cd "$work/app"
cp "$here"/package.json "$here"/tensors.* "$here"/model.mjs .
mkdir -p "$work/support/tables"
cp -R "$here/../support/operations" "$work/support"
cp "$here"/../support/tables/operation* "$work/support/tables"
if ! npm install --silent --ignore-scripts --no-audit --no-fund "$tarball"; then
  echo 'skipped: onnxruntime-node and transformers.js could not be installed'
  exit 77
fi

for resolution in node16 nodenext bundler; do
  case $resolution in
    bundler) module=esnext ;;
    *) module=$resolution ;;
  esac
  for kind in mts cts; do
    [ "$resolution-$kind" != bundler-cts ] || continue
    "$root/node_modules/.bin/tsc" --noEmit --strict --exactOptionalPropertyTypes --target es2022 --skipLibCheck \
      --types node --typeRoots "$root/node_modules/@types" --module $module --moduleResolution $resolution \
      "tensors.$kind"
  done
done

# The example of a tensor, as a user of the package would run it.
for file in digits.csv.gz digits.onnx; do ln -s "$root/examples/$file"; done
sed "s#'../index.mjs'#'logits'#" "$root/examples/onnxruntime.mjs" >onnxruntime.mjs
node onnxruntime.mjs

node tensors.mjs
