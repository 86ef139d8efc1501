#!/usr/bin/env bash
# Prints the path of a Chromium for the tests of Kv's pages: $KV_CHROMIUM, else the one on the PATH, else, as root on
# Debian, one that it installs. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

# On Ubuntu, programs of these names may only recommend a snap, so the browser must also run.
find_browser() {
  local name path
  for name in chromium chromium-browser google-chrome; do
    if path=$(command -v "$name") && "$path" --version >/dev/null 2>&1; then
      echo "$path"
      return
    fi
  done
  return 1
}

install_browser() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 chromium >&2
}

if [ -n "${KV_CHROMIUM:-}" ]; then
  [ -x "$KV_CHROMIUM" ] || die "KV_CHROMIUM=$KV_CHROMIUM is not an executable file"
  echo "$KV_CHROMIUM"
  exit
fi

if find_browser; then exit; fi

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  say "Chromium is missing: apt-get install chromium"
  if ! install_browser; then
    say "The package lists may be missing or old: apt-get update"
    { apt-get update >&2 && install_browser; } || say "Installing Chromium failed."
  fi
  if find_browser; then exit; fi
fi

die "Chromium is missing and could not be installed (root can do that by apt-get). Install it (Debian: apt-get install chromium; else
https://www.chromium.org/getting-involved/download-chromium/) so that it is on the PATH, or set KV_CHROMIUM to its binary or to that of
Google Chrome."
