#!/usr/bin/env bash
# Writes the bill of materials (CycloneDX 1.6, JSON) of a published app to bom.json in its directory: each package with
# its version, hash and licence.
# Usage: scripts/sbom.sh DIRECTORY
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=packages.sh
source "$root/scripts/packages.sh"

out=$1/bom.json
version=$(sed -n 's|^    "Kv.Api/\([^"]*\)": {|\1|p' "$1/Kv.Api.deps.json" | head -n 1)

components() {
  local separator="" name version hash
  packages "$1/Kv.Api.deps.json" | while read -r name version hash; do
    printf '%s\n    {"type": "library", "bom-ref": "pkg:nuget/%s@%s", "name": "%s", "version": "%s", ' \
      "$separator" "$name" "$version" "$name" "$version"
    printf '"purl": "pkg:nuget/%s@%s", "hashes": [{"alg": "SHA-512", "content": "%s"}], "licenses": [{"license": {"id": "%s"}}]}' \
      "$name" "$version" "$hash" "$(licence "$name" "$version")"
    separator=,
  done
}

# Without a time and a serial number the same packages give the same file.
cat >"$out" <<JSON
{
  "bomFormat": "CycloneDX",
  "specVersion": "1.6",
  "version": 1,
  "metadata": {"component": {"type": "application", "bom-ref": "kv", "name": "Kv", "version": "$version"}},
  "components": [$(components "$1")
  ]
}
JSON
