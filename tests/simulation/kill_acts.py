"""What a phone and the office do when the server dies under it, by the point at which it dies."""

import io
import itertools
import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from app.store.db import db
from tests import builders, postgres
from tests.simulation.kill_databases import kill_a_migration
from tests.simulation.kill_town import Town

BLOBS = ("body", "before_sync", "after_sync", "after_rename", "before_commit", "in_transaction", "after_commit")
SYNCS = ("before_insert", "before_commit", "after_commit")
POINTS = (
    *(f"blob.{name}" for name in BLOBS),
    "chunk.write",
    *(f"sync.{name}" for name in SYNCS),
    "desk.before_commit",
    "media.decoded",
    "proof.sealed",
    "start",
    "migration",
)
DATABASE = "database"
STATEMENTS_OF_A_MIGRATION = 40
_numbers = itertools.count()


class Acts:
    """Acts in one town, drawn from a seed."""

    def __init__(self, town: Town, seed: int, postgres_server: str | None, folder: Path) -> None:
        self.town = town
        self.rng = random.Random(seed)
        self.postgres_server = postgres_server
        self.folder = folder
        self.phone = town.phone("wang")
        self.job_id = town.network.job("wang")
        self.record(1)

    def die_at(self, point: str) -> str:
        """Die once at the point, and go on until everything that was under way has its answer. Who died, where."""
        if point == "migration":
            name = f"killed_{next(_numbers)}"
            kill_a_migration(self.folder / name, self.postgres_server, name, self.rng.randint(0, STATEMENTS_OF_A_MIGRATION))
            return point
        if point == DATABASE:
            self._restart_the_database()
            return point
        who = self.rng.choice(["worker", "server"])
        act = self._prepared(point)
        self.town.arm(point, who)
        act()
        assert self.town.fired(), "nobody came there"
        return f"{point} {who}"

    def _prepared(self, point: str) -> Callable[[], None]:
        """What leads to the point, ready to be done."""
        if point == "chunk.write":
            return lambda: self.upload(_noise(self.rng), 3)
        if point.startswith("blob."):
            return lambda: self.upload(_noise(self.rng), self.rng.choice([1, 1, 3]))
        if point.startswith("sync."):
            return lambda: self.record(self.rng.randint(1, 9))
        if point == "desk.before_commit":
            return self._order
        if point == "media.decoded":
            picture = builders.picture((640, 480))
            sha256 = self.upload(picture, 1)
            return lambda: self._look(sha256)
        if point == "proof.sealed":
            job_id, headers = self.town.network.finished("zhao"), self.town.sign_in("qian")
            return lambda: self._approve(job_id, headers)
        return self._start

    def record(self, count: int) -> None:
        """Notes that no other have the words of, until they are acknowledged."""
        for _ in range(count):
            self.phone.record(self.job_id, "note.added", {"text": f"note {next(_numbers)}"})
        self.town.push(self.phone)

    def upload(self, content: bytes, pieces: int) -> str:
        """A photo, until there is a receipt for it; its name."""
        sha256 = self.phone.photo(self.job_id, content)
        self.town.push(self.phone)
        self.town.send(self.phone, sha256, content, -(-len(content) // pieces))
        return sha256

    def _order(self) -> None:
        order, headers = builders.order(), {"Authorization": f"Bearer {self.town.network.platform_key}"}
        made = [self.town.ask("POST", "/api/v1/orders", headers, order) for _ in range(2)]
        assert made[1].status == 200, made
        assert len({reply.json()["job_id"] for reply in made}) == 1, "one order, one job"

    def _look(self, sha256: str) -> None:
        reply = self.town.ask("GET", f"/api/v1/blobs/{sha256}/thumb", {"Authorization": f"Bearer {self.phone.token}"})
        assert reply.status == 200, reply
        Image.open(io.BytesIO(reply.body)).load()

    def _approve(self, job_id: str, headers: dict[str, str]) -> None:
        body = {"rev": self.town.network.view(job_id).rev, "note": None}
        reply = self.town.ask("POST", f"/api/v1/jobs/{job_id}/approve", headers, body)
        assert reply.status == 200, f"an approval that was cut off before its commit never happened: {reply.body.decode()}"
        shown = self.town.ask("GET", f"/api/v1/jobs/{job_id}", headers).json()
        assert shown["proof"]["proof_id"] == reply.json()["proof_id"]

    def _start(self) -> None:
        """A worker is killed, and then its successor while it starts."""
        master = self.town.live.server.process.pid
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        os.kill(int(self.rng.choice(workers)), signal.SIGKILL)
        self.town.until(lambda: self.town.fired() or None)
        self.record(1)

    def _restart_the_database(self) -> None:
        assert self.postgres_server is not None
        db.session.remove()  # this process' own connections are no part of the drill
        db.engine.dispose()
        restarting = threading.Timer(self.rng.uniform(0, 0.2), postgres.restart_at_once, [self.postgres_server])
        restarting.start()
        while restarting.is_alive():
            self.record(2)
            self.upload(_noise(self.rng), 2)


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randint(2_000, 300_000))
