"""A town whose server is killed over and over: it is started again, and its phones and its office try again until they are answered."""

import contextlib
import http.client
import itertools
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from app.config import Settings
from app.factory import create_app
from app.services import enrol
from app.store.db import db
from tests import builders
from tests.builders import HEADERS, Network
from tests.gunicorn import environment, free_port, serving
from tests.live import Live
from tests.phone import Phone
from tests.server.caller import bearer, line_to, phone_with
from tests.stranger.line import Reply

Json = dict[str, Any]
T = TypeVar("T")

_ANSWERED_WITHIN_S = 60
_DEAD = (OSError, http.client.HTTPException, ValueError)


@dataclass
class Town:
    """One office on one database, served by a gunicorn that may die; `deaths` counts how often all of it was started again."""

    live: Live
    network: Network
    deadly: Path
    stack: ExitStack
    deaths: int = 0
    receipts: list[tuple[str, bytes]] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    _reviving: threading.Lock = field(default_factory=threading.Lock)

    def arm(self, point: str, who: str, nth: int = 0) -> None:
        """Let the next one that comes to the point die."""
        ready = self.deadly.with_suffix(".new")
        ready.write_text(f"{point} {who} {nth}")
        ready.rename(self.deadly)

    def fired(self) -> bool:
        """Whether somebody died since the last `arm`."""
        return not self.deadly.exists()

    def revive(self) -> None:
        """Start the server again if all of it is dead."""
        with self._reviving:
            if self.live.server.process.poll() is None:
                return
            self.deaths += 1
            server = self.stack.enter_context(serving(self.live.server.environ, migrated=True, application="tests.simulation.deadly:app"))
            self.live = Live(server, self.live.app, self.live.dialect)

    def until(self, call: Callable[[], T | None]) -> T:
        """Call until it gives something; a server that died in between is started again."""
        deadline = time.monotonic() + _ANSWERED_WITHIN_S
        while time.monotonic() < deadline:
            with contextlib.suppress(*_DEAD):
                found = call()
                if found is not None:
                    return found
            with contextlib.suppress(AssertionError):
                self.revive()
            time.sleep(0.03)
        raise AssertionError("not answered in time")

    def ask(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Reply:
        """One request, repeated until it is answered by something else than a failing server."""
        text = b"" if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}

        def once() -> Reply | None:
            reply = line_to(self.live).ask(method, path, headers | kind, text)
            return reply if reply.status < 500 else None

        return self.until(once)

    def phone(self, login: str = "wang") -> Phone:
        """A phone that speaks to the server over a socket."""
        code = enrol.make_code(self.network.office, self.network.tenant_id, self.network.people[login], None).code
        phone = phone_with(self.live, code)
        self.phones.append(phone)
        return phone

    def push(self, phone: Phone) -> None:
        """Sync until the office has acknowledged everything."""

        def once() -> bool | None:
            response = phone.post(phone.request(phone.events[phone.acked :]))
            reply = response.get_json()
            if response.status_code == 200:
                phone.take(reply)
            elif response.status_code == 401:
                phone.challenge = reply["challenge"]
            return True if response.status_code == 200 and phone.acked == len(phone.events) else None

        self.until(once)

    def send(self, phone: Phone, sha256: str, content: bytes, piece: int) -> None:
        """Send a blob in pieces until there is a receipt for it."""

        def once() -> bool | None:
            held = line_to(self.live).ask("HEAD", f"/api/v1/blobs/{sha256}", bearer(phone))
            if held.status == 401:
                self.push(phone)
            if held.status != 200:
                return None
            start = min(int(held.headers["upload-offset"]), len(content) - 1)
            response = phone.patch(sha256, content, start, content[start : start + piece])
            return True if response.status_code == 200 and response.get_json()["receipt"] else None

        self.until(once)
        self.receipts.append((sha256, content))

    def sign_in(self, login: str) -> dict[str, str]:
        """Headers of somebody who is signed in."""
        body = {"login": f"{login}.{self.network.name}", "password": builders.PASSWORD}
        reply = self.ask("POST", "/api/v1/session", dict(HEADERS), body)
        assert reply.status == 200, reply.body
        return {**HEADERS, "Cookie": reply.headers["set-cookie"].partition(";")[0]}


@contextmanager
def town(folder: Path, database_url: str) -> Iterator[Town]:
    """A town on a migrated database."""
    settings = Settings.from_env(
        {
            "DOORSTEP_DATA": str(folder),
            "DOORSTEP_DATABASE_URL": database_url,
            "DOORSTEP_SECRET_KEY": "a key for tests only",
            "DOORSTEP_PUBLIC_URL": "http://localhost",
        }
    )
    app = create_app(settings)
    deadly = folder / "deadly"
    own = {"DOORSTEP_SECRET_KEY": settings.secret_key, "DOORSTEP_BLOBS_URL": settings.blobs_url, "DOORSTEP_DEADLY": str(deadly)}
    environ = environment(folder, free_port(), settings.database_url) | own
    with ExitStack() as stack:
        server = stack.enter_context(serving(environ, migrated=True, application="tests.simulation.deadly:app"))
        with app.app_context():
            network = builders.network(app)
            dialect = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
            try:
                yield Town(Live(server, app, dialect), network, deadly, stack)
            finally:
                db.session.remove()
                db.engine.dispose()


class Bystander:
    """A phone that works on and on beside, and dies at whatever point is armed when it comes there."""

    def __init__(self, here: Town) -> None:
        self._town = here
        self._phone = here.phone("li")
        self._job_id = here.network.job("li")
        self._stop = threading.Event()
        self._failed: list[BaseException] = []
        self._working = threading.Thread(target=self._work)
        self._working.start()

    def stop(self) -> list[str]:
        """Let it bring its work to an end; what went wrong."""
        self._stop.set()
        self._working.join()
        return [f"a phone beside: {error!r}" for error in self._failed]

    def _work(self) -> None:
        for number in itertools.count():
            if self._stop.wait(0.1):
                return
            try:
                self._phone.record(self._job_id, "note.added", {"text": f"beside {number}"})
                content = os.urandom(20_000)
                sha256 = self._phone.photo(self._job_id, content)
                self._town.push(self._phone)
                self._town.send(self._phone, sha256, content, 12_000)
            except Exception as error:  # noqa: BLE001  told by whoever waits for this thread
                self._failed.append(error)
                return
