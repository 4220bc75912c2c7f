#!/usr/bin/env bash
# Make .venv, and install into it exactly what the given lock file names, by hash.
set -euo pipefail
UV=uv==0.13.9

stop() { echo "$1" >&2; exit 1; }

new_enough() { command -v "$1" >/dev/null && "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

if [ ! -x .venv/bin/python ]; then
  for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 none; do
    new_enough "$python" && break
  done
  [ "$python" != none ] || stop "Python 3.11 or newer is missing: install it with its venv module, then try again."
  "$python" -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; stop "Python's venv module is missing: run apt-get install python3-venv as root, then try again."; }
fi
if [ ! -x .venv/bin/uv ]; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "$UV" || stop "PyPI cannot be reached: connect to the network once, then try again."
fi
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1" || stop "Packages of $1 could not be installed: the lines above say why."
