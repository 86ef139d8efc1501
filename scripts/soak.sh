#!/usr/bin/env bash
# Loads Kv for a long time, and checks that its resources do not grow: two replicas over a real etcd, or one process
# over the embedded engine.
# The load is steady: reads, writes, deletes, lists, transactions and bulks; keys that expire after seconds; watches,
# long polls and webhooks that start and end; a receiver that refuses one call in twenty. One of the two replicas
# restarts eight times. The script samples memory, handles, threads, leases, the size of the store and latency every few
# seconds.
#
# A line is flat if the median of its last quarter is at most that of its second quarter, plus a tolerance
# (tests/Kv.Benchmarks/Soak/SoakLines.cs). The first quarter does not count: Kv compiles its code and fills its pools
# then.
# The exit code is 0 if all lines are flat and no request failed, else 1.
# All processes listen on loopback, use temporary data and end with the script. Linux only: it reads /proc.
#
# Usage: scripts/soak.sh [--minutes 10] [--engine etcd|embedded] [--rate 300] [--out artifacts/soak]
#   --minutes   the duration (480: eight hours); below 10 the store still fills, so the result shows only that Kv runs
#   --rate      requests per second of all replicas together
#   --out       the directory for soak.svg, samples.csv, failures.txt and kv.log
# Environment: KV_ETCD, the etcd to use.
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
# Kv and the tool are copies, so that a build of the tree does not disturb them.
bash "$root/scripts/publish.sh" "$work/app" --verbosity quiet >&2
dotnet publish "$root/tests/Kv.Benchmarks" --configuration Release --output "$work/tool" --verbosity quiet --nologo >&2

print_versions
run_tool dotnet "$work/tool/Kv.Benchmarks.dll" soak "$work/app" "$@"
