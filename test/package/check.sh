#!/bin/sh
# Packs the package as it would be published (for this platform), installs the tarball in an empty folder and
# uses it from ESM, CommonJS, TypeScript and the command line. Fails at the first thing that does not work.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# In a copy, since packing makes a prebuilt binary out of the checkout's own build.
mkdir "$work/source" "$work/app"
cd "$root"
cp -R package.json tsconfig.json tsconfig.build.json binding.gyp native lib index.mjs index.d.mts promises.mjs promises.d.mts \
  README.md LICENSE CHANGELOG.md "$work/source"
ln -s "$root/node_modules" "$work/source/node_modules"
cd "$work/source"
# What packing runs; but the addon that is there already is not built once more.
if test -f "$root/build/Release/logits.node"; then
  npm run --silent build:lib
  binary=prebuilds/$(node -p '`${process.platform}-${process.arch}`')/logits.node
  mkdir -p "$(dirname "$binary")"
  cp "$root/build/Release/logits.node" "$binary"
  strip "$binary" || true # as prebuildify does; the same code without
else
  npm run --silent prepack
fi
npm pack --silent --ignore-scripts --pack-destination "$work" >/dev/null
tarball=$(echo "$work"/logits-*.tgz)
tar -tzf "$tarball" | sort
npx --no-install publint --strict "$tarball"
# Subpaths need `exports`, which the resolution of TypeScript before 4.7 does not know, nor Node 10 that it is named for.
npx --no-install attw --profile node16 "$tarball"

cd "$work/app"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund "$tarball"
cp "$here"/use* .
node use.mjs
node use.cjs
node use-command.mjs
for kind in mts cts; do
  "$root/node_modules/.bin/tsc" --noEmit --strict --target es2022 --module nodenext --skipLibCheck "use.$kind"
done
echo 'the packed package works from ESM, CommonJS, TypeScript and the command line'
