#!/usr/bin/env bash
# Brings the console's libraries from their npm packages into src/Kv.Api/wwwroot/console/vendor, each in its exact
# version. With --check it changes nothing and fails when the files there are not those of the packages.
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

# bring PACKAGE VERSION SHA512 FILE...: each FILE is "path in the package=name here". The hash is the registry's own, in hexadecimal.
bring() {
  local package=$1 version=$2 hash=$3 file
  shift 3
  (cd "$work" && npm pack --silent "$package@$version" >/dev/null) || die "vendor-console: $package $version could not be fetched"
  sha512sum --check --status <<<"$hash  $work/$package-$version.tgz" || die "vendor-console: $package $version is not the package that was vetted"
  mkdir "$work/$package"
  tar -xzf "$work/$package-$version.tgz" -C "$work/$package" --strip-components=1
  for file in "$@"; do
    # Without a bundler the modules name each other by their files, and there is no source map beside them.
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

if [ "${1:-}" = --check ]; then
  diff -r "$work/vendor" "$vendor" >&2 || die "vendor-console: $vendor is not what the packages hold; run scripts/vendor-console.sh"
  say "vendor-console: good."
else
  rm -rf "$vendor"
  cp -r "$work/vendor" "$vendor"
fi
