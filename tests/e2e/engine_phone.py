"""A phone's engine without its screens, in a real browser against the real application, beside an office of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Page, Playwright
from sqlalchemy import select
from werkzeug.wrappers import Request, Response

from app.config import Settings
from app.factory import create_app
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db
from app.store.devices import Device
from app.store.events import EventRow
from tests import world as worlds
from tests.e2e import engine_server
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.engine_server import EngineServer
from tests.world import World

DELIVERED = "engine.sync.status.value.kind === 'delivered' && engine.sync.status.value.last_ok_at !== null"


@dataclass
class Phone:
    """One phone beside one office."""

    browser: PhoneBrowser
    server: EngineServer
    app: Flask
    world: World
    page: Page

    def open(self) -> None:
        """Open the engine, and wait for it."""
        self.page.goto(f"{self.server.url}/")
        self.page.wait_for_function("globalThis.booted === true")

    def reopen(self) -> None:
        """Kill the browser and start it again on the same profile."""
        self.browser.kill()
        self.page = self.browser.open()
        self.open()

    def do(self, expression: str, argument: Any = None) -> Any:
        return self.page.evaluate(expression, argument)

    def phase(self) -> str:
        return str(self.do("engine.app.phase.value"))

    def begin(self) -> None:
        """Open, enrol, and wait for the job."""
        self.open()
        assert self.phase() == "needs_enrolment"
        self.enrol()
        self.page.wait_for_function("engine.jobs.jobs.value.length === 1 && engine.jobs.jobs.value[0].steps.length > 0")

    def enrol(self) -> None:
        with self.app.app_context():
            code = self.world.code()
        self.do("(code) => engine.app.enrol(code, 'test phone')", code)
        self.page.wait_for_function("engine.app.phase.value === 'ready'")

    def note(self, text: str) -> Any:
        return self.do("([job, text]) => engine.record.record(job, 'note.added', { text })", [self.job_id, text])

    def photo(self, photo_id: str, length: int = 300_000) -> Any:
        return self.do("([job, id, length]) => engine.takePhoto(job, id, length)", [self.job_id, photo_id, length])

    def delivered(self) -> None:
        self.do("engine.sync.syncNow()")
        self.page.wait_for_function(DELIVERED, timeout=60_000)

    def offline(self, offline: bool = True) -> None:
        self.page.context.set_offline(offline)

    def bytes_of(self, sha256: str) -> bytes:
        """A blob of the phone, as it holds it."""
        read = "(sha256) => engine.items.photoUrl(sha256).then(fetch).then((r) => r.arrayBuffer()).then((b) => [...new Uint8Array(b)])"
        return bytes(self.do(read, sha256))

    @property
    def job_id(self) -> str:
        return str(self.do("engine.jobs.jobs.value[0].job_id"))

    def office_events(self) -> list[dict[str, Any]]:
        """What phones recorded, as the office counts it: each once, in the order of the log."""
        with self.app.app_context():
            counted = select(EventRow).where(EventRow.standing.in_(("folded", "device")), EventRow.device_id.not_like("%desk%"))
            rows = db.session.scalars(counted.order_by(EventRow.received_at, EventRow.epoch, EventRow.seq))
            bodies = [json.loads(row.body) for row in rows if row.body]
        return [body for body in bodies if not body["kind"].startswith("job.")]

    def office_notes(self) -> list[str]:
        """The texts of the notes that the office counts."""
        return [body["data"]["text"] for body in self.office_events() if body["kind"] == "note.added"]

    def office_blob(self, sha256: str) -> bytes:
        """The bytes that the office holds and has verified."""
        with self.app.app_context():
            blob = db.session.scalars(select(Blob).where(Blob.sha256 == sha256)).one()
            office: Office = self.app.extensions["doorstep"]
            return office.blobs.path(blob.tenant_id, sha256).read_bytes()

    def condition(self) -> dict[str, Any]:
        """How the phone is, as it told the office; waits for it."""
        for _ in range(100):
            with self.app.app_context():
                found = db.session.scalars(select(Device.condition).where(Device.condition.is_not(None))).first()
            told: dict[str, Any] = json.loads(found or "{}")
            if told.get("room_bytes") is not None:
                return told
            self.page.wait_for_timeout(100)
        raise AssertionError("the phone told nothing")

    def clear(self, kinds: str) -> None:
        """Take storage away, as a browser may: `indexeddb`, `file_systems`."""
        origin = {"origin": self.server.url, "storageTypes": kinds}
        self.page.goto("about:blank")
        self.page.context.new_cdp_session(self.page).send("Storage.clearDataForOrigin", origin)


def no_server(_request: Request, _answer: Any) -> Response:
    """A gateway whose server is gone. The page still opens, which a phone gets from its service worker."""
    return Response(status=502)


@contextmanager
def beside_an_office(playwright: Playwright, bundle: Path, migrated: Path, data: Path, profile: Path) -> Iterator[Phone]:
    """A phone on that profile that nobody has enrolled, and a world with one job for it."""
    database = data / "doorstep.db"
    database.write_bytes(migrated.read_bytes())
    named = {"DOORSTEP_DATA": str(data), "DOORSTEP_DATABASE_URL": f"sqlite:///{database}", "DOORSTEP_SECRET_KEY": "for tests only"}
    app = create_app(Settings.from_env({**named, "DOORSTEP_PUBLIC_URL": "http://localhost"}))
    with app.app_context():
        office: Office = app.extensions["doorstep"]
        world = worlds.make(office)
        world.job(world.wang)
    browser = PhoneBrowser(playwright, profile)
    with engine_server.serving(app, bundle) as server:
        try:
            yield Phone(browser, server, app, world, browser.open())
        finally:
            browser.kill()
            with app.app_context():
                db.engine.dispose()
