#!/usr/bin/env bash
# Builds the solution and runs all of its test projects, with a real etcd, a real browser, Prometheus' own tool, real
# gateways and replicas whose clocks are wrong.
# The last line of stdout is the sum of all projects: "N passed, N failed, N skipped". The lines before it name the
# failed tests. The script fails if a test failed, if a test host crashed or hung, or if no test ran.
# Usage: scripts/test.sh                 all tests but those of the category Long
#        scripts/test.sh --long          those of the category Long: minutes, for what other tests protect in part
#        scripts/test.sh ARGUMENT...     the tests that dotnet test selects by these arguments (--filter ...)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

case ${1:-} in
  --long) set -- --filter TestCategory=Long ;;
  "") set -- --filter TestCategory!=Long ;;
esac

results=$root/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

# name_failures: prints the failed tests again, each with the first line of its message, so that they are at the end of
# the log.
name_failures() {
  compgen -G "$results/*.log" >/dev/null || return 0
  awk '
    /^  Failed [^ ]/ { name = substr($0, 10) }
    said && ++told <= 20 { print "FAILED " name ": " $0 }
    said { name = ""; said = 0 }
    /^  Error Message:/ && name != "" { said = 1 }
  ' "$results"/*.log | sed -E 's/: +/: /' | cut -c 1-400
}

finish() {
  name_failures
  printf '%d passed, %d failed, %d skipped\n' "$1" "$2" "$3"
  exit "$4"
}

# bring VARIABLE SCRIPT [ARGUMENT...]: sets the variable to the path that the script prints. Without the program the
# tests that need it are skipped, and fail in CI.
bring() {
  local variable=$1 script=$2 path
  shift 2
  if path=$("$root/scripts/$script" "$@"); then
    export "$variable=$path"
  else
    unset "$variable"
    say "test: continuing without ${variable#KV_}."
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
  say "test: the build failed, which counts as one failure."
  finish 0 1 0 1
fi

# Most processes of the tests run for seconds only: profiling their code costs more than it saves.
export DOTNET_TieredPGO=0
code=0
run_tests() {
  local name
  name=$(basename "$1")
  dotnet test "$1" --configuration Release --no-build \
    --logger trx --results-directory "$results/$name" \
    --blame-hang-timeout 5m --blame-hang-dump-type none "${@:2}" 2>&1 | tee -a "$results/$name.log"
}

# In CI, the tests that depend on etcd's version run on the oldest supported one as well: the contract of the engine, and
# webhooks and reads under faults.
older=
if [ "${CI:-}" = true ]; then
  older=$("$root/scripts/get-etcd.sh" 3.4) || older=
  if [ "$older" = "${KV_ETCD:-}" ]; then older=; fi
fi
run_on_older() {
  if [ -n "$older" ]; then KV_ETCD=$older run_tests "$@"; fi
}

# The tests of the infrastructure mostly wait, for leases, time-outs and elections, so they run in parallel with the
# others. They have their own process group, which ends with this script.
infrastructure=tests/Kv.Infrastructure.Tests
infrastructure_tests() {
  local code=0
  run_tests "$infrastructure" "$@" || code=$?
  run_on_older "$infrastructure" --filter "FullyQualifiedName~Storage.Contract&FullyQualifiedName~Etcd" || code=$?
  return $code
}
set -m
infrastructure_tests "$@" >/dev/null &
waiting=$!
set +m
trap 'kill -- "-$waiting" 2>/dev/null || true' EXIT
for project in tests/*Tests; do
  if [ "$project" != "$infrastructure" ]; then run_tests "$project" "$@" || code=$?; fi
done
run_on_older tests/Kv.Api.Tests \
  --filter "FullyQualifiedName~Deliveries.Failover|FullyQualifiedName~Deliveries.Order|FullyQualifiedName~Deliveries.Retry" ||
  code=$?
run_on_older tests/Kv.FaultTests --filter "FullyQualifiedName~Reads_are_linearizable" || code=$?
wait "$waiting" || code=$?
cat "$results/$(basename "$infrastructure").log"

# Each run writes a <Counters total= passed= failed= .../>. Tests that neither passed nor failed were skipped.
read -r total passed failed < <(
  find "$results" -name '*.trx' -exec grep -h '<Counters ' {} + |
    sed -E 's/.* total="([0-9]+)".* passed="([0-9]+)".* failed="([0-9]+)".*/\1 \2 \3/' |
    awk '{ total += $1; passed += $2; failed += $3 } END { print total + 0, passed + 0, failed + 0 }'
)
skipped=$((total - passed - failed))

# A crashed host may leave a record in which all tests passed.
if grep -qE 'Test Run Aborted|[Tt]est [Rr]un was aborted|Test host process crashed' "$results"/*.log; then
  crashes=$(cat "$results"/*.log | grep -c '^Test Run Aborted' || true)
  say "test: a test host crashed or hung; each counts as one failure."
  failed=$((failed + (crashes > 0 ? crashes : 1)))
elif ((code != 0 && failed == 0)); then
  say "test: dotnet test exited with $code but names no failed test, which counts as one failure."
  failed=1
fi
if grep -q 'No test is available' "$results"/*.log; then
  say "test: a test project contains no tests."
  failed=$((failed + 1))
fi
if ((passed + failed == 0)); then
  say "test: no test ran."
  code=1
fi
if ((failed > 0 && code == 0)); then code=1; fi
finish "$passed" "$failed" "$skipped" "$code"
