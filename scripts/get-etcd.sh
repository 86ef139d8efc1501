#!/usr/bin/env bash
# Prints the path of an etcd binary for tests and benchmarks: $KV_ETCD, else etcd on the PATH, else the one in .etcd/,
# into which it unpacks etcd if needed. Only the path goes to stdout.
# Usage: scripts/get-etcd.sh [3.4|3.5]    (with a version: always etcd of that version from Debian)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

packages=(etcd-server etcd-client)

# releases VERSION: prints the Debian releases with that version, the preferred first. sid has the newest patch, until
# it gets a newer minor version.
releases() {
  case $1 in
    3.4) echo bookworm ;;
    3.5) echo sid trixie ;;
    *) die "usage: $0 [3.4|3.5]" ;;
  esac
}

# from_debian VERSION: prints the path of etcd of that version in .etcd/, and unpacks it there if needed.
from_debian() {
  local into=$root/.etcd/$1 release
  if [ -x "$into/usr/bin/etcd" ]; then
    echo "$into/usr/bin/etcd"
    return
  fi
  for release in $(releases "$1"); do
    say "etcd $1 is missing: unpacking that of Debian $release into .etcd/$1 (nothing is installed)."
    if use_debian_release "$release" && [[ $(candidate etcd-server) == "$1".* ]] && unpack_debs "$into" "${packages[@]}"; then
      echo "$into/usr/bin/etcd"
      return
    fi
    say "Unpacking etcd $1 failed."
  done
  return 1
}

if [ -n "${1:-}" ]; then
  releases "$1" >/dev/null
  from_debian "$1" || die "etcd $1 could not be downloaded: that needs apt and Debian's keyring (debian-archive-keyring)."
  exit
fi

if named_or_on_path KV_ETCD etcd; then exit; fi
if has_apt && from_debian 3.5; then exit; fi
if has_apt && unpacked_program etcd "$root/.etcd/deb" "${packages[@]}"; then exit; fi

if command -v brew >/dev/null; then
  say "etcd is missing: brew install etcd"
  if brew install etcd >&2 && command -v etcd; then exit; fi
fi

die "etcd is missing and could not be downloaded. Install it (Debian, Ubuntu: apt-get install etcd-server; macOS: brew install etcd;
else https://github.com/etcd-io/etcd/releases) so that it is on the PATH, or set KV_ETCD to the binary."
