#!/bin/sh
# Installs those of the given system packages that are missing: as root, or through sudo. Where neither is at hand it
# prints the command and ends with 1.
set -eu
missing=""
if command -v dpkg-query >/dev/null 2>&1; then
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
  done
fi
[ -n "$missing" ] || exit 0
install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then as_root=""
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"
else
  echo "These system packages are missing:$missing" >&2
  echo "Please run this once, then try again:" >&2
  echo "    sudo apt-get update && sudo $install" >&2
  exit 1
fi
echo "Installing system packages:$missing" >&2
$as_root apt-get update -qq
DEBIAN_FRONTEND=noninteractive $as_root $install >/dev/null
