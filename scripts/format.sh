#!/usr/bin/env bash
# Formats the code by .editorconfig. With --check it changes nothing and exits non-zero when something would change.
# Further arguments go to dotnet format.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

arguments=()
for argument in "$@"; do
  case $argument in
    --check) arguments+=(--verify-no-changes) ;;
    *) arguments+=("$argument") ;;
  esac
done

# A failed restore would otherwise surface as hundreds of missing types.
dotnet restore Kv.sln --verbosity quiet >&2
dotnet format Kv.sln --no-restore "${arguments[@]}"
