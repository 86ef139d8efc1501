#!/usr/bin/env bash
# Prints the path of libfaketime's libfaketimeMT.so.1, which gives a process its own clock: $KV_FAKETIME, else the
# installed one, else the one in .etcd/, into which it unpacks the library if needed. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

into=$root/.etcd/faketime

library() { find /usr/lib "$into" -name libfaketimeMT.so.1 -print -quit 2>/dev/null | grep .; }

if [ -n "${KV_FAKETIME:-}" ]; then
  [ -f "$KV_FAKETIME" ] || die "KV_FAKETIME=$KV_FAKETIME is not a file"
  echo "$KV_FAKETIME"
  exit
fi
if library; then exit; fi
if has_apt; then
  say "libfaketime is missing: unpacking Debian's package into ${into#"$PWD"/} (nothing is installed)."
  unpack_debs "$into" libfaketime || say "Unpacking libfaketime failed."
  if library; then exit; fi
fi

die "libfaketime is missing and could not be downloaded. Install it (Debian, Ubuntu: apt-get install libfaketime), or set
KV_FAKETIME to its libfaketimeMT.so.1."
