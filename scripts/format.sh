#!/usr/bin/env bash
# Formats the code by .editorconfig. With --check it changes nothing and exits non-zero when white space, line ends or the
# order of usings would change; the build itself checks code style.
# Usage: scripts/format.sh [--check]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A failed restore would otherwise surface as hundreds of missing types.
dotnet restore Kv.sln --verbosity quiet >&2
case ${1:-} in
  --check)
    dotnet format whitespace Kv.sln --no-restore --verify-no-changes
    # The order of usings is not white space. Naming one diagnostic leaves the others to the build.
    dotnet format style Kv.sln --no-restore --verify-no-changes --diagnostics IDE0065
    ;;
  "") dotnet format Kv.sln --no-restore ;;
  *)
    echo "usage: $0 [--check]" >&2
    exit 2
    ;;
esac
