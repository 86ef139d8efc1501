#!/usr/bin/env bash
# Runs Kv as its users do, calls it while faults happen (processes killed and stopped, links broken, disks full ...), and holds what was
# seen to what Kv promises. Everything is on loopback with temporary data, and ends with the script.
# A run that shows something broken saves its history, and prints the command that repeats it. docs/decisions/0018 tells how it works.
#
#   scripts/faults.sh --seconds 30 --seed 7                      one run over three etcd members and two replicas
#   scripts/faults.sh --seconds 30 --seeds 1..20 --engine embedded
#   scripts/faults.sh --faults member-stop,link                  only these
#   scripts/faults.sh --planted all                              plants bugs into a copy of Kv: is each of them found?
#   scripts/faults.sh --help                                     all there is
#   scripts/faults.sh judge artifacts/faults/etcd-7.ndjson       judges a saved history once more
#
# By environment: KV_ETCD, the etcd to use; KV_FAKETIME, the libfaketimeMT.so.1 by which clocks jump. Without one, clocks do not.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

# Neither the embedded engine nor a saved history needs an etcd.
if [[ " $* " != *" embedded "* && ${1:-} != judge && ${1:-} != --help ]]; then
  KV_ETCD=$("$root/scripts/get-etcd.sh")
  export KV_ETCD
fi
if [[ ${1:-} != judge && ${1:-} != --help ]]; then
  KV_FAKETIME=$("$root/scripts/get-faketime.sh") || say "No clock will jump."
  export KV_FAKETIME
fi
dotnet build tests/Kv.FaultTests --configuration Release --verbosity quiet --nologo >&2

patience=20
clean_up_at_exit
run_tool dotnet tests/Kv.FaultTests/bin/Release/net10.0/Kv.FaultTests.dll "$@"
