"""The town of the engine simulator: a real server on a data folder of its own behind a line with faults, and the process of its phones."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from app.config import Settings
from app.factory import create_app
from app.services.lineage import begin_lineage
from app.services.office import Office
from app.store.db import db
from tests import world
from tests.gunicorn import environment, flask, free_port
from tests.simulation import fault_line
from tests.simulation.fault_line import FaultLine
from tests.simulation.quick_server import QuickServer, Starter

ROOT = Path(__file__).parents[2]
PWA = ROOT / "app" / "pwa"
NODE = (str(ROOT / "tools" / "with-node.sh"), "node", "--max-old-space-size=1500", "--max-semi-space-size=64", "--no-warnings")
_MEMORY = Path("/dev/shm")
_MEMORY_WANTED = 2 << 30


@dataclass
class Town:
    """The server's data folder, and the one network of people whose phones are simulated."""

    app: Flask
    environ: dict[str, str]
    world: world.World
    line: FaultLine
    starter: Starter
    servers: list[QuickServer] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """The office, as the server sees it too."""
        found: Office = self.app.extensions["doorstep"]
        return found

    @property
    def data(self) -> Path:
        return Path(self.environ["DOORSTEP_DATA"])

    def start(self) -> None:
        """Start the server on the data that is there now."""
        self.servers.append(self.starter(self.environ))

    def stop(self) -> None:
        """Kill it, as a power cut would."""
        while self.servers:
            self.servers.pop().kill()

    def close_database(self) -> None:
        """Let go of the files, which are about to be changed from outside."""
        db.session.remove()
        db.engine.dispose()

    def back_up(self) -> Path:
        """A copy of all data as it stands between two requests."""
        self.stop()
        backup = self.data.parent / "backup"
        shutil.rmtree(backup, ignore_errors=True)
        self.close_database()
        shutil.copytree(self.data, backup, copy_function=shutil.copy)
        self.start()
        return backup

    def restore(self, backup: Path) -> None:
        """What came in since the backup is gone at the office, and its database begins a new lineage."""
        self.stop()
        self.close_database()
        shutil.rmtree(self.data)
        backup.rename(self.data)
        begin_lineage(self.office)
        db.session.remove()
        self.start()


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for data, in memory where there is room: what a killed process gave to the system is not lost, so a disk shows no more."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _MEMORY_WANTED
    with tempfile.TemporaryDirectory(prefix="doorstep-engine-", dir=_MEMORY if roomy else None) as folder:
        yield Path(folder)


def migrated(folder: Path) -> Path:
    """A fresh database file, to be copied."""
    database = folder / "migrated.db"
    upgraded = flask(environment(folder, free_port(), f"sqlite:///{database}"), "db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    return database


@contextmanager
def town(database: Path, starter: Starter) -> Iterator[Town]:
    """A server on a copy of the database, behind a line with faults; all its data goes at the end."""
    with tempfile.TemporaryDirectory(prefix="town-", dir=database.parent) as folder:
        data = Path(folder) / "data"
        data.mkdir()
        shutil.copy(database, data / "doorstep.db")
        environ = environment(data, free_port(), f"sqlite:///{data / 'doorstep.db'}") | {"DOORSTEP_SECRET_KEY": "a key for tests only"}
        app = create_app(Settings.from_env(environ))
        with app.app_context(), fault_line.before(int(environ["PORT"])) as line:
            made = Town(app, environ, world.make(app.extensions["doorstep"]), line, starter)
            made.start()
            try:
                yield made
            finally:
                made.stop()
                made.close_database()


def built(folder: Path, entry: str = "main.ts") -> Path:
    """One of the harness's programs, bundled with the app's own sources."""
    program = (folder / entry).with_suffix(".mjs")
    sources = Path(__file__).parent / "engine"
    subprocess.run([*NODE, str(sources / "build.mjs"), str(PWA), str(program), str(sources / entry)], check=True)
    return program


@contextmanager
def harness(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """The process in node that plays the phones."""
    process = subprocess.Popen([*NODE, str(built(folder))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)
