#!/usr/bin/env bash
# Measures how time and memory grow with the number of keys, the size of values, and the numbers of webhooks and
# watchers, over a real etcd and over the embedded engine. Also measures how soon Kv answers after its start. Prints
# tables in Markdown.
# All processes listen on loopback, use temporary data and end with the script. Linux only: it reads /proc.
#
# Environment:
#   PARTS="keys sizes webhooks watchers startup"  the parts to measure
#   FULL=1    also measures with 1 000 000 keys, which takes some minutes more
#   KV_ETCD   the etcd to use
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

parts=${PARTS:-keys sizes webhooks watchers startup}
for part in $parts; do
  case $part in
    keys | sizes | webhooks | watchers | startup) ;;
    *) die "PARTS is '$parts'; it must list any of keys, sizes, webhooks, watchers, startup" ;;
  esac
done
# Each of 5 000 watchers has a connection, and this machine holds both ends.
if [[ $parts == *watchers* ]] && (($(ulimit -n) < 6000)); then
  ulimit -n 6000 2>/dev/null || die "ulimit -n is $(ulimit -n); the part watchers needs 6000"
fi

KV_ETCD=$("$root/scripts/get-etcd.sh")
export KV_ETCD
work=$(mktemp -d)
clean_up_at_exit

say "Publishing Kv."
bash scripts/publish.sh "$work/app" --verbosity quiet >&2
builds=("published=$work/app")
if [[ $parts == *startup* ]]; then
  # The same build without code compiled ahead of time.
  bash scripts/publish.sh "$work/plain" --verbosity quiet -p:PublishReadyToRun=false >&2
  builds+=("without ReadyToRun=$work/plain")
fi
dotnet build tests/Kv.Benchmarks --configuration Release --verbosity quiet --nologo >&2

print_versions
run_tool dotnet tests/Kv.Benchmarks/bin/Release/net10.0/Kv.Benchmarks.dll growth "$parts" "${builds[@]}"
