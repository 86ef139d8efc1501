#!/usr/bin/env bash
# Publishes Kv for its image: Release, framework-dependent (the base image has .NET and ASP.NET Core), ReadyToRun.
# The Dockerfile and scripts/check-image.sh both run this script, so CI checks what the image contains.
#
# Usage: scripts/publish.sh OUT [further dotnet publish arguments]
#        scripts/publish.sh --restore     only restores, for a layer of the image that changes only with the packages
# Environment: TARGETARCH (amd64, arm64; set by Docker) publishes for Linux on that architecture, else for this machine.
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

# Only the packages in the lock files are restored, by their hashes: a package that has changed since then fails here.
dotnet restore "$project" --locked-mode

# For one runtime the packages are the same, but NuGet requires a lock file that names the runtime. So it writes a
# separate one, which may contain only packages of the committed ones.
lock=packages.runtime.lock.json
for_runtime() {
  rm -f src/*/obj/$lock
  dotnet restore "$project" "${runtime[@]}" -p:RestoreLockedMode=false -p:NuGetLockFilePath=obj/$lock "$@"
}

hashes() { grep -ho '"contentHash": "[^"]*"' "$@" | LC_ALL=C sort -u; }

# ReadyToRun saves most of the just-in-time compilation at the start. Its compiler is a separate package, which some
# feeds and mirrors lack. In that case the script continues without ReadyToRun and warns: the image starts more slowly.
ready_to_run=true
if ! for_runtime -p:PublishReadyToRun=true; then
  echo "warning: the restore with ReadyToRun failed (see above); continuing without it: Kv will start more slowly" >&2
  ready_to_run=false
  for_runtime
fi

unknown=$(LC_ALL=C comm -13 <(hashes src/*/packages.lock.json) <(hashes src/*/obj/$lock))
if [ -n "$unknown" ]; then
  echo "error: packages restored for ${runtime[*]} are not in the lock files: $unknown" >&2
  exit 1
fi

if [ "$out" = --restore ]; then exit; fi

dotnet publish "$project" --no-restore --configuration Release "${runtime[@]}" --self-contained false \
  -p:PublishReadyToRun=$ready_to_run --output "$out" "$@"
bash scripts/sbom.sh "$out"
