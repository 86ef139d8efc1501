#!/usr/bin/env bash
# Writes the packages that Kv ships with and their licences to docs/licences.md. With --check it changes nothing, and
# fails if the file differs from the build. Both fail if a licence is not among the allowed ones. The script reads the
# output of the Release build of src/Kv.Api.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"
cd "$root"

# Licences whose only condition is that copies name them.
allowed=" MIT Apache-2.0 BSD-2-Clause BSD-3-Clause ISC blessing "
deps=src/Kv.Api/bin/Release/net10.0/Kv.Api.deps.json
[ -f "$deps" ] || die "$deps is missing: dotnet build src/Kv.Api --configuration Release"

list() {
  cat <<'TEXT'
# Licences

The packages that Kv ships with, and the licences that they declare. `scripts/licences.sh` writes this file. CI compares
it with the build, and the licences with the allowed ones. .NET itself is under MIT. SQLite is in the public domain, as
its blessing says.

| package | version | licence |
|---|---|---|
TEXT
  packages "$deps" | LC_ALL=C sort -f | while read -r name version _; do
    printf '| %s | %s | %s |\n' "$name" "$version" "$(licence "$name" "$version")"
  done
}

# The console's libraries, from the list that scripts/vendor-console.sh wrote.
list_console() {
  cat <<'TEXT'

The libraries of the console, from npm:

| package | version | licence |
|---|---|---|
TEXT
  sed 's/^\([^ ]*\) \([^ ]*\) \(.*\)$/| \1 | \2 | \3 |/' src/Kv.Api/wwwroot/console/vendor/packages.txt
}

written=$(list && list_console)
bad=0
while read -r _ name _ version _ licence _; do
  if [[ $allowed != *" $licence "* ]]; then
    say "licences: $name $version is under '$licence', which is not an allowed licence:$allowed"
    bad=1
  fi
done < <(grep '^| [^ ]* | [0-9]' <<<"$written")

if [ "${1:-}" = --check ]; then
  if ! diff -u docs/licences.md - <<<"$written" >&2; then
    say "licences: docs/licences.md differs from the build; run scripts/licences.sh"
    bad=1
  fi
else
  printf '%s\n' "$written" >docs/licences.md
fi
exit $bad
