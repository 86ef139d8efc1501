#!/usr/bin/env bash
# Takes the pictures of docs/console.md again, with the browser of the tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p docs/console
KV_SCREENSHOTS=$PWD/docs/console dotnet test tests/Kv.Api.Tests --configuration Release --filter FullyQualifiedName~ScreenshotTests
