#!/usr/bin/env bash
# Make sure that the tests find a Chromium, a PostgreSQL and Chinese letters: Debian's, installed when they are missing.
# Where that is not allowed and only the PostgreSQL is missing, PyPI has one too.
set -euo pipefail

needed=()
[ -n "${DOORSTEP_CHROMIUM:-}" ] || command -v chromium >/dev/null || needed+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || needed+=(postgresql)
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || needed+=(fonts-noto-cjk)
command -v pdfinfo >/dev/null || needed+=(poppler-utils)
[ ${#needed[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  as_root=(sudo -n)
  if ! sudo -n true 2>/dev/null && [ "${needed[*]}" = postgresql ]; then
    exec .venv/bin/uv pip install --quiet --python .venv/bin/python --group postgres
  fi
  sudo -n true 2>/dev/null || { echo "The tests need these Debian packages: run apt-get install ${needed[*]} as root, then try again." >&2; exit 1; }
fi
echo "Installing for the tests: ${needed[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null \
  || { echo "These Debian packages could not be installed: ${needed[*]}. Install them by hand, then try again." >&2; exit 1; }
