#!/usr/bin/env bash
# Holds the bytes that the hot paths allocate for one operation to tests/Kv.Benchmarks/allocations.json: it fails when one is
# more than a tenth above its figure, and says when one is more than a tenth below. --update writes the figures as they are.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

case ${1:-} in "" | --update) ;; *) die "usage: $0 [--update]" ;; esac

# Compiled once and for all: code that is still being compiled better and better allocates less and less.
export DOTNET_TieredCompilation=0 DOTNET_TieredPGO=0
dotnet build tests/Kv.Benchmarks --configuration Release --verbosity quiet --nologo >&2
exec dotnet tests/Kv.Benchmarks/bin/Release/net10.0/Kv.Benchmarks.dll allocations tests/Kv.Benchmarks/allocations.json "$@"
