#!/usr/bin/env bash
# Make .venv, and install into it exactly what the given lock file names, by hash.
set -euo pipefail
UV=uv==0.13.9

stop() { echo "$1" >&2; exit 1; }

if [ ! -x .venv/bin/python ]; then
  command -v python3 >/dev/null || stop "Python is missing: install python3 (3.11 or newer) and python3-venv."
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "This Python is too old: install Python 3.11 or newer."
  python3 -m venv .venv >/dev/null 2>&1 || { rm -rf .venv; stop "Python's venv module is missing: run apt-get install python3-venv, then try again."; }
fi
if [ ! -x .venv/bin/uv ]; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check "$UV" || stop "PyPI cannot be reached: connect to the network once, then try again."
fi
.venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1" || stop "Packages of $1 could not be installed: the lines above say why."
