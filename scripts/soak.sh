#!/usr/bin/env bash
# Loads Kv for a long time and shows that nothing grows: two replicas over a real etcd, or one process over the embedded engine.
# The load is steady: reads, writes, deletes, lists, transactions and bulks; keys that expire after seconds; watches, long polls
# and webhooks that come and go; a receiver that refuses one call in twenty. One of the two replicas is restarted eight times.
# Memory, handles, threads, leases, the size of the store and latency are sampled every few seconds.
#
# A line is flat when the median of its last quarter is at most that of its second quarter, plus a tolerance
# (tests/Kv.Benchmarks/Soak/SoakLines.cs). The first quarter does not count: there the process compiles itself and fills its pools.
# The exit code is 0 when all lines are flat and no request failed, else 1.
# Everything is on loopback with temporary data, and ends with the script. Linux only: it reads /proc.
#
# Usage: scripts/soak.sh [--minutes 10] [--engine etcd|embedded] [--rate 300] [--out artifacts/soak]
#   --minutes   how long: 480 for eight hours; less than 10 only shows that it runs, as the store still fills
#   --rate      requests a second over all replicas
#   --out       the directory for soak.svg, samples.csv, failures.txt and kv.log
# KV_ETCD names the etcd to use.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

KV_ETCD=$("$root/scripts/get-etcd.sh")
export KV_ETCD
work=$(mktemp -d)
patience=60
clean_up_at_exit

say "Publishing Kv."
# Both are copies: the tree may be built anew while this runs.
bash "$root/scripts/publish.sh" "$work/app" --verbosity quiet >&2
dotnet publish "$root/tests/Kv.Benchmarks" --configuration Release --output "$work/tool" --verbosity quiet --nologo >&2

print_versions
run_tool dotnet "$work/tool/Kv.Benchmarks.dll" soak "$work/app" "$@"
