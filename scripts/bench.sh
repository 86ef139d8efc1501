#!/usr/bin/env bash
# Compares Kv over etcd with etcd's own JSON gateway: same machine, same etcd, same run. The two alternate in each cell
# of the table, so that a noisy machine disturbs both alike. Operations: GET, PUT and PUT with TTL, with values of 256
# bytes and random keys out of 10 000. etcd's metrics show the rounds of consensus and the leases that Kv's writes cost.
# Then the script measures Kv's webhooks: the delay of a call, the calls per second, and their cost in etcd.
# All processes listen on loopback, use temporary data and end with the script. It fails if an answer is not 2xx.
#
# Environment:
#   CONNECTIONS="1 32 128 512"
#   DURATION=5       seconds of each measurement
#   WARMUP=1         seconds of load before each measurement
#   BURN_IN=5        seconds of load by each operation before all measurements
#   ROUNDS=3         the tables show the medians of the rounds
#   KEYS=10000
#   PARTS="keys webhooks latency reads"  the parts to measure; the default is the first two. The part "reads" compares
#                    GETs at 128 connections with the near cache, without it, and of three replicas (also with the 128
#                    connections spread over them), by their cost in etcd
#   LOADS="1000 4000"  the operations per second of the part "latency", on 128 connections that pause between requests
#   BOUND=1          also measures a bare server: MVC that only asks the same etcd, by the same shared calls
#   STORE=embedded   measures only Kv, over its embedded engine
#   SERVER_CMD       starts another server with Kv's API instead of this tree's build; it gets PORT, STORE,
#                    ETCD_ENDPOINTS and DATA_DIR
#   KV_ETCD, KV_WRK  the binaries to use
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

connections=${CONNECTIONS:-1 32 128 512}
duration=${DURATION:-5}
warmup=${WARMUP:-1}
burn_in=${BURN_IN:-5}
rounds=${ROUNDS:-3}
keys=${KEYS:-10000}
store=${STORE:-etcd}
parts=${PARTS:-keys webhooks}
loads=${LOADS:-1000 4000}
for part in $parts; do
  case $part in
    keys | webhooks | latency) ;;
    reads) [ "$store" = etcd ] || die "the part reads measures calls of etcd: STORE must be etcd" ;;
    *) die "PARTS is '$parts'; it must list any of keys, webhooks, latency, reads" ;;
  esac
done
case $store in etcd | embedded) ;; *) die "STORE is '$store'; it must be etcd or embedded" ;; esac
sides="kv gateway"
if [ -n "${BOUND:-}" ]; then sides="kv bound gateway"; fi
if [ "$store" = embedded ]; then sides=kv; fi

work=$(mktemp -d)
pids=()
# The address of each server, and its process.
declare -A urls=() processes=()
clean_up() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do stop "${pids[i]}" 10 || true; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# find_wrk: sets $wrk to $KV_WRK, else to wrk on the PATH, else unpacks wrk into artifacts/wrk with its missing
# libraries.
# Libraries that apt would only update, such as libc, are left out: a mixture with the installed ones does not run.
wrk=()
find_wrk() {
  local unpacked=$root/artifacts/wrk
  if [ -n "${KV_WRK:-}" ]; then
    wrk=("$KV_WRK")
  elif command -v wrk >/dev/null; then
    wrk=(wrk)
  else
    if [ ! -x "$unpacked/usr/bin/wrk" ] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
      say "wrk is missing: unpacking Debian's package into artifacts/wrk (nothing is installed)."
      local packages
      mapfile -t packages < <({ echo wrk && apt-get --simulate --no-install-recommends install wrk 2>/dev/null |
        awk '$1 == "Inst" && $3 !~ /^\[/ { print $2 }'; } | sort -u)
      unpack_debs "$unpacked" "${packages[@]}" || say "Unpacking wrk failed."
    elif command -v brew >/dev/null; then
      brew install wrk >&2 && wrk=(wrk)
    fi
    if [ -x "$unpacked/usr/bin/wrk" ]; then
      local libraries
      libraries=$(find "$unpacked" -name '*.so*' -exec dirname {} + | sort -u | paste -sd: -)
      wrk=(env "LD_LIBRARY_PATH=$libraries" "$unpacked/usr/bin/wrk")
    fi
  fi
  [ ${#wrk[@]} -gt 0 ] || die "wrk is missing and could not be downloaded: install it, or set KV_WRK to the binary"
  # wrk --version prints the version and exits with 1.
  { "${wrk[@]}" --version 2>&1 || true; } | grep -q '^wrk ' || die "wrk does not run: ${wrk[*]}"
}

start_etcd() {
  local etcd client peer
  etcd=$("$root/scripts/get-etcd.sh")
  client=http://127.0.0.1:$(free_port)
  peer=http://127.0.0.1:$(free_port)
  # The run may write more than etcd's default quota of 2 GB, and a compaction would disturb the measurement.
  "$etcd" --name bench --data-dir "$work/etcd" --logger zap --log-level error --quota-backend-bytes 8589934592 \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "bench=$peer" \
    >"$work/etcd.log" 2>&1 </dev/null &
  pids+=($!)
  gateway_url=$client
  urls[gateway]=$client processes[gateway]=$!
  wait_for "$client/health" $! || { cat "$work/etcd.log" >&2; die "etcd does not start"; }
  etcd_version=$("$etcd" --version | sed -n 's/^etcd Version: //p')
}

# start_kv SIDE [SETTING=VALUE...]: starts a replica of Kv. All of them have the same keys.
start_kv() {
  local side=$1 port settings
  shift
  port=$(free_port)
  mkdir -p "$work/data"
  settings=(PORT="$port" STORE="$store" DATA_DIR="$work/data" ETCD_ENDPOINTS="${gateway_url#http://}" MAX_WEBHOOKS_ALLOWED=50 "$@")
  if [ -n "${SERVER_CMD:-}" ]; then
    env "${settings[@]}" bash -c "exec $SERVER_CMD" >"$work/kv.log" 2>&1 </dev/null &
  else
    if [ ! -d "$work/app" ]; then
      say "Publishing Kv."
      bash scripts/publish.sh "$work/app" --verbosity quiet >&2
    fi
    (cd "$work/app" && exec env "${settings[@]}" dotnet Kv.Api.dll) >"$work/kv.log" 2>&1 </dev/null &
  fi
  pids+=($!)
  urls[$side]=http://127.0.0.1:$port processes[$side]=$!
  # Another server may have no /readyz, so any answer counts.
  if [ -n "${SERVER_CMD:-}" ]; then
    wait_for "${urls[$side]}/" $! 60 any || { tail -n 40 "$work/kv.log" >&2; die "SERVER_CMD does not answer on \$PORT"; }
  else
    wait_for "${urls[$side]}/readyz" $! 60 || { tail -n 40 "$work/kv.log" >&2; die "Kv does not become ready"; }
  fi
}

# start_bound: starts the bare server, which checks, maps and serializes nothing. It is an upper bound for Kv's design.
start_bound() {
  local port
  port=$(free_port)
  dotnet build tests/Kv.Benchmarks --configuration Release --verbosity quiet --nologo >&2
  PORT=$port dotnet tests/Kv.Benchmarks/bin/Release/net10.0/Kv.Benchmarks.dll bare etcd "$gateway_url" >"$work/bound.log" 2>&1 </dev/null &
  pids+=($!)
  urls[bound]=http://127.0.0.1:$port processes[bound]=$!
  wait_for "${urls[bound]}/" $! 60 any || { cat "$work/bound.log" >&2; die "the bare server does not answer"; }
}

# drive SECONDS CONNECTIONS SIDE get|put|put-ttl SEED [FROM|pause=MS]: runs wrk with
# scripts/bench/requests.lua. Prints operations, seconds, p50, p99, answers that were not 2xx, socket errors.
# A PUT with TTL takes two successive calls of the gateway. So drive counts half as many operations as requests, and each
# takes twice as long as a request. (The p99 is an estimate: that of two calls is a little less than twice that of one.)
cores=$(getconf _NPROCESSORS_ONLN)
drive() {
  local seconds=$1 clients=$2 target=$3 calls=1 threads result measured api=kv
  shift 3
  if [ "$target" = gateway ]; then api=gateway; fi
  if [ "$target $1" = "gateway put-ttl" ]; then calls=2; fi
  threads=$((clients < cores ? clients : cores))
  case ${3:-} in [0-9]*) threads=1 ;; esac
  result=$("${wrk[@]}" --threads "$threads" --connections "$clients" --duration "${seconds}s" --timeout 10s --latency \
    --script scripts/bench/requests.lua "${urls[$target]}" -- "$api" "$1" "$keys" "$((clients / threads))" "$2" "${@:3}" 2>&1) || true
  measured=$(sed -n 's/^RESULT //p' <<<"$result" | grep .) || die "wrk failed: $result"
  awk -v calls="$calls" '{ print int($1 / calls), $2, $3 * calls, $4 * calls, $5, $6 }' <<<"$measured"
}

# preload TARGET: writes every key once. Requests that were in flight when wrk stopped are repeated.
preload() {
  local target=$1 from=1 sent non_2xx errors
  while ((from <= keys)); do
    read -r sent _ _ _ non_2xx errors < <(drive 2 64 "$target" put 1 "$from")
    ((non_2xx + errors == 0)) || die "preload of $target: $non_2xx answers were not 2xx, $errors socket errors"
    ((sent > 64)) || die "preload of $target: only $sent requests in 2 s"
    from=$((from + sent - 64))
  done
}

check_gateway() {
  local from to count
  from=$(printf /gateway/ | base64)
  to=$(printf /gateway0 | base64)
  count=$(curl --silent --noproxy '*' --data "{\"key\":\"$from\",\"range_end\":\"$to\",\"count_only\":true}" \
    "$gateway_url/v3/kv/range" | sed -E 's/.*"count":"?([0-9]+).*/\1/')
  [ "$count" = "$keys" ] || die "the gateway holds ${count:-no} keys, not $keys"
}

# counted: prints etcd's counters of committed proposals (rounds of consensus) and granted leases, and the Unix time.
counted() {
  local metrics
  if [ "$store" = embedded ]; then
    echo 0 0 0
    return
  fi
  metrics=$(curl --silent --fail --noproxy '*' "$gateway_url/metrics") || die "etcd does not serve /metrics"
  awk -v second="$(date +%s)" '
    $1 == "etcd_server_proposals_committed_total" { proposals = $2 }
    $1 == "etcd_debugging_lease_granted_total" { leases = $2 }
    END { if (proposals == "" || leases == "") exit 1; printf "%.0f %.0f %d\n", proposals, leases, second }' <<<"$metrics" ||
    die "etcd's metrics do not count proposals and leases"
}

# cell ROUND CONNECTIONS OPERATION TARGET: warms up, measures, and saves the result with etcd's counters before and
# after.
results=$work/results
cell() {
  local round=$1 clients=$2 operation=$3 target=$4 measured before after
  if ((warmup > 0)); then drive "$warmup" "$clients" "$target" "$operation" "$((round + 500))" >/dev/null; fi
  before=$(counted)
  measured=$(drive "$duration" "$clients" "$target" "$operation" "$round")
  after=$(counted)
  echo "$round $clients $operation $target $measured $before $after" >>"$results"
  awk -v cell="round $round, $clients connections, $operation, $target" \
    '{ printf "  %s: %.0f/s, p50 %.2f ms, p99 %.2f ms\n", cell, $1 / $2, $3, $4 }' <<<"$measured" >&2
}

# turns ROUND: prints the sides in their order, which is reversed in every second round.
turns() {
  if (($1 % 2)); then echo "$sides"; else tr ' ' '\n' <<<"$sides" | tac; fi
}

measure() {
  local round clients operation target
  for ((round = 1; round <= rounds; round++)); do
    for clients in $connections; do
      for operation in get put put-ttl; do
        for target in $(turns "$round"); do cell "$round" "$clients" "$operation" "$target"; done
      done
    done
  done
}

is_prepared=
prepare() {
  if [ "$is_prepared" ]; then return; fi
  is_prepared=yes
  say "Writing $keys keys."
  preload kv
  if [ "$store" = etcd ]; then
    preload gateway
    check_gateway
  fi
  # A server that is still compiling its code would be measured with its compiler.
  say "Warming up."
  local operation
  for operation in get put put-ttl; do
    drive "$burn_in" 64 kv "$operation" 400 >/dev/null
    case $sides in *bound*) drive "$burn_in" 64 bound "$operation" 400 >/dev/null ;; esac
  done
}

measure_keys() {
  prepare
  measure
  echo "Medians of $rounds rounds of $duration s; values of 256 bytes, $keys keys."
  echo
  awk -v rounds="$rounds" -v connections="$connections" -v store="$store" -f scripts/bench/medians.awk -f scripts/bench/keys.awk "$results"
  echo
}

# measure_latency: applies the same load to all sides, below the capacity of each, and measures how long callers wait.
measure_latency() {
  prepare
  local round load operation target clients=128 pause measured
  for ((round = 1; round <= rounds; round++)); do
    for load in $loads; do
      for operation in get put put-ttl; do
        for target in $(turns "$round"); do
          pause=$((1000 * clients / load))
          # One operation takes two calls of the gateway.
          if [ "$target $operation" = "gateway put-ttl" ]; then pause=$((pause / 2)); fi
          measured=$(drive "$duration" "$clients" "$target" "$operation" "$round" "pause=$pause")
          echo "$round $load $operation $target $measured" >>"$work/latencies"
        done
      done
    done
  done
  echo "With $clients connections that rest between requests; medians of $rounds rounds of $duration s:"
  echo
  awk -v rounds="$rounds" -v loads="$loads" -f scripts/bench/medians.awk -f scripts/bench/latency.awk "$work/latencies"
  echo
}

# spent: prints how many messages etcd's gRPC server has received, and the processor time of etcd and of all Kv
# processes, in ticks.
spent() {
  local messages side kv=0 ticks etcd=
  messages=$(curl --silent --fail --noproxy '*' "$gateway_url/metrics" |
    awk '/^grpc_server_msg_received_total/ { sum += $2 } END { printf "%.0f", sum }')
  for side in "${!processes[@]}"; do
    ticks=$(awk '{ print $14 + $15 }' "/proc/${processes[$side]}/stat")
    if [ "$side" = gateway ]; then etcd=$ticks; else kv=$((kv + ticks)); fi
  done
  echo "$messages $etcd $kv"
}

# read_all ROUND SIDE CONNECTIONS REPLICA...: reads from replicas at the same time, and saves the sum.
read_all() {
  local round=$1 side=$2 clients=$3 replica before after waiting=()
  shift 3
  before=$(spent)
  for replica; do
    drive "$duration" "$clients" "$replica" get "$round" >"$work/read-$replica" &
    waiting+=($!)
  done
  for replica in "${waiting[@]}"; do wait "$replica" || die "a driver failed"; done
  after=$(spent)
  for replica; do cat "$work/read-$replica"; done |
    awk -v start="$round $((clients * $#)) get $side" -v spent="$before $after" '
      { sent += $1; seconds = $2 > seconds ? $2 : seconds; p50 += $3; p99 += $4; non_2xx += $5; errors += $6 }
      END { print start, sent, seconds, p50 / NR, p99 / NR, non_2xx, errors, spent }' >>"$work/reads"
}

# The replicas share the machine, so their rate says little. etcd's calls for each GET show whether more replicas help.
measure_reads() {
  local round side
  start_kv off NEAR_CACHE_BYTES=0
  start_kv second
  start_kv third
  prepare
  for side in off second third; do drive "$burn_in" 64 "$side" get 400 >/dev/null; done
  for ((round = 1; round <= rounds; round++)); do
    read_all "$round" kv 128 kv
    read_all "$round" off 128 off
    read_all "$round" gateway 128 gateway
    if [ -n "${BOUND:-}" ]; then read_all "$round" bound 128 bound; fi
    read_all "$round" three 128 kv second third
    read_all "$round" spread 43 kv second third
  done
  echo "GETs with and without the near cache, and of three replicas; medians of $rounds rounds of $duration s:"
  echo
  awk -v rounds="$rounds" -v tick="$((1000000 / $(getconf CLK_TCK)))" -f scripts/bench/medians.awk -f scripts/bench/reads.awk "$work/reads"
  echo
}

measure_webhooks() {
  say "Measuring webhooks."
  dotnet build tests/Kv.WebhookBench --configuration Release --verbosity quiet --nologo >&2
  dotnet tests/Kv.WebhookBench/bin/Release/net10.0/Kv.WebhookBench.dll "${urls[kv]}" "$gateway_url" "$((duration * 2))"
}

case $parts in *keys* | *latency* | *reads*) find_wrk ;; esac
gateway_url=
etcd_version=
if [ "$store" = etcd ]; then start_etcd; fi
start_kv kv
case $sides in *bound*) start_bound ;; esac

engine="the embedded engine"
if [ "$store" = etcd ]; then engine="etcd $etcd_version"; fi
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1 || true)
what=${SERVER_CMD:-$(git rev-parse --short HEAD 2>/dev/null || echo "(no git)")}
echo "Kv $what over $engine; $cores cores${cpu:+ of $cpu}, $(uname -sr)."
for part in $parts; do "measure_$part"; done
