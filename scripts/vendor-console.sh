#!/usr/bin/env bash
# Copies the console's libraries from their npm packages to src/Kv.Api/wwwroot/console/vendor, each in its exact
# version.
# With --check it changes nothing, and fails if the files there differ from those of the packages.
# Usage: scripts/vendor-console.sh [--check]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"

vendor=$root/src/Kv.Api/wwwroot/console/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vendor"

command -v npm >/dev/null || die "vendor-console: npm is missing (Debian: apt-get install npm)"

# bring PACKAGE VERSION SHA512 FILE...: copies files of a package. Each FILE is "path in the package=name here". The
# hash is that of the npm registry, in hexadecimal.
bring() {
  local package=$1 version=$2 hash=$3 file
  shift 3
  (cd "$work" && npm pack --silent "$package@$version" >/dev/null) || die "vendor-console: $package $version could not be downloaded"
  sha512sum --check --status <<<"$hash  $work/$package-$version.tgz" ||
    die "vendor-console: the hash of $package $version is not the expected one"
  mkdir "$work/$package"
  tar -xzf "$work/$package-$version.tgz" -C "$work/$package" --strip-components=1
  for file in "$@"; do
    # Without a bundler, modules import each other by file name. The source maps are not copied.
    sed -e 's|from"preact"|from"./preact.js"|g' -e '/^\/\/# sourceMappingURL=/d' "$work/$package/${file%=*}" >"$work/vendor/${file#*=}"
  done
  cp "$work/$package/LICENSE" "$work/vendor/$package.LICENSE.txt"
  printf '%s %s %s\n' "$package" "$version" \
    "$(sed -n 's/^ *"license": "\([^"]*\)".*/\1/p' "$work/$package/package.json" | head -n 1)" >>"$work/vendor/packages.txt"
}

bring preact 11.2.0 \
  fc77c723fecdf387ba1ab581277276f34cf798b6912620dc4af8ff03ecbfe006cb9cd0ffd549461ded6c47aa18b931b021dd273fb76a0d4f4e9cbc4c3d9ef106 \
  dist/preact.mjs=preact.js hooks/dist/hooks.mjs=hooks.js
bring htm 3.1.1 \
  f7cdd5ca0f0dc1413b26467a3663aaa4267eb21d5b2afda2613954933956980e490f669c2a8c5de0a5716cc9b15fff399ad7dd9c399316834a720e43180bf135 \
  dist/htm.mjs=htm.js
bring uplot 1.6.32 \
  2883159c6ebccefbb95d751b0b82d010f9e1c0ec41b8bc96d401eda66e882935c89a46cb824332fa369b8cb8122cc6ac36e186cd09bf7a9ded3a4c93c6989023 \
  dist/uPlot.iife.min.js=uplot.js dist/uPlot.min.css=uplot.css
# The minified build of uPlot is a script. The export makes it a module.
printf '\nexport default uPlot;\n' >>"$work/vendor/uplot.js"

if [ "${1:-}" = --check ]; then
  diff -r "$work/vendor" "$vendor" >&2 || die "vendor-console: $vendor differs from the packages; run scripts/vendor-console.sh"
  say "vendor-console: good."
else
  rm -rf "$vendor"
  cp -r "$work/vendor" "$vendor"
fi
