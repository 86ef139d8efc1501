#!/usr/bin/env bash
# Fails if a restored package, direct or transitive, has a known vulnerability that Directory.Build.props does not
# suppress. NuGet gets the vulnerabilities from the package sources. The script names each source without
# vulnerability data, so that a missing check does not look like a passed one.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

offers=0
while read -r state url; do
  [ "$state" = E ] || continue
  # A folder of packages has no vulnerability data.
  if [[ $url == http* ]] && curl --silent --fail --location --max-time 30 "$url" | grep -q '"VulnerabilityInfo/'; then
    offers=1
  else
    say "audit: $url tells of no vulnerabilities."
  fi
done < <(dotnet nuget list source --format short)
if [ $offers -eq 0 ]; then
  say "audit: nothing was audited."
  exit 0
fi

# NU1901 to NU1904: low to critical.
dotnet restore Kv.sln --force -p:NuGetAudit=true -p:NuGetAuditMode=all -p:NuGetAuditLevel=low \
  "-p:WarningsAsErrors=NU1901%3BNU1902%3BNU1903%3BNU1904" >&2
say "audit: no package has a known vulnerability."
