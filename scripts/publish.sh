#!/usr/bin/env bash
# Publishes Kv for its container: Release, framework-dependent (the base image brings .NET and ASP.NET Core), ReadyToRun.
# The Dockerfile runs precisely this and so does scripts/check-image.sh, hence what CI checks is what the image holds.
#
# Usage: scripts/publish.sh OUT [further dotnet publish arguments]
#        scripts/publish.sh --restore     only restores, for a layer of the image that rebuilds only when packages change
# TARGETARCH (amd64, arm64; Docker sets it) publishes for Linux on that architecture; without it, for this machine.
set -euo pipefail

if [ $# -lt 1 ]; then
  echo "usage: $0 OUT [dotnet publish arguments] | --restore" >&2
  exit 2
fi
out=$1
shift
if [ "$out" != --restore ]; then
  mkdir -p "$out"
  out=$(cd "$out" && pwd)
fi

cd "$(dirname "${BASH_SOURCE[0]}")/.."
project=src/Kv.Api/Kv.Api.csproj

case ${TARGETARCH:-} in
  "") runtime=(--use-current-runtime) ;;
  amd64) runtime=(--runtime linux-x64) ;;
  *) runtime=(--runtime "linux-$TARGETARCH") ;;
esac

# What the lock files say, and nothing else: a package that was changed since fails here by its hash.
dotnet restore "$project" --locked-mode

# For one runtime the packages are the same, but NuGet wants a lock file that names it: it gets one of its own, which may hold no package
# that is not in the committed ones.
lock=packages.runtime.lock.json
for_runtime() {
  rm -f src/*/obj/$lock
  dotnet restore "$project" "${runtime[@]}" -p:RestoreLockedMode=false -p:NuGetLockFilePath=obj/$lock "$@"
}

hashes() { grep -ho '"contentHash": "[^"]*"' "$@" | LC_ALL=C sort -u; }

# ReadyToRun spares the start most of its just-in-time compiling. Its compiler is a package of its own, which some feeds and mirrors
# lack; an image that starts slower is better than none, so the publish goes on without it and says so.
ready_to_run=true
if ! for_runtime -p:PublishReadyToRun=true; then
  echo "warning: no restore with ReadyToRun (see above); trying without: Kv will start slower" >&2
  ready_to_run=false
  for_runtime
fi

unknown=$(LC_ALL=C comm -13 <(hashes src/*/packages.lock.json) <(hashes src/*/obj/$lock))
if [ -n "$unknown" ]; then
  echo "error: what was restored for ${runtime[*]} is not in the lock files: $unknown" >&2
  exit 1
fi

if [ "$out" = --restore ]; then exit; fi

dotnet publish "$project" --no-restore --configuration Release "${runtime[@]}" --self-contained false \
  -p:PublishReadyToRun=$ready_to_run --output "$out" "$@"
bash scripts/sbom.sh "$out"
