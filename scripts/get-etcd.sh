#!/usr/bin/env bash
# Prints the path of an etcd binary, so that tests and benchmarks run against the real thing on any machine:
# $KV_ETCD, else etcd on the PATH, else one unpacked into .etcd/ before, else it brings one there.
# Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

if find_program KV_ETCD etcd "$root/.etcd/deb" etcd-server etcd-client; then exit; fi

if command -v brew >/dev/null; then
  say "No etcd here: brew install etcd"
  if brew install etcd >&2 && command -v etcd; then exit; fi
fi

die "no etcd found, and none could be brought. Install it (Debian, Ubuntu: apt-get install etcd-server; macOS: brew install etcd;
else https://github.com/etcd-io/etcd/releases) so that it is on the PATH, or set KV_ETCD to the binary."
