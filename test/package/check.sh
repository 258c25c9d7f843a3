#!/bin/sh
# Packs the package as it would be published, installs the tarball in an empty folder and
# uses it from ESM, CommonJS, TypeScript and the command line. Fails at the first thing that does not work.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

mkdir "$work/app"
cd "$root"
tarball=$("$here/pack.sh" "$work")
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
