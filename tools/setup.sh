#!/bin/sh
# Sets up .venv with the locked dependencies, and the shared libraries and fonts that WeasyPrint needs. Run again at will.
set -eu
python=${1:-python3}
system="python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-core fonts-noto-color-emoji fonts-noto-cjk"

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
  for package in $system; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
  done
fi
if [ -n "$missing" ]; then
  install="apt-get install -y --no-install-recommends$missing"
  if [ "$(id -u)" = 0 ]; then as_root=""; elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo"; else as_root="none"; fi
  if [ "$as_root" = none ]; then
    echo "Ofrecord needs these system packages to set its pages:$missing" >&2
    echo "Please run this once, then try again:" >&2
    echo "    sudo apt-get update && sudo $install" >&2
    exit 1
  fi
  echo "Installing system packages:$missing" >&2
  $as_root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $as_root $install >/dev/null
fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ofrecord needs Python 3.11 or newer; $python is older." >&2; exit 1; }
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
