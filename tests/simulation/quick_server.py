"""Servers that start at once: `with starter() as start: server = start(environ)`.

Loading the application's modules takes a server longer than many schedules take. So one process loads them, opens nothing, and each
server is a fork of it that runs gunicorn as it ships, with the shipped settings, and makes its application itself.
"""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.gunicorn import ROOT

_READY_WITHIN_S = 60
_GONE_WITHIN_S = 30
_MODULES = ("app.factory", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "sqlalchemy.dialects.sqlite.pysqlite")


@dataclass(frozen=True)
class QuickServer:
    """One that runs on `port` of loopback: the processes of the group `pid`."""

    pid: int
    port: int

    def kill(self) -> None:
        """End all its processes in the middle of whatever they do, and wait until nobody answers at the port."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        _until(lambda: not _answers(self.port), _GONE_WITHIN_S, "the killed server still listens")


@dataclass(frozen=True)
class Starter:
    """The process with the modules."""

    process: "subprocess.Popen[str]"

    def __call__(self, environ: Mapping[str, str]) -> QuickServer:
        """A server on the migrated database of this environment, once it listens."""
        pipe_in, pipe_out = self.process.stdin, self.process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        print(json.dumps(dict(environ)), file=pipe_in, flush=True)
        server = QuickServer(json.loads(pipe_out.readline()), int(environ["PORT"]))
        _until(lambda: _answers(server.port), _READY_WITHIN_S, f"the server does not listen: see {_log(environ)}")
        return server


@contextmanager
def starter() -> Iterator[Starter]:
    """Such a process until the end of the block; the servers are the caller's to kill."""
    process = subprocess.Popen([sys.executable, "-m", __name__], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Starter(process)
    finally:
        process.communicate()


def _until(fits: Any, within_s: float, why: str) -> None:
    deadline = time.monotonic() + within_s
    while not fits():
        assert time.monotonic() < deadline, why
        time.sleep(0.01)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _log(environ: Mapping[str, str]) -> Path:
    return Path(environ["DOORSTEP_DATA"]) / "gunicorn.log"


def _serve() -> None:
    for name in _MODULES:
        importlib.import_module(name)
    alive: set[int] = set()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_gunicorn(json.loads(line))
        # A killer must not come before the group is there.
        with suppress(OSError):
            os.setpgid(pid, pid)
        alive = {other for other in alive if os.waitpid(other, os.WNOHANG) == (0, 0)} | {pid}
        print(pid, flush=True)
    # Whoever was to kill them may have died itself.
    for pid in alive:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


def _become_gunicorn(environ: dict[str, str]) -> None:
    """Never returns."""
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        log = os.open(_log(environ), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for descriptor, own in ((os.open(os.devnull, os.O_RDONLY), 0), (log, 1), (log, 2)):
            os.dup2(descriptor, own)
        os.environ.clear()
        os.environ.update(environ)
        sys.argv = ["gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{environ['PORT']}", "wsgi:app"]
        from gunicorn.app.wsgiapp import run  # noqa: PLC0415  loaded before the fork

        run()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


if __name__ == "__main__":
    _serve()
