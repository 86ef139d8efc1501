#!/usr/bin/env bash
# Checks the image without Docker: publishes with the script that the Dockerfile runs, and starts the result as the
# image would, with only the base image's environment and an unprivileged user. Also compares the Dockerfile with the
# tree.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=lib.sh
source "$root/scripts/lib.sh"
cd "$root"

pid=
work=$(mktemp -d)
clean_up() {
  if [ -n "$pid" ]; then stop "$pid" 5 || true; fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  say "check-image: $*"
  if [ -s "$work/log" ]; then
    say "The output of Kv:"
    tail -n 40 "$work/log" >&2
  fi
  exit 1
}

check_dockerfile() {
  local line words source project ignored
  # Each file that is copied from the tree exists, and .dockerignore does not exclude it.
  ignored=$(sed -e 's|^\*\*/||' -e 's|/*$||' -e '/^#/d' -e '/^$/d' .dockerignore)
  while read -r line; do
    read -r -a words <<<"$line"
    for source in "${words[@]:1:${#words[@]}-2}"; do
      case $source in --*) continue ;; esac
      [ -e "$source" ] || fail "Dockerfile copies $source, which does not exist"
      if tr / '\n' <<<"${source%/}" | grep -qxF -- "$ignored"; then
        fail "Dockerfile copies $source, which .dockerignore excludes"
      fi
    done
  done < <(grep '^COPY ' Dockerfile | grep -v -- '--from=')

  # Without a project or its lock file the restore layer would fail.
  for project in src/*/*.csproj; do
    grep -qF "COPY $project $(dirname "$project")/packages.lock.json " Dockerfile || fail "Dockerfile does not copy $project and its lock file before it restores"
  done

  grep -q '^RUN bash scripts/publish\.sh /app' Dockerfile || fail "Dockerfile does not publish with scripts/publish.sh"
  grep -qxF "USER \$APP_UID" Dockerfile || fail "Dockerfile does not set USER to \$APP_UID"
  grep -q '^EXPOSE 8080$' Dockerfile || fail "Dockerfile does not expose 8080"
  grep -q '^ENTRYPOINT \["dotnet", "Kv.Api.dll"\]$' Dockerfile || fail "Dockerfile does not start Kv.Api.dll"
  grep -q '^HEALTHCHECK .*CMD \["dotnet", "Kv.Api.dll", "health"\]$' Dockerfile || fail "Dockerfile has no health check"
}

# As root, Kv runs as the user of the image, which may write only to its home and to the data directory.
uid=1654
mkdir "$work/app" "$work/data" "$work/home"
chmod 755 "$work" "$work/app"
as_user=()
dotnet=$(readlink -f "$(command -v dotnet)")
if [ "$(id -u)" -eq 0 ]; then
  if command -v setpriv >/dev/null && setpriv --reuid=$uid --regid=$uid --clear-groups -- test -x "$dotnet"; then
    as_user=(setpriv "--reuid=$uid" "--regid=$uid" --clear-groups --)
    chown $uid:$uid "$work/data" "$work/home"
  else
    say "check-image: setpriv cannot run dotnet as user $uid, so Kv runs as root."
  fi
fi

# kv [NAME=VALUE...] ARGUMENT...: runs the published app as the image's entry point does, in the foreground.
kv() {
  cd "$work/app"
  exec "${as_user[@]}" env -i PATH="$PATH" HOME="$work/home" DOTNET_ROOT="$(dirname "$dotnet")" \
    DOTNET_RUNNING_IN_CONTAINER=true DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true ASPNETCORE_HTTP_PORTS= \
    DATA_DIR="$work/data" PORT="$port" "${settings[@]}" "$dotnet" Kv.Api.dll "$@"
}

start() {
  port=$(free_port)
  settings=("$@")
  (kv) >"$work/log" 2>&1 </dev/null &
  pid=$!
  url=http://127.0.0.1:$port
  wait_for "$url/livez" "$pid" 60 || fail "/livez does not answer"
}

end() {
  local code=0
  stop "$pid" || code=$?
  pid=
  [ $code -eq 0 ] || fail "Kv exited with $code after SIGTERM"
}

request() { curl --silent --show-error --fail --noproxy '*' --max-time 10 "$@"; }

check_dockerfile
say "check-image: the Dockerfile matches the tree."

say "check-image: publishing."
bash scripts/publish.sh "$work/app" -p:UseAppHost=false --verbosity quiet >&2
[ -f "$work/app/Kv.Api.dll" ] || fail "scripts/publish.sh published no Kv.Api.dll"
grep -q '"purl": "pkg:nuget/dotnet-etcd@' "$work/app/bom.json" || fail "the bill of materials does not name dotnet-etcd"
if grep -q '"unknown"' "$work/app/bom.json"; then fail "the bill of materials has a package with an unknown licence"; fi
chmod -R a+rX "$work/app"

say "check-image: the embedded store."
start STORE=embedded
(kv health) >/dev/null || fail "the command health reports a running Kv as unhealthy"
request --output /dev/null -X PUT -H 'Content-Type: application/json' -d '{"value":"kept"}' "$url/kv/check" || fail "PUT /kv/check failed"
request "$url/kv/check" | grep -q '"value":"kept"' || fail "GET /kv/check does not return the written value"
script=$(request "$url/console/" | sed -n 's/.*src="\(v-[^"]*\/js\/start.js\)".*/\1/p')
[ -n "$script" ] || fail "the console is not served"
request --output /dev/null "$url/console/$script" || fail "the console's modules are not served"
end
if (kv health) >/dev/null 2>&1; then fail "the command health reports healthy although Kv does not run"; fi

# Acknowledged writes are in DATA_DIR, and so in the volume.
start STORE=embedded
request "$url/kv/check" | grep -q '"value":"kept"' || fail "a value is lost after a restart: it is not in DATA_DIR"
end

# Deployments of the predecessor do not set STORE, and etcd may start later than Kv.
say "check-image: without STORE."
start
grep -qiE 'etcd.*localhost:2379' "$work/log" ||
  fail "without STORE, no line of the log says that Kv uses etcd at localhost:2379"
end

say "check-image: good."
