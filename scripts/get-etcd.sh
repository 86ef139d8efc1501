#!/usr/bin/env bash
# Prints the path of an etcd binary, so that tests and benchmarks run against the real thing on any machine: $KV_ETCD, else
# etcd on the PATH, else one unpacked into .etcd/ before, else it brings one there. Only the path goes to stdout.
# Usage: scripts/get-etcd.sh [3.4|3.5]    (with a version: an etcd of that version from Debian, whatever else is there)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

packages=(etcd-server etcd-client)

# The Debian releases that hold a version, the best first: sid has the newest patch, and moves on one day.
releases() {
  case $1 in
    3.4) echo bookworm ;;
    3.5) echo sid trixie ;;
    *) die "usage: $0 [3.4|3.5]" ;;
  esac
}

# from_debian VERSION: unpacks that version beside the others.
from_debian() {
  local into=$root/.etcd/$1 release
  if [ -x "$into/usr/bin/etcd" ]; then
    echo "$into/usr/bin/etcd"
    return
  fi
  for release in $(releases "$1"); do
    say "No etcd $1 here: unpacking Debian $release's into .etcd/$1 (nothing is installed)."
    if use_debian_release "$release" && [[ $(candidate etcd-server) == "$1".* ]] && unpack_debs "$into" "${packages[@]}"; then
      echo "$into/usr/bin/etcd"
      return
    fi
    say "That did not work."
  done
  return 1
}

if [ -n "${1:-}" ]; then
  releases "$1" >/dev/null
  from_debian "$1" || die "no etcd $1 could be brought: that takes apt and Debian's keyring (debian-archive-keyring)."
  exit
fi

if named_or_on_path KV_ETCD etcd; then exit; fi
if has_apt && from_debian 3.5; then exit; fi
if has_apt && unpacked_program etcd "$root/.etcd/deb" "${packages[@]}"; then exit; fi

if command -v brew >/dev/null; then
  say "No etcd here: brew install etcd"
  if brew install etcd >&2 && command -v etcd; then exit; fi
fi

die "no etcd found, and none could be brought. Install it (Debian, Ubuntu: apt-get install etcd-server; macOS: brew install etcd;
else https://github.com/etcd-io/etcd/releases) so that it is on the PATH, or set KV_ETCD to the binary."
