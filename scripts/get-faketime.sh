#!/usr/bin/env bash
# Prints the path of libfaketime's libfaketimeMT.so.1, by which a process has a clock of its own: $KV_FAKETIME, else the one that is
# installed, else one unpacked into .etcd/ before, else it brings one there. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

into=$root/.etcd/faketime

library() { find /usr/lib "$into" -name libfaketimeMT.so.1 -print -quit 2>/dev/null | grep .; }

if [ -n "${KV_FAKETIME:-}" ]; then
  [ -f "$KV_FAKETIME" ] || die "KV_FAKETIME=$KV_FAKETIME is no file"
  echo "$KV_FAKETIME"
  exit
fi
if library; then exit; fi
if has_apt; then
  say "No libfaketime here: unpacking Debian's into ${into#"$PWD"/} (nothing is installed)."
  unpack_debs "$into" libfaketime || say "That did not work."
  if library; then exit; fi
fi

die "no libfaketime found, and none could be brought. Install it (Debian, Ubuntu: apt-get install libfaketime), or name its
libfaketimeMT.so.1 in KV_FAKETIME."
