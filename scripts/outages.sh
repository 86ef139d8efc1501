#!/usr/bin/env bash
# Measures how faults affect the callers of Kv, and for how long: two replicas over three etcd members get steady calls,
# and one fault at a time lasts ten seconds. Prints the table of docs/reliability.md. Each fault takes half a minute.
# All processes listen on loopback, use temporary data and end with the script.
#
# Usage: scripts/outages.sh [WORD...]    only the faults with one of the words in their names, for example "hangs"
# Environment: KV_ETCD, the etcd to use.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

KV_ETCD=$("$root/scripts/get-etcd.sh")
export KV_ETCD
work=$(mktemp -d)
clean_up_at_exit

say "Publishing Kv."
bash scripts/publish.sh "$work/app" --verbosity quiet >&2
dotnet build tests/Kv.Benchmarks --configuration Release --verbosity quiet --nologo >&2

print_versions
run_tool dotnet tests/Kv.Benchmarks/bin/Release/net10.0/Kv.Benchmarks.dll outages "$work/app" "$@"
