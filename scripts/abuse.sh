#!/usr/bin/env bash
# Runs each attack of tests/Kv.Api.Tests/Abuse against Kv, over a real etcd and over the embedded engine, with a heap of
# 512 MB and two processors, while another tenant reads and writes. Prints a table in Markdown for each engine, and
# fails when the other tenant's p99 is more than 5 times the quiet one.
# All processes listen on loopback, use temporary data and end with the script. Linux only: it reads /proc.
#
# Environment:
#   SECONDS_EACH=30   the duration of each attack
#   ATTACKS=          only the attacks whose names contain one of these texts, separated by commas
#   KV_ETCD           the etcd to use
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

KV_ETCD=$("$root/scripts/get-etcd.sh")
KV_ABUSE_SECONDS=${SECONDS_EACH:-30}
KV_ABUSE_ATTACKS=${ATTACKS:-}
KV_ABUSE_TABLE=$(mktemp)
export KV_ETCD KV_ABUSE_SECONDS KV_ABUSE_ATTACKS KV_ABUSE_TABLE
trap 'rm -f "$KV_ABUSE_TABLE"' EXIT

code=0
dotnet test tests/Kv.Api.Tests --configuration Release --filter "FullyQualifiedName~How_long_a_neighbour_waits" >&2 || code=$?
cat "$KV_ABUSE_TABLE"
exit "$code"
