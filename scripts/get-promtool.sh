#!/usr/bin/env bash
# Prints the path of Prometheus' promtool, so that the alerts are tried by the tool that they are for: $KV_PROMTOOL, else promtool
# on the PATH, else one unpacked into .etcd/ before, else it brings one there. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

unpacked=$root/.etcd/prometheus/usr/bin/promtool

if [ -n "${KV_PROMTOOL:-}" ]; then
  [ -x "$KV_PROMTOOL" ] || die "KV_PROMTOOL=$KV_PROMTOOL is no executable file"
  echo "$KV_PROMTOOL"
  exit
fi

if command -v promtool; then exit; fi

if [ ! -x "$unpacked" ] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  say "No promtool here: unpacking Debian's prometheus into .etcd/ (nothing is installed)."
  unpack_debs "$root/.etcd/prometheus" prometheus || say "That did not work."
fi

if [ -x "$unpacked" ]; then
  echo "$unpacked"
  exit
fi

die "no promtool found, and none could be brought. Install it (Debian, Ubuntu: apt-get install prometheus; else
https://prometheus.io/download/) so that it is on the PATH, or set KV_PROMTOOL to the binary."
