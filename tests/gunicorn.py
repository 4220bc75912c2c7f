"""The real server as it ships: gunicorn with the shipped settings, on loopback, ended by its own process id."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
_READY_WITHIN_S = 40


@dataclass(frozen=True)
class Server:
    """A running server: its address, process, data folder and what it was started with."""

    url: str
    port: int
    process: "subprocess.Popen[bytes]"
    environ: Mapping[str, str]

    def flask(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run one of the commands on the server's data."""
        return flask(self.environ, *words)


def flask(environ: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one of Doorstep's commands."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    return subprocess.run(command, cwd=ROOT, env=dict(environ), capture_output=True, text=True, check=False)


def environment(data: Path, port: int, database_url: str | None = None) -> dict[str, str]:
    """What a server is started with: the machine's environment, and its own data folder, port and database."""
    own = {"DOORSTEP_DATA": str(data), "PORT": str(port), "DOORSTEP_PUBLIC_URL": f"http://localhost:{port}"}
    if database_url is not None:
        own["DOORSTEP_DATABASE_URL"] = database_url
    return {**os.environ, **own}


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(environ: Mapping[str, str], *, migrated: bool = False, application: str = "wsgi:app") -> Iterator[Server]:
    """A server on a migrated database, until the end of the block. `migrated` says that the database is so already."""
    if not migrated:
        upgraded = flask(environ, "db", "upgrade")
        assert upgraded.returncode == 0, upgraded.stderr
    port = int(environ["PORT"])
    log = open(Path(environ["DOORSTEP_DATA"]) / "gunicorn.log", "ab")  # noqa: SIM115  outlives this function's caller
    command = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", f"127.0.0.1:{port}", application]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environ), stdout=log, stderr=log, start_new_session=True)
    server = Server(f"http://localhost:{port}", port, process, environ)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        stop(process)
        log.close()


def stop(process: "subprocess.Popen[bytes]", kill: bool = False) -> None:
    """End a server and its workers."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_ready(server: Server) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        assert server.process.poll() is None, (Path(server.environ["DOORSTEP_DATA"]) / "gunicorn.log").read_text()
        try:
            with urllib.request.urlopen(f"{server.url}/readyz", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError("the server did not become ready: " + (Path(server.environ["DOORSTEP_DATA"]) / "gunicorn.log").read_text())
