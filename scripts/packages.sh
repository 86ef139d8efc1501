# shellcheck shell=bash
# Functions that read the packages of a built or published app from its deps.json, and their licences from their .nuspec
# files. Scripts source this file.

# packages DEPS_JSON: prints "name version sha512" of each package, one per line, with a hexadecimal hash.
packages() {
  local name version hash
  awk '
    /^  "libraries"/ { inside = 1 }
    inside && /^    "[^"]+\/[^"]+": \{/ { split($0, part, "\""); split(part[2], id, "/"); type = "" }
    inside && /"type":/ { split($0, part, "\""); type = part[4] }
    inside && /"sha512": "sha512-/ && type == "package" {
      split($0, part, "\""); print id[1], id[2], substr(part[4], 8)
    }' "$1" | while read -r name version hash; do
    printf '%s %s %s\n' "$name" "$version" "$(base64 -d <<<"$hash" | od -An -v -tx1 | tr -d ' \n')"
  done
}

# licence NAME VERSION: prints the SPDX name of the licence that a package declares, or "unknown" if it declares none.
licence() {
  local name=${1,,} nuspec told
  nuspec=${NUGET_PACKAGES:-$HOME/.nuget/packages}/$name/$2/$name.nuspec
  told=$(sed -n 's|.*<license type="expression">\([^<]*\)</license>.*|\1|p' "$nuspec" 2>/dev/null | head -n 1)
  # Two packages declare no SPDX licence: MediatR names a URL, SQLite a file that says "public domain", as its blessing
  # does.
  case $told/$name/$2 in
    /sqlite/3.53.4) told=blessing ;;
    /mediatr/5.1.0) told=Apache-2.0 ;;
  esac
  printf '%s\n' "${told:-unknown}"
}
