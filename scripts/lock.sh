#!/usr/bin/env bash
# Writes every packages.lock.json anew: what the projects ask for, down to the last package, with its hash. To be run after a package or
# a version has changed; a plain build does the same for the projects that it builds, but for in CI, which refuses instead.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet restore Kv.sln --force-evaluate -p:RestoreLockedMode=false
