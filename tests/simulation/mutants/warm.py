"""A process that has loaded the libraries once and runs pytest in a fork of itself for each tree: loading them costs more than most tests.

Only libraries are loaded before the fork; everything of Doorstep is loaded in the fork, from the tree under test. It reads a JSON line
`{"tree", "words", "output", "limit_s"}` and answers with one, `{"code"}`; -1 for a run that was ended because it took too long.
"""

import contextlib
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LIMIT_S = 180
LIMIT_OF_EACH_S = 20
_LIBRARIES = (
    "alembic.command",
    "argon2",
    "concurrent.futures",
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.hazmat.primitives.asymmetric.ed25519",
    "cryptography.hazmat.primitives.serialization",
    "flask.testing",
    "flask_migrate",
    "flask_smorest",
    "flask_sqlalchemy",
    "gunicorn.http.errors",
    "marshmallow",
    "obstore",
    "orjson",
    "PIL.Image",
    "prometheus_client",
    "psycopg",
    "pytest",
    "qrcode",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "structlog",
    "webargs.flaskparser",
)
_OWN = ("app", "tests", "migrations", "wsgi")


class Warm:
    """Such a process, for one trial at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
        )

    def pytest(self, words: Sequence[str], tree: Path) -> tuple[int, str]:
        """Run pytest in a tree: its exit code, and its output."""
        output = tree / "pytest.out"
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        limit_s = LIMIT_S + LIMIT_OF_EACH_S * len(words)
        print(json.dumps({"tree": str(tree), "words": list(words), "output": str(output), "limit_s": limit_s}), file=pipe_in, flush=True)
        code: int = json.loads(pipe_out.readline())["code"]
        return code, output.read_text("utf-8", "replace")

    def end(self) -> None:
        """Let the process end."""
        self._process.communicate()


def _environment() -> dict[str, str]:
    """As here, without what a pytest around us may have set; and what was compiled is kept in the trees, for they share it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "PYTHONDONTWRITEBYTECODE"))}


def _serve() -> None:
    for name in _LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps({"code": _forked(json.loads(line))}), flush=True)


def _forked(asked: dict[str, Any]) -> int:
    """Run one trial in a fork that leads its own processes, so that all can be ended together."""
    child = os.fork()
    if child == 0:
        _run(asked)
    ended_by_us = threading.Event()

    def end() -> None:
        ended_by_us.set()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)

    clock = threading.Timer(asked["limit_s"], end)
    clock.start()
    _, status = os.waitpid(child, 0)
    clock.cancel()
    return -1 if ended_by_us.is_set() else os.waitstatus_to_exitcode(status)


def _run(asked: dict[str, Any]) -> None:
    """Never returns."""
    os.setsid()
    output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, own in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
        os.dup2(descriptor, own)
    code = 3
    try:
        os.chdir(asked["tree"])
        sys.path[0] = asked["tree"]
        for name in [name for name in sys.modules if name.split(".")[0] in _OWN]:
            del sys.modules[name]
        import pytest  # noqa: PLC0415  loaded before the fork

        code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *asked["words"]]))
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
