#!/usr/bin/env bash
# Updates each packages.lock.json: all packages of a project, direct and transitive, with their hashes. Run it after a
# change of a package or version. A build updates the files of the projects that it builds, except in CI, where it
# fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
dotnet restore Kv.sln --force-evaluate -p:RestoreLockedMode=false
