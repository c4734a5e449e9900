# What the tests need of Debian; for the scripts beside it.

install_packages() {
  local sudo
  sudo=$([ "$(id -u)" -eq 0 ] || echo sudo)
  { $sudo apt-get update -qq &&
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@"; } >/dev/null
}

# Started by the tests in folders of their own; the package's own server is not used.
install_postgresql() {
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 && return
  echo "Installing postgresql …"
  install_packages postgresql || { echo "postgresql could not be installed"; return 1; }
}

# What judges docs/openapi.json and makes a client of it, as its lock file says, in a folder of its own.
install_typescript() {
  local place=tests/TypeScript
  command -v npm >/dev/null || { echo "Installing nodejs and npm …"; install_packages nodejs npm || return 1; }
  [ "$place/node_modules/.package-lock.json" -nt "$place/package-lock.json" ] && return
  echo "Installing the packages of $place …"
  npm ci --prefix "$place" --no-fund --no-audit >/dev/null || { echo "the packages of $place could not be installed"; return 1; }
}

# Started by the tests in front of an engine, in folders of its own; the package's own server is not used.
install_nginx() {
  [ -x /usr/sbin/nginx ] && return
  echo "Installing nginx …"
  install_packages nginx || { echo "nginx could not be installed"; return 1; }
}

# What the engine is compared with has to keep its rules too; started in the same way.
install_redis() {
  command -v redis-server >/dev/null && return
  echo "Installing redis-server …"
  install_packages redis-server || { echo "redis-server could not be installed"; return 1; }
}
