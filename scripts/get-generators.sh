#!/usr/bin/env bash
# Prints the folder of the client generators for the tests of docs/openapi.json (NSwag, Kiota, openapi-typescript):
# $KV_GENERATORS, else .etcd/generators, into which it installs them. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

if [ -n "${KV_GENERATORS:-}" ]; then
  [ -d "$KV_GENERATORS" ] || die "KV_GENERATORS is '$KV_GENERATORS'; it must be a folder."
  printf '%s\n' "$KV_GENERATORS"
  exit
fi

folder=$root/.etcd/generators
mkdir -p "$folder"
bring_tool() {
  [ -x "$folder/$1" ] || dotnet tool install "$2" --version "$3" --tool-path "$folder" >&2 || die "$1 could not be installed."
}
bring_tool nswag NSwag.ConsoleCore 14.7.1
bring_tool kiota Microsoft.OpenApi.Kiota 1.38.0
# The test of openapi-typescript is skipped without npm.
if [ ! -x "$folder/node_modules/.bin/openapi-typescript" ] && command -v npm >/dev/null; then
  npm install --prefix "$folder" --no-audit --no-fund --save-exact \
    openapi-typescript@7.13.0 openapi-fetch@0.17.0 typescript@5.9.3 @types/node@20.19.43 >&2 || say "openapi-typescript could not be installed."
fi
printf '%s\n' "$folder"
