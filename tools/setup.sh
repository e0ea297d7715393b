#!/bin/sh
# Sets up .venv with the locked dependencies, and the shared libraries and fonts that WeasyPrint needs. Run again at will.
set -eu
python=${1:-python3}
sh tools/packages.sh python3-venv libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-core fonts-noto-color-emoji fonts-noto-cjk
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ofrecord needs Python 3.11 or newer; $python is older." >&2; exit 1; }
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
