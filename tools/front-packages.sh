#!/usr/bin/env bash
# Install the front end's packages exactly as locked, unless the lock and Node are what they were last time.
set -euo pipefail
stamp=$1
cd "$(dirname "$0")/.."

wanted="$(sha256sum <app/pwa/package-lock.json) $(node --version)"
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  npm --prefix app/pwa ci --no-audit --no-fund --no-update-notifier --loglevel=error \
    || { echo "The front end's packages could not be installed: connect to the network once, then try again." >&2; exit 1; }
fi
echo "$wanted" >"$stamp"
