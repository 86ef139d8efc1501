#!/usr/bin/env bash
# Measures how soon the console shows its first content, and a tenant with very many keys, in the browser of the tests.
# Prints a table in Markdown: ms, the median and the range of the rounds.
#
# Environment:
#   KEYS=1000000           the keys of the large tenant
#   ROUNDS=9               how often each is measured
#   FILTER=SpeedTests      the tests that measure: The_first_content_comes_soon, A_large_tenant_is_shown_and_searched_soon
#   KV_ETCD, KV_CHROMIUM   the etcd and the browser to use
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"
KV_ETCD=$("$root/scripts/get-etcd.sh")
KV_CHROMIUM=$("$root/scripts/get-chromium.sh")
work=$(mktemp -d)
clean_up_at_exit
export KV_ETCD KV_CHROMIUM KV_CONSOLE_SPEED=$work/table

dotnet test tests/Kv.Api.Tests --configuration Release ${NO_BUILD:+--no-build} --nologo \
  --filter "FullyQualifiedName~${FILTER:-SpeedTests}" >&2
echo "| engine | | median | range |"
echo "|---|---|---:|---|"
cat "$work/table"
