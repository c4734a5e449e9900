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
