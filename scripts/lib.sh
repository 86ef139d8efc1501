# shellcheck shell=bash
# Functions that several scripts share. Scripts source this file. Messages go to stderr, so that stdout is free for
# results.

say() { printf '%s\n' "$*" >&2; }

die() {
  say "error: $*"
  exit 1
}

# free_port: prints a free TCP port on loopback, below the kernel's range of ephemeral ports.
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

# wait_for URL PID [SECONDS [any]]: waits until the URL answers 2xx, or with "any" until it answers. Fails when the
# process ends or the time is over.
wait_for() {
  local url=$1 pid=$2 deadline=$((SECONDS + ${3:-30})) fail=(--fail)
  if [ "${4:-}" = any ]; then fail=(); fi
  until curl --silent "${fail[@]}" --noproxy '*' --max-time 2 --output /dev/null "$url"; do
    kill -0 "$pid" 2>/dev/null || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# stop PID [SECONDS]: sends SIGTERM to a process of this shell, and SIGKILL after SECONDS. Returns its exit code.
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

# clean_up_at_exit: when the script ends, the directory $work is removed, and the process of run_tool is stopped, which
# has $patience seconds to end.
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

# run_tool COMMAND...: runs a command and returns its exit code. The command runs in the background, so that a signal to
# the script ends it at once.
run_tool() {
  local code=0
  "$@" </dev/null &
  tool=$!
  wait "$tool" || code=$?
  tool=
  return "$code"
}

# print_versions: prints the versions of Kv and etcd, and the machine.
print_versions() {
  local cpu
  cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
  echo "Kv $(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo "(no git)"); $("$KV_ETCD" --version | head -n 1)," \
    "$(getconf _NPROCESSORS_ONLN) cores${cpu:+ of $cpu}, $(uname -sr)."
  echo
}

# The options of every call of apt-get below. As root, apt would download as the user _apt, which must not write here.
apt_options=(-o APT::Sandbox::User=root)

has_apt() { command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; }

# use_debian_release RELEASE: makes the calls of apt below use only that release of Debian. Its package lists are under
# .etcd/, so the machine's lists and packages do not change. It needs Debian's keyring, and no root.
use_debian_release() {
  local release=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg state
  has_apt && [ -f "$keyring" ] || return 1
  state=$root/.etcd/apt/$release
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  echo "deb [signed-by=$keyring] $(debian_mirror) $release main" >"$state/sources.list"
  apt_options=(-o APT::Sandbox::User=root -o Dir::State::lists="$state/lists" -o Dir::Cache="$state/cache"
    -o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=-
    # The scripts need only names and versions: no descriptions and no icons.
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false)
  apt-get "${apt_options[@]}" update >&2
}

# debian_mirror: prints the Debian mirror of this machine's sources, or Debian's own if they name none.
debian_mirror() {
  local mirror
  mirror=$(sed -nE 's/^(deb (\[[^]]*\] )?|URIs: *)(https?:[^ ]*\/debian)\/? *.*/\3/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
  echo "${mirror:-http://deb.debian.org/debian}"
}

# candidate PACKAGE: the version that apt would download.
candidate() { apt-cache "${apt_options[@]}" policy "$1" 2>/dev/null | sed -nE 's/^ *Candidate: (.*)/\1/p'; }

# unpack_debs DIR PACKAGE...: downloads Debian packages and unpacks them under DIR. It installs nothing, so no service
# starts and it needs no root. It unpacks next to DIR and renames, so a concurrent run never sees an incomplete DIR.
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
  # A concurrent run may have created DIR meanwhile. Its files are the same.
  mv -T "$work/root" "$into" 2>/dev/null || [ -d "$into" ]
  rm -rf "$work"
}

# named_or_on_path VARIABLE NAME: prints the path of a program: the value of the environment variable, else the program
# on the PATH.
named_or_on_path() {
  local named=${!1:-}
  if [ -n "$named" ]; then
    [ -x "$named" ] || die "$1=$named is not an executable file"
    echo "$named"
    return
  fi
  command -v "$2"
}

# unpacked_program NAME DIR PACKAGE...: prints the path of a program under DIR. Unpacks the Debian packages there first
# if the program is missing. Fails if it is still missing.
unpacked_program() {
  local name=$1 into=$2
  shift 2
  if ! unpacked_in "$into" "$name" >/dev/null && has_apt; then
    say "$name is missing: unpacking Debian's package into ${into#"$PWD"/} (nothing is installed)."
    unpack_debs "$into" "$@" || say "Unpacking $name failed."
  fi
  unpacked_in "$into" "$name"
}

# unpacked_in DIR NAME: prints the path of a program under DIR. Fails if the program is missing.
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
