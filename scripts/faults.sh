#!/usr/bin/env bash
# Starts Kv as its users do, calls it during faults (killed and stopped processes, broken links, full disks ...), and
# checks the history against Kv's promises. All processes listen on loopback, use temporary data and end with the
# script.
# A run with a violation saves its history, and prints the command that repeats the run. docs/decisions/0018 describes
# the harness.
#
#   scripts/faults.sh --seconds 30 --seed 7                      one run over three etcd members and two replicas
#   scripts/faults.sh --seconds 30 --seeds 1..20 --engine embedded
#   scripts/faults.sh --faults member-stop,link                  only these faults
#   scripts/faults.sh --planted all                              plants bugs into a copy of Kv: does it find each?
#   scripts/faults.sh --help                                     all options
#   scripts/faults.sh judge artifacts/faults/etcd-7.ndjson       checks a saved history again
#
# Environment: KV_ETCD, the etcd to use; KV_FAKETIME, the libfaketimeMT.so.1 that makes clocks jump. Without the library
# no clock jumps.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

# The embedded engine and a saved history need no etcd.
if [[ " $* " != *" embedded "* && ${1:-} != judge && ${1:-} != --help ]]; then
  KV_ETCD=$("$root/scripts/get-etcd.sh")
  export KV_ETCD
fi
if [[ ${1:-} != judge && ${1:-} != --help ]]; then
  KV_FAKETIME=$("$root/scripts/get-faketime.sh") || say "Without libfaketime no clock jumps."
  export KV_FAKETIME
fi
dotnet build tests/Kv.FaultTests --configuration Release --verbosity quiet --nologo >&2

patience=20
clean_up_at_exit
run_tool dotnet tests/Kv.FaultTests/bin/Release/net10.0/Kv.FaultTests.dll "$@"
