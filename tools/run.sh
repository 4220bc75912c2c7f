#!/usr/bin/env bash
# Migrate, seed the demo day, serve in the foreground, and say how to get in once the server answers.
set -euo pipefail
export PORT="${PORT:-8000}"
flask=(.venv/bin/flask --app wsgi)

if (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; then
  echo "Port $PORT is in use: stop what runs there, or choose another one with PORT=8001 make run." >&2
  exit 1
fi
"${flask[@]}" db upgrade
"${flask[@]}" seed demo
.venv/bin/gunicorn --config gunicorn.conf.py wsgi:app &
server=$!
trap 'kill -TERM $server 2>/dev/null; wait $server' EXIT
trap 'exit 0' INT TERM
until .venv/bin/python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$PORT/readyz', timeout=5)" 2>/dev/null; do
  kill -0 $server 2>/dev/null || exit 1
  sleep 0.2
done
"${flask[@]}" welcome
wait $server
