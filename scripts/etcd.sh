#!/usr/bin/env bash
# Starts an etcd for development in the foreground, on loopback. Ctrl-C ends it, and its data stays in .etcd/data.
# Usage: scripts/etcd.sh [PORT]    (default 2379; its peer port is PORT + 1)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

port=${1:-2379}
if ! [[ $port =~ ^[0-9]+$ ]] || ((port < 1 || port > 65534)); then
  echo "usage: $0 [PORT]    (1 to 65534, default 2379)" >&2
  exit 2
fi

etcd=$("$root/scripts/get-etcd.sh")
mkdir -p "$root/.etcd/data"
chmod 700 "$root/.etcd/data"
client=http://127.0.0.1:$port
peer=http://127.0.0.1:$((port + 1))
echo "etcd on 127.0.0.1:$port, data in .etcd/data; Ctrl-C ends it." >&2
exec "$etcd" --name dev --data-dir "$root/.etcd/data" --logger zap --log-level warn \
  --listen-client-urls "$client" --advertise-client-urls "$client" \
  --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "dev=$peer"
