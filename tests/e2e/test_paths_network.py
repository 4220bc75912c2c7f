"""Networks that lie: a hotel's login page, a proxy's refusals, a server in trouble. Nothing is lost, and nothing is called delivered."""

from collections import Counter

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.store.db import db
from app.store.events import EventRow
from tests.builders import Network
from tests.e2e.conftest import Town
from tests.e2e.gateway import Lie
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

_PAGE = b"<!doctype html><title>Welcome to Hotel Wi-Fi</title><form action=/login>Accept the terms</form>"
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_JSON = {"Content-Type": "application/json"}

LIES = {
    "login page": Lie(200, _HTML, _PAGE),
    "login page called JSON": Lie(200, _JSON, _PAGE),
    "empty object": Lie(200, _JSON, b"{}"),
    "no content": Lie(204, {}, b""),
    "redirect": Lie(302, {**_HTML, "Location": "http://portal.invalid/login"}, b""),
    "redirect to ourselves": Lie(302, {**_HTML, "Location": "/app/"}, b""),
    "unauthorised": Lie(401, {**_HTML, "WWW-Authenticate": "Negotiate"}, _PAGE),
    "bad request": Lie(400, _HTML, _PAGE),
    "forbidden": Lie(403, _HTML, _PAGE),
    "not found": Lie(404, _HTML, _PAGE),
    "gone": Lie(410, _HTML, _PAGE),
    "too large": Lie(413, _HTML, _PAGE),
    "unprocessable": Lie(422, _HTML, _PAGE),
    "too many": Lie(429, {**_HTML, "Retry-After": "2"}, _PAGE),
    "broken": Lie(500, _HTML, _PAGE),
    "gateway": Lie(502, _HTML, _PAGE),
    "unavailable": Lie(503, _HTML, _PAGE),
}


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """The job of the day."""
    return people.job("wang")


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, job_id: str, town: Town) -> Installer:
    """A phone with a note, an answer and a photo to send, on a network that is dead."""
    phone = phones.enrolled(people)
    town.gateway.dead = True
    phone.arrive(job_id)
    phone.note(job_id, "Before the hotel")
    phone.open_step(job_id, "CAL-01")
    phone.by("choice-reached").click()
    phone.save_step()
    phone.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    phone.take_photo()
    phone.page.goto(f"{phone.url}/app/#/outbox")
    expect(phone.by("pending")).to_have_count(5)
    return phone


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_everything_changes_nothing(name: str, installer: Installer, town: Town) -> None:
    before = installer.recorded()
    town.gateway.dead = False
    with town.gateway.lying(LIES[name]) as told:
        try_until_told(installer, told, "POST /api/v1/sync")
        expect(installer.by("sync-bar")).not_to_have_attribute("data-kind", "sending")
        assert_nothing_was_delivered(installer, 5)
        town.gateway.dead = True
    assert installer.recorded() == before


@pytest.mark.parametrize("name", LIES)
def test_a_lie_about_photos_alone(name: str, installer: Installer, town: Town, people: Network, job_id: str) -> None:
    lie = LIES[name]
    about_blobs = Lie(lie.status, lie.headers, lie.body, "/api/v1/blobs/")
    town.gateway.dead = False
    with town.gateway.lying(about_blobs) as told:
        try_until_told(installer, told, "/api/v1/blobs/")
        # The events are through: only the photo's bytes wait.
        assert_nothing_was_delivered(installer, 1)
        town.gateway.dead = True
    assert people.view(job_id).blobs_missing == 1


def test_afterwards_everything_arrives_exactly_once(installer: Installer, town: Town, people: Network, job_id: str) -> None:
    town.gateway.dead = False
    installer.page.wait_for_timeout(2_200)  # the patience that was asked for
    installer.deliver()
    state = people.state(job_id)
    assert people.view(job_id).blobs_missing == 0
    assert state["anomalies"] == []
    assert [note["text"] for note in state["notes"]] == ["Before the hotel"]
    assert [answer["value"] for answer in state["answers"]] == ["reached"]
    assert [photo["role"] for photo in state["photos"]] == ["shoe_covers"]
    events = db.session.scalars(select(EventRow).where(EventRow.job_id == job_id)).all()
    assert max(Counter(event.event_id for event in events).values()) == 1
    assert {event.standing for event in events} == {"folded"}
    sha256 = state["photos"][0]["sha256"]
    assert len(people.office.blobs.path(people.tenant_id, sha256).read_bytes()) == state["photos"][0]["size"]
    town.check()


def try_until_told(installer: Installer, told: list[str], what: str) -> None:
    """Tap 'Try now' as an impatient thumb does, until the liar has spoken about that."""
    installer.page.goto(f"{installer.url}/app/#/outbox")
    for _ in range(60):
        installer.by("try-now").click()
        installer.page.wait_for_timeout(150)
        if any(what in line for line in told):
            installer.page.wait_for_timeout(150)
            return
    raise AssertionError(f"nothing was asked about {what}: {told}")


def assert_nothing_was_delivered(installer: Installer, waiting: int) -> None:
    """The list of what waits is as long as before, and no screen says otherwise."""
    expect(installer.by("pending")).to_have_count(waiting)
    assert installer.by("sync-bar").get_attribute("data-kind") != "delivered"
    assert "Everything delivered" not in (installer.by("sync-bar").text_content() or "")
    assert installer.page.locator("[data-testid=pending][data-status=delivered]").count() == 0
