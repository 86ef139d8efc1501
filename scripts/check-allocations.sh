#!/usr/bin/env bash
# Compares the bytes that each hot path allocates per operation with tests/Kv.Benchmarks/allocations.json. Fails if one
# is more than 10 % above its figure, and reports one that is more than 10 % below. --update writes the measured
# figures.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

case ${1:-} in "" | --update) ;; *) die "usage: $0 [--update]" ;; esac

# Without tiers each method is compiled once: with them, allocations would fall while the runtime optimizes the code.
export DOTNET_TieredCompilation=0 DOTNET_TieredPGO=0
dotnet build tests/Kv.Benchmarks --configuration Release --verbosity quiet --nologo >&2
exec dotnet tests/Kv.Benchmarks/bin/Release/net10.0/Kv.Benchmarks.dll allocations tests/Kv.Benchmarks/allocations.json "$@"
