#!/usr/bin/env bash
# Prints the path of a gateway for the tests of docs/gateways.md: $KV_NGINX (KV_HAPROXY, KV_APACHE2, KV_CADDY), else the
# one on the PATH, else the one in .etcd/, into which it unpacks the gateway if needed. Only the path goes to stdout.
# Usage: scripts/get-gateway.sh nginx|haproxy|apache2|caddy
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

name=${1:-}
case $name in
  nginx) packages=(nginx libpcre2-8-0) ;;
  haproxy) packages=(haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1) ;;
  apache2) packages=(apache2-bin libapr1 libaprutil1 libpcre2-8-0) ;;
  caddy) packages=(caddy) ;;
  *) die "usage: $0 nginx|haproxy|apache2|caddy" ;;
esac

if named_or_on_path "KV_${name^^}" "$name"; then exit; fi

# The libraries that the machine lacks are unpacked with the program. A wrapper sets their path.
into=$root/.etcd/$name
if program=$(unpacked_program "$name" "$into" "${packages[@]}"); then
  printf '#!/bin/sh\nLD_LIBRARY_PATH=$(echo "%s"/usr/lib/*-linux-gnu | tr " " :) exec "%s" "$@"\n' "$into" "$program" >"$into/run"
  chmod +x "$into/run"
  echo "$into/run"
  exit
fi

die "$name is missing and could not be downloaded. Install it (Debian, Ubuntu: apt-get install ${packages[0]}) so that it is on the
PATH, or set KV_${name^^} to the binary."
