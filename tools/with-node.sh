#!/usr/bin/env bash
# Run a command with Node on the path: the system's when it is new enough, else the one that PyPI has.
set -euo pipefail
NEW_ENOUGH='const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 13) || a >= 24 ? 0 : 1)'

here=$(cd "$(dirname "$0")/.." && pwd)
if ! { command -v node && command -v npm && node -e "$NEW_ENOUGH"; } >/dev/null 2>&1; then
  if [ ! -x "$here/.venv/bin/node" ]; then
    echo "Fetching Node from PyPI."
    (cd "$here" && .venv/bin/uv pip install --quiet --python .venv/bin/python --group node) \
      || { echo "Node is missing and PyPI cannot be reached: install Node 20.19 or newer, or connect to the network once." >&2; exit 1; }
  fi
  PATH="$here/.venv/bin:$PATH"
fi
exec "$@"
