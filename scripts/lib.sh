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

# What ends with the script: the directory $work, and the process that run_tool waits for, which has $patience seconds to end.
work=
tool=
patience=10
clean_up() {
  if [ -n "$tool" ]; then stop "$tool" "$patience" || true; fi
  if [ -n "$work" ]; then rm -rf "$work"; fi
}
clean_up_at_exit() {
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# run_tool COMMAND...: runs a command and returns its exit code. It runs in the background, so that a signal to the script ends it at once.
run_tool() {
  local code=0
  "$@" </dev/null &
  tool=$!
  wait "$tool" || code=$?
  tool=
  return "$code"
}

# Says what is measured, and where.
print_versions() {
  local cpu
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  echo "Kv $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo "(no git)"); $("$KV_ETCD" --version | head -n 1)," \
    "$(getconf _NPROCESSORS_ONLN) cores${cpu:+ of $cpu}, $(uname -sr)."
  echo
}

# Options that every call of apt-get below takes. As root, apt would fetch as a user of its own, who may not write here.
apt_options=(-o APT::Sandbox::User=root)

has_apt() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

# use_debian_release RELEASE: lets the calls of apt below see that release of Debian alone, with package lists of its own under
# .etcd/, so that neither the machine's lists nor its packages change. Needs no root, and Debian's own keyring.
use_debian_release() {
  local release=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg state
  has_apt && [ -f "$keyring" ] || return 1
  state=$root/.etcd/apt/$release
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  echo "deb [signed-by=$keyring] $(debian_mirror) $release main" >"$state/sources.list"
  apt_options=(-o APT::Sandbox::User=root -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache"
    -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=-
    # Names and versions are enough: no descriptions and no icons.
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt-get "${apt_options[@]}" update >&2
}

# The mirror that this machine takes Debian from; Debian's own where it names none.
debian_mirror() {
  local mirror
  mirror=$(sed -nE 's/^(deb (\[[^]]*\] )?|URIs: *)(https?:[^ ]*\/debian)\/? *.*/\3/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
  echo "${mirror:-http://deb.debian.org/debian}"
}

# candidate PACKAGE: the version that apt would download.
candidate() { apt-cache "${apt_options[@]}" policy "$1" 2>/dev/null | sed -nE 's/^ *Candidate: (.*)/\1/p'; }

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
    fetch() { apt-get "${apt_options[@]}" download "$@" >&2; }
    if ! fetch "$@"; then
      [ "$(id -u)" -eq 0 ] || exit 1
      say "The package lists may be missing or old: apt-get update"
      apt-get "${apt_options[@]}" update >&2 && fetch "$@"
    fi || exit 1
    for deb in ./*.deb; do dpkg-deb -x "$deb" root || exit 1; done
  ); then
    rm -rf "$work"
    return 1
  fi
  rm -rf "$into"
  # A run at the same time may have put the same files there meanwhile; its files are as good.
  mv -T "$work/root" "$into" 2>/dev/null || [ -d "$into" ]
  rm -rf "$work"
}

# named_or_on_path VARIABLE NAME: prints the path of a program: what the environment variable names, else the one on the PATH.
named_or_on_path() {
  local named=${!1:-}
  if [ -n "$named" ]; then
    [ -x "$named" ] || die "$1=$named is no executable file"
    echo "$named"
    return
  fi
  command -v "$2"
}

# unpacked_program NAME DIR PACKAGE...: prints the path of a program that was unpacked under DIR before, else unpacks the Debian
# packages there. Fails when there is none.
unpacked_program() {
  local name=$1 into=$2
  shift 2
  if ! unpacked_in "$into" "$name" >/dev/null && has_apt; then
    say "No $name here: unpacking Debian's into ${into#"$PWD"/} (nothing is installed)."
    unpack_debs "$into" "$@" || say "That did not work."
  fi
  unpacked_in "$into" "$name"
}

# unpacked_in DIR NAME: prints the path of a program under DIR. Fails when there is none.
unpacked_in() {
  local path
  for path in "$1/usr/bin/$2" "$1/usr/sbin/$2"; do
    if [ -x "$path" ]; then
      echo "$path"
      return
    fi
  done
  return 1
}
