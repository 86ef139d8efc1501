#!/usr/bin/env bash
# Builds once and runs every test project of the solution, against a real etcd, a real browser, Prometheus' own tool,
# real gateways and replicas whose clocks are wrong.
# The last line of stdout is the sum over all of them: "N passed, N failed, N skipped"; failed tests are named before it.
# The exit code is non-zero when anything failed, when a test host crashed or hung, or when no test ran. Arguments go to
# dotnet test (--filter ...).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

results=$root/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# The failed tests once more, each with what it said first: who sees only the end of the log sees them too.
name_failures() {
  [ -f "$results/console.log" ] || return 0
  awk '
    /^  Failed [^ ]/ { name = substr($0, 10) }
    said && ++told <= 20 { print "FAILED " name ": " $0 }
    said { name = ""; said = 0 }
    /^  Error Message:/ && name != "" { said = 1 }
  ' "$results/console.log" | sed -E 's/: +/: /' | cut -c 1-400
}

finish() {
  name_failures
  printf '%d passed, %d failed, %d skipped\n' "$1" "$2" "$3"
  exit "$4"
}

# Where there is no such program, the tests that need one are skipped and say so; in CI each of them fails.
bring() {
  local variable=$1 script=$2 path
  shift 2
  if path=$("$root/scripts/$script" "$@"); then
    export "$variable=$path"
  else
    unset "$variable"
    say "test: going on without ${variable#KV_}."
  fi
}
bring KV_ETCD get-etcd.sh
bring KV_CHROMIUM get-chromium.sh
bring KV_PROMTOOL get-promtool.sh
bring KV_GENERATORS get-generators.sh
for gateway in nginx haproxy apache2 caddy; do
  bring "KV_${gateway^^}" get-gateway.sh "$gateway"
done

if ! dotnet build Kv.sln --configuration Release; then
  say "test: the build failed; it counts as one failure."
  finish 0 1 0 1
fi

# Most processes of the tests live for seconds: profiling their code costs more than it brings.
export DOTNET_TieredPGO=0
# One project after the other: tests that wait for leases and time-outs must not compete for the machine.
code=0
run_tests() {
  dotnet test "$1" --configuration Release --no-build -maxcpucount:1 \
    --logger trx --results-directory "$results" \
    --blame-hang-timeout 5m --blame-hang-dump-type none "${@:2}" 2>&1 | tee -a "$results/console.log" || code=$?
}
run_tests Kv.sln "$@"

# In CI, what etcd's older version may do otherwise is tried on that as well: the engine's contract, and webhooks under faults.
if [ "${CI:-}" = true ] && older=$("$root/scripts/get-etcd.sh" 3.4) && [ "$older" != "${KV_ETCD:-}" ]; then
  say "test: the same on etcd 3.4."
  export KV_ETCD=$older
  run_tests tests/Kv.Infrastructure.Tests --filter "FullyQualifiedName~Storage.Contract"
  run_tests tests/Kv.Api.Tests --filter "FullyQualifiedName~Deliveries.Failover|FullyQualifiedName~Deliveries.Order|FullyQualifiedName~Deliveries.Retry"
fi

# Each run leaves a <Counters total= passed= failed= .../>; what is neither passed nor failed was skipped.
read -r total passed failed < <(
  find "$results" -name '*.trx' -exec grep -h '<Counters ' {} + |
    sed -E 's/.* total="([0-9]+)".* passed="([0-9]+)".* failed="([0-9]+)".*/\1 \2 \3/' |
    awk '{ total += $1; passed += $2; failed += $3 } END { print total + 0, passed + 0, failed + 0 }'
)
skipped=$((total - passed - failed))

# A crashed host may leave a clean record of the tests before it.
if grep -qE 'Test Run Aborted|[Tt]est [Rr]un was aborted|Test host process crashed' "$results/console.log"; then
  crashes=$(grep -c '^Test Run Aborted' "$results/console.log" || true)
  say "test: a test host crashed or hung; each counts as one failure."
  failed=$((failed + (crashes > 0 ? crashes : 1)))
elif ((code != 0 && failed == 0)); then
  say "test: dotnet test ended with $code without naming a failed test; it counts as one failure."
  failed=1
fi
if grep -q 'No test is available' "$results/console.log"; then
  say "test: a test project holds no test that could be found."
  failed=$((failed + 1))
fi
if ((passed + failed == 0)); then
  say "test: no test ran."
  code=1
fi
if ((failed > 0 && code == 0)); then code=1; fi
finish "$passed" "$failed" "$skipped" "$code"
