"""What the phone's engine keeps and delivers, in a real browser against the real application.

No screen takes part: the engine is bundled alone and driven through the same door that the screens use.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright
from sqlalchemy import select
from werkzeug.wrappers import Request, Response

from app.config import Settings
from app.factory import create_app
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db
from app.store.events import EventRow
from tests import world as worlds
from tests.e2e import engine_server
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.engine_server import EngineServer
from tests.world import World

DELIVERED = "engine.sync.status.value.kind === 'delivered' && engine.sync.status.value.last_ok_at !== null"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engine")
    engine_server.build(folder)
    return folder


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
        self.page.wait_for_function(DELIVERED)

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

    def clear(self, kinds: str) -> None:
        """Take storage away, as a browser may: `indexeddb`, `file_systems`."""
        origin = {"origin": self.server.url, "storageTypes": kinds}
        self.page.goto("about:blank")
        self.page.context.new_cdp_session(self.page).send("Storage.clearDataForOrigin", origin)


def no_server(_request: Request, _answer: Any) -> Response:
    """A gateway whose server is gone. The page still opens, which a phone gets from its service worker."""
    return Response(status=502)


@pytest.fixture
def phone(bundle: Path, playwright: Playwright, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Phone]:
    """An enrolled phone with one job, delivered and quiet."""
    database = tmp_path / "doorstep.db"
    database.write_bytes(migrated_sqlite.read_bytes())
    named = {"DOORSTEP_DATA": str(tmp_path), "DOORSTEP_DATABASE_URL": f"sqlite:///{database}", "DOORSTEP_SECRET_KEY": "for tests only"}
    app = create_app(Settings.from_env({**named, "DOORSTEP_PUBLIC_URL": "http://localhost"}))
    with app.app_context():
        office: Office = app.extensions["doorstep"]
        world = worlds.make(office)
        world.job(world.wang)
    browser = PhoneBrowser(playwright, tmp_path / "profile")
    with engine_server.serving(app, bundle) as server:
        phone = Phone(browser, server, app, world, browser.open())
        try:
            phone.open()
            assert phone.phase() == "needs_enrolment"
            phone.enrol()
            phone.page.wait_for_function("engine.jobs.jobs.value.length === 1 && engine.jobs.jobs.value[0].steps.length > 0")
            yield phone
        finally:
            browser.close()
            with app.app_context():
                db.engine.dispose()


def test_saved_means_both_copies_and_a_killed_browser_has_everything(phone: Phone) -> None:
    phone.server.fault = no_server
    saved = [phone.note("one"), phone.photo("p1"), phone.note("three")]
    assert [fact["copies"] for fact in saved] == [2, 2, 2]
    before = phone.bytes_of(saved[1]["sha256"])
    phone.reopen()
    assert phone.phase() == "ready"
    assert phone.do("engine.app.recovered.value") is None
    status = phone.do("engine.sync.status.value")
    assert (status["pending_events"], status["pending_blobs"], status["copies"]) == (3, 1, 2)
    assert phone.bytes_of(saved[1]["sha256"]) == before
    # What was recorded shows in the job at once, long before the office knows of it.
    state = phone.do("engine.jobs.jobs.value[0].state")
    assert [note["text"] for note in state["notes"]] == ["one", "three"]
    assert [photo["sha256"] for photo in state["photos"]] == [saved[1]["sha256"]]
    files = phone.do("engine.filesIn('ev')")
    assert [name.split("-")[1] for name in files] == ["1", "2", "3"]
    assert phone.do("engine.filesIn('bl')") == [saved[1]["sha256"]]


def test_what_was_recorded_offline_is_delivered_once_and_unaltered(phone: Phone) -> None:
    phone.offline()
    phone.note("one")
    photos = [phone.photo(f"p{number}", 900_000 + number) for number in range(3)]
    kept = [phone.bytes_of(photo["sha256"]) for photo in photos]
    assert phone.do("(sha256) => engine.items.itemOf(sha256).value.status", photos[0]["sha256"]) == "on_phone"
    phone.offline(False)
    phone.delivered()
    assert phone.office_notes() == ["one"]
    assert [phone.office_blob(photo["sha256"]) for photo in photos] == kept
    for photo in photos:
        assert phone.do("(id) => engine.items.eventItem(id).value", photo["event_id"]) == {
            "status": "delivered",
            "percent": 100,
            "copies": 2,
        }
    view = phone.do("engine.jobs.jobs.value[0]")
    assert view["items"] == {"total": 4, "delivered": 4, "on_phone": 0}
    assert len(view["state"]["photos"]) == 3
    assert phone.do("engine.sync.confirmDelivered()") is True
    phone.offline()
    assert phone.do("engine.sync.confirmDelivered()") is False


def test_a_lost_database_is_noticed_and_its_facts_arrive_under_the_next_key(phone: Phone) -> None:
    phone.note("delivered before")
    phone.delivered()
    phone.offline()
    phone.note("only here")
    taken = phone.photo("p1")
    kept = phone.bytes_of(taken["sha256"])
    phone.clear("indexeddb")
    phone.offline(False)
    phone.open()
    assert phone.phase() == "lost"
    assert phone.do("engine.app.recovered.value") == {"events": 3, "blobs": 1}
    phone.enrol()
    phone.delivered()
    assert sorted(phone.office_notes()) == ["delivered before", "only here"]
    assert phone.office_blob(taken["sha256"]) == kept
    kinds = [body["kind"] for body in phone.office_events()]
    assert kinds.count("photo.captured") == 1
    assert kinds.count("storage.lost") == 1
    phone.reopen()
    assert phone.phase() == "ready"


def test_a_database_that_the_browser_silently_replaced_is_a_loss_too(phone: Phone) -> None:
    phone.offline()
    phone.note("only here")
    phone.browser.kill()
    (current,) = phone.browser.profile.glob("**/IndexedDB/*.indexeddb.leveldb/CURRENT")
    current.write_bytes(b"garbage")
    phone.page = phone.browser.open()
    phone.open()
    assert phone.phase() == "lost"
    phone.enrol()
    phone.delivered()
    assert phone.office_notes() == ["only here"]


def test_lost_files_are_written_again(phone: Phone) -> None:
    phone.offline()
    taken = phone.photo("p1")
    phone.clear("file_systems")
    phone.offline(False)
    phone.open()
    assert phone.phase() == "ready"
    phone.page.wait_for_function("(sha256) => engine.items.itemOf(sha256).value.copies === 2", arg=taken["sha256"])
    assert phone.do("engine.filesIn('bl')") == [taken["sha256"]]
    phone.delivered()
    assert [body["data"] for body in phone.office_events() if body["kind"] == "storage.lost"] == [{"what": "files"}]


def test_s5_a_lost_answer_doubles_nothing(phone: Phone) -> None:
    lost: list[str] = []

    def lose_each_answer_once(request: Request, answer: Any) -> Response:
        response: Response = answer()
        place = f"{request.method} {request.path} {request.headers.get('Upload-Offset')}"
        if place not in lost:
            lost.append(place)
            return Response(status=502)
        return response

    phone.note("one")
    phone.delivered()
    phone.server.fault = lose_each_answer_once
    phone.note("two")
    taken = phone.photo("p1", 700_000)
    for _ in range(12):
        phone.do("engine.sync.syncNow()")
        phone.page.wait_for_timeout(150)
    phone.delivered()
    assert len(lost) > 3
    assert phone.office_notes() == ["one", "two"]
    assert phone.office_blob(taken["sha256"]) == phone.bytes_of(taken["sha256"])


def test_a_portal_that_answers_everything_delivers_nothing(phone: Phone) -> None:
    def portal(request: Request, answer: Any) -> Response:
        return Response("<html>Please sign in to the hotel</html>", status=200, content_type="text/html")

    phone.delivered()
    phone.server.fault = portal
    phone.note("one")
    phone.photo("p1")
    phone.do("engine.sync.syncNow()")
    # Between two tries; while one is under way the phone says "sending", as it should.
    resting = "(status => status.last_error === 'no-connection' && status.kind !== 'sending' && status)(engine.sync.status.value)"
    status = phone.page.wait_for_function(resting).json_value()
    assert (status["kind"], status["online"], status["pending_events"], status["pending_blobs"]) == ("on_phone", False, 2, 1)
    phone.server.fault = None
    phone.delivered()
    assert phone.office_notes() == ["one"]


def test_two_tabs_write_one_log_and_one_of_them_sends(phone: Phone) -> None:
    second = phone.page.context.new_page()
    second.goto(f"{phone.server.url}/")
    second.wait_for_function("globalThis.booted === true")
    job = phone.job_id
    record = "([job, from]) => Promise.all([0, 1, 2, 3, 4].map((at) => engine.record.record(job, 'note.added', { text: `${from}${at}` })))"
    phone.offline()
    phone.page.evaluate(record, [job, "a"])
    second.evaluate(record, [job, "b"])
    phone.offline(False)
    for page in (phone.page, second):
        page.evaluate("engine.sync.syncNow()")
        page.wait_for_function(DELIVERED)
    assert sorted(phone.office_notes()) == sorted(f"{tab}{at}" for tab in "ab" for at in range(5))
    assert [name.split("-")[1] for name in sorted(phone.do("engine.filesIn('ev')"), key=lambda name: int(name.split("-")[1]))] == [
        str(seq) for seq in range(1, 11)
    ]
    phone.page.close()
    phone.page = second
    phone.note("after the first tab was closed")
    phone.delivered()
    assert "after the first tab was closed" in phone.office_notes()


def test_a_tab_that_hangs_with_the_lock_is_replaced(phone: Phone) -> None:
    phone.delivered()
    second = phone.page.context.new_page()
    second.goto(f"{phone.server.url}/")
    second.wait_for_function("globalThis.booted === true")
    hanging = "setTimeout(() => { const end = Date.now() + 25_000; while (Date.now() < end); }, 0); 0"
    phone.do(hanging)
    phone.page = second
    seen = len(phone.server.seen)
    phone.note("from the second tab")
    phone.do("engine.sync.syncNow()")
    second.wait_for_timeout(2_000)
    assert len(phone.server.seen) == seen, "the first tab did not hang"
    phone.delivered()
    assert phone.office_notes() == ["from the second tab"]


def test_s9_l7_a_copied_profile_forks_and_loses_nothing(phone: Phone, tmp_path: Path) -> None:
    phone.note("before the copy")
    phone.delivered()
    phone.browser.close()
    copy = tmp_path / "copy"
    shutil.copytree(phone.browser.profile, copy)
    phone.page = phone.browser.open()
    phone.open()
    phone.note("from the original")
    phone.delivered()
    phone.browser.close()
    phone.browser.profile = copy
    phone.page = phone.browser.open()
    phone.open()
    phone.note("from the copy")
    taken = phone.photo("p-copy")
    phone.delivered()
    assert sorted(phone.office_notes()) == ["before the copy", "from the copy", "from the original"]
    assert phone.office_blob(taken["sha256"]) == phone.bytes_of(taken["sha256"])
    opened = [body["data"] for body in phone.office_events() if body["kind"] == "log.opened"]
    assert [(data["prior_epoch"], data["prior_acked_seq"], data["reason"]) for data in opened] == [(1, 1, "fork")]
    phone.note("after the fork")
    phone.delivered()
    assert "after the fork" in phone.office_notes()
