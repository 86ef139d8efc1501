#!/usr/bin/env bash
# Writes the OpenAPI document that Kv serves to docs/openapi.json.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

dotnet build src/Kv.Api --configuration Release --verbosity quiet --nologo >&2
work=$(mktemp -d)
pid=
finish() {
  if [ -n "$pid" ]; then stop "$pid" || true; fi
  rm -rf "$work"
}
trap finish EXIT

# The document shows names and defaults that settings change, so Kv does not get the caller's environment.
port=$(free_port)
env -i PATH="$PATH" HOME="$HOME" ${DOTNET_ROOT:+DOTNET_ROOT="$DOTNET_ROOT"} \
  STORE=embedded DATA_DIR="$work/data" LISTEN_ADDRESS=127.0.0.1 PORT="$port" \
  dotnet src/Kv.Api/bin/Release/net10.0/Kv.Api.dll >"$work/log" 2>&1 &
pid=$!
wait_for "http://127.0.0.1:$port/livez" "$pid" || die "Kv did not start: $(cat "$work/log")"
curl --silent --show-error --fail --noproxy '*' "http://127.0.0.1:$port/swagger/v1/swagger.json" >"$work/openapi.json"
# Swashbuckle's document has no newline at its end.
printf '%s\n' "$(cat "$work/openapi.json")" >docs/openapi.json
say "docs/openapi.json is up to date."
