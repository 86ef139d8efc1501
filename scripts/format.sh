#!/usr/bin/env bash
# Formats the code by .editorconfig. With --check it changes nothing, and fails if white space, line endings or the
# order of usings would change. The build checks the rest of the code style.
# Usage: scripts/format.sh [--check]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Without a restore of its own, dotnet format reports a failed one as hundreds of missing types.
dotnet restore Kv.sln --verbosity quiet >&2
case ${1:-} in
  --check)
    dotnet format whitespace Kv.sln --no-restore --verify-no-changes
    # The order of usings is not white space. The build checks the other diagnostics.
    dotnet format style Kv.sln --no-restore --verify-no-changes --diagnostics IDE0065
    ;;
  "") dotnet format Kv.sln --no-restore ;;
  *)
    echo "usage: $0 [--check]" >&2
    exit 2
    ;;
esac
