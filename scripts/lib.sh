# shellcheck shell=bash
# What several scripts share; sourced, never run. Messages go to stderr, so that a script may print a result on stdout.

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# A TCP port on loopback that nobody listens on, below the range the kernel takes outgoing ports from.
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  die "no free port on 127.0.0.1 between 20000 and 31999"
}

# wait_for URL PID [SECONDS [any]]: until the URL answers 2xx (or answers at all); fails when the process ends or the
# time is over.
wait_for() {
  local url=$1 pid=$2 deadline=$((SECONDS + ${3:-30})) fail=(--fail)
  if [ "${4:-}" = any ]; then fail=(); fi
  until curl --silent "${fail[@]}" --noproxy '*' --max-time 2 --output /dev/null "$url"; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# stop PID [SECONDS]: asks a process that this shell started to end, insists after a while, and returns its exit code.
stop() {
  local pid=$1 deadline=$((SECONDS + ${2:-20})) code=0
  kill -TERM "$pid" 2>/dev/null || true
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS >= deadline)); then
      kill -KILL "$pid" 2>/dev/null || true
      break
    fi
    sleep 0.1
  done
  wait "$pid" 2>/dev/null || code=$?
  return "$code"
}

# unpack_debs DIR PACKAGE...: downloads Debian packages and unpacks them under DIR. Nothing is installed, so no service
# starts and no root is needed. It unpacks beside DIR and renames, so two runs at a time cannot see half of it.
unpack_debs() {
  local into=$1 work
  shift
  mkdir -p "$(dirname "$into")"
  into=$(cd "$(dirname "$into")" && pwd)/$(basename "$into")
  work=$(mktemp -d "$into.XXXXXX")
  if ! (
    cd "$work"
    # As root, apt would fetch as a user of its own, who may not write here.
    fetch() { apt-get -o APT::Sandbox::User=root download "$@" >&2; }
    if ! fetch "$@"; then
      [ "$(id -u)" -eq 0 ] || exit 1
      say "The package lists may be missing or old: apt-get update"
      apt-get update >&2 && fetch "$@"
    fi || exit 1
    for deb in ./*.deb; do dpkg-deb -x "$deb" root || exit 1; done
  ); then
    rm -rf "$work"
    return 1
  fi
  rm -rf "$into"
  # Somebody else may have put the same files there meanwhile; theirs are as good.
  mv -T "$work/root" "$into" 2>/dev/null || [ -d "$into" ]
  rm -rf "$work"
}

# find_program VARIABLE NAME DIR PACKAGE...: prints the path of a program: what the environment variable names, else the one on
# the PATH, else one unpacked under DIR before, else it unpacks the Debian packages there. Fails when there is none.
find_program() {
  local variable=$1 name=$2 into=$3 named=${!1:-} unpacked=$3/usr/bin/$2
  shift 3
  if [ -n "$named" ]; then
    [ -x "$named" ] || die "$variable=$named is no executable file"
    echo "$named"
    return
  fi
  if command -v "$name"; then return; fi
  if [ ! -x "$unpacked" ] && command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    say "No $name here: unpacking Debian's into ${into#"$PWD"/} (nothing is installed)."
    unpack_debs "$into" "$@" || say "That did not work."
  fi
  [ -x "$unpacked" ] && echo "$unpacked"
}
