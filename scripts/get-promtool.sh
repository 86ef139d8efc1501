#!/usr/bin/env bash
# Prints the path of Prometheus' promtool for the tests of the alerts: $KV_PROMTOOL, else promtool on the PATH, else the
# one in .etcd/, into which it unpacks promtool if needed. Only the path goes to stdout.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

if named_or_on_path KV_PROMTOOL promtool; then exit; fi
if unpacked_program promtool "$root/.etcd/prometheus" prometheus; then exit; fi

die "promtool is missing and could not be downloaded. Install it (Debian, Ubuntu: apt-get install prometheus; else
https://prometheus.io/download/) so that it is on the PATH, or set KV_PROMTOOL to the binary."
