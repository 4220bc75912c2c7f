"""What a workload stands on: a fresh database, a world in it, a real gunicorn, and what its processes cost."""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from flask_migrate import upgrade

from app.config import Settings
from app.factory import create_app
from app.store.db import db
from tests import postgres
from tests import world as worlds
from tests.gunicorn import Server, environment, free_port, serving
from tests.world import World

DIALECTS = ("sqlite", "postgresql")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ground:
    """A running server, the world in its database, and where the bare work may write: same disk, same database server."""

    dialect: str
    server: Server
    app: Flask
    world: World
    bare_url: str
    folder: Path

    def cpu_s(self) -> float:
        """Processor seconds that the server, and the database server when it is one of its own, have used so far."""
        return sum(_tree_cpu_s(pid) for pid in self._roots())

    def resident_mb(self) -> int:
        """Megabytes of memory that the server's processes hold now."""
        pages = (Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in _tree(self.server.process.pid))
        return sum(map(int, pages)) * os.sysconf("SC_PAGE_SIZE") // 1_000_000

    def check_views_and_logs(self) -> None:
        """Raise `RuntimeError` when a job's row is not its events' fold, or a log not whole."""
        for words in (("jobs", "refold", "--check"), ("log", "verify")):
            told = self.server.flask(*words)
            if told.returncode != 0:
                raise RuntimeError(f"{' '.join(words)}: {told.stdout[-2_000:]} {told.stderr[-2_000:]}")

    def _roots(self) -> Iterator[int]:
        yield self.server.process.pid
        if self.dialect == "postgresql":
            yield int((Path(self.bare_url) / "data" / "postmaster.pid").read_text().splitlines()[0])


def on_fresh_database(dialect: str, measure: Callable[[Ground], dict[str, Any]]) -> dict[str, Any]:
    """Run one workload on ground of its own."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-bench-", ignore_cleanup_errors=True)))
        bare_url = stack.enter_context(postgres.running(durable=True)) if dialect == "postgresql" else str(folder / "bare.db")
        settings = _settings(folder, _database(dialect, folder, bare_url))
        app = create_app(settings)
        with app.app_context():
            upgrade()
            environ = environment(folder, free_port(), settings.database_url) | {"DOORSTEP_SECRET_KEY": settings.secret_key}
            server = stack.enter_context(serving(environ, migrated=True, application="bench.served:app"))
            try:
                world = worlds.make(app.extensions["doorstep"])
                return measure(Ground(dialect, server, app, world, bare_url, folder))
            finally:
                db.session.remove()
                db.engine.dispose()


def timed(work: Callable[[], None]) -> float:
    """How many seconds something took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _database(dialect: str, folder: Path, server: str) -> str:
    if dialect == "sqlite":
        return f"sqlite:///{folder / 'doorstep.db'}"
    with psycopg.connect(postgres.url_of(server, "postgres"), autocommit=True) as connection:
        for name in ("doorstep", "bare"):
            connection.execute(f"CREATE DATABASE {name}")
    return postgres.url_of(server, "doorstep")


def _settings(folder: Path, database_url: str) -> Settings:
    return Settings.from_env(
        {
            "DOORSTEP_DATA": str(folder),
            "DOORSTEP_DATABASE_URL": database_url,
            "DOORSTEP_SECRET_KEY": "a key for measuring only",
            "DOORSTEP_PUBLIC_URL": "http://localhost",
        }
    )


def _tree(root: int) -> Iterator[int]:
    """A process and all that descend from it."""
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        yield pid
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += [int(child) for child in (thread / "children").read_text().split()]


def _tree_cpu_s(root: int) -> float:
    """Processor seconds of a process and all that descend from it, those that ended included."""
    total = 0
    for pid in _tree(root):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            own_and_ended = fields[11:15]  # utime, stime, and the same of children that were waited for
            total += sum(int(field) for field in own_and_ended)
    return total / _TICKS_PER_S
