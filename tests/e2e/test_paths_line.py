"""Lines that are narrow, slow or break: what was saved goes on where it was, exactly once, and the phone says why it waits."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Response, expect
from sqlalchemy import select

from app.store.db import db
from app.store.events import EventRow
from tests.builders import Network
from tests.e2e.conftest import Town
from tests.e2e.gateway import Lie
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones, code_for

_HTML = {"Content-Type": "text/html"}
_NO_BACKGROUND_SYNC = "delete window.SyncManager; delete ServiceWorkerRegistration.prototype.sync;"
_NO_LOCKS = "delete Navigator.prototype.locks;"
_SILENCE_MS = 31_000
# A little less than a photo of the film that the camera shows.
_BODY_MAX = 8_192


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """The job of the day."""
    return people.job("wang")


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, job_id: str) -> Installer:
    """A phone without background sync, as an iPhone is, whose clock can be turned on."""
    phone = phones.blank()
    phone.page.add_init_script(_NO_BACKGROUND_SYNC)
    phone.page.clock.install()
    phone.enrol(f"{phone.url}/app/#enrol={code_for(people, 'wang')}")
    assert phone.page.evaluate("'SyncManager' in window") is False
    phone.arrive(job_id)
    phone.deliver()
    return phone


def test_s14_retry_after_is_heeded_shown_and_overruled_by_hand(installer: Installer, town: Town, job_id: str) -> None:
    waits = Lie(503, {**_HTML, "Retry-After": "600"}, b"<h1>Back soon</h1>")
    with town.gateway.lying(waits) as told:
        installer.note(job_id, "While the office was away")
        installer.page.goto(f"{installer.url}/app/#/outbox")
        expect(installer.by("last-error")).to_contain_text("http-503")
        expect(installer.by("outbox")).to_contain_text("Next try")
        asked = len(told)
        installer.page.clock.fast_forward(300_000)
        installer.page.evaluate("dispatchEvent(new Event('online'))")
        installer.page.wait_for_timeout(500)
        assert len(told) == asked, "asked before the ten minutes were over"
        expect(installer.by("pending")).to_have_count(1)
    installer.by("try-now").click()
    expect(installer.by("sync-bar")).to_have_attribute("data-kind", "delivered")


def test_h38_a_proxy_that_takes_little_gets_smaller_pieces(installer: Installer, town: Town, people: Network, job_id: str) -> None:
    with narrow(town) as refused:
        take_photo(installer, job_id)
        installer.page.goto(f"{installer.url}/app/#/outbox")
        for _ in range(80):
            if installer.by("sync-bar").get_attribute("data-kind") == "delivered":
                break
            installer.by("try-now").click()
            installer.page.wait_for_timeout(250)
        expect(installer.by("sync-bar")).to_have_attribute("data-kind", "delivered")
        assert 0 < len(refused) < 10, refused
    assert people.view(job_id).blobs_missing == 0


def test_h48_an_upload_that_vanishes_at_forty_percent_goes_on(
    installer: Installer, phones: Phones, town: Town, people: Network, job_id: str
) -> None:
    # A photo of its own: the very same bytes would be at the office already.
    phones.film.label("another picture")
    with narrow(town) as told:
        town.gateway.chunks.clear()
        town.gateway.swallows = 0.4
        take_photo(installer, job_id)
        installer.page.goto(f"{installer.url}/app/#/outbox")
        try_until(installer, lambda: any(line.startswith("swallowed ") for line in told))
        expect(installer.by("pending")).to_have_count(1)
        assert installer.by("sync-bar").get_attribute("data-kind") != "delivered"
        installer.page.clock.fast_forward(_SILENCE_MS)
        try_until(installer, lambda: installer.by("sync-bar").get_attribute("data-kind") == "delivered")
    assert people.view(job_id).blobs_missing == 0
    phones.film.surface()
    ends = [offset + length for offset, length in town.gateway.chunks]
    assert [offset for offset, _ in town.gateway.chunks] == [0, *ends[:-1]], "what had arrived was not sent again"


def test_h47_the_worker_answers_pages_and_touches_no_request_that_writes(installer: Installer, job_id: str) -> None:
    answered: list[Response] = []

    def heard(response: Response) -> None:
        answered.append(response)

    installer.page.on("response", heard)
    installer.note(job_id, "Not through the worker")
    installer.page.goto(f"{installer.url}/app/#/outbox")
    installer.deliver()
    installer.page.reload()
    expect(installer.by("outbox")).to_be_visible()
    writing = [response for response in answered if response.request.method != "GET"]
    assert [response for response in writing if response.url.endswith("/api/v1/sync")]
    assert not [response.url for response in writing if response.from_service_worker]
    assert [response for response in answered if response.request.method == "GET" and response.from_service_worker]


def test_h52_two_pages_that_both_send_store_one_of_each(phones: Phones, people: Network, town: Town) -> None:
    job_id = people.job("li")
    first = phones.blank()
    first.page.context.add_init_script(_NO_LOCKS)
    first.enrol(f"{first.url}/app/#enrol={code_for(people, 'li')}")
    second = Installer(first.page.context.new_page(), first.url)
    second.page.goto(f"{first.url}/app/#/outbox")
    assert not first.page.evaluate("'locks' in navigator")
    with town.gateway.cut():
        first.arrive(job_id)
        for text in ("One", "Two", "Three"):
            first.note(job_id, text)
        take_photo(first, job_id)
        first.page.goto(f"{first.url}/app/#/outbox")
        second.page.reload()
        expect(second.by("pending")).to_have_count(6)
    first.by("try-now").click(no_wait_after=True)
    second.by("try-now").click(no_wait_after=True)
    for page in (first, second):
        try_until(page, lambda page=page: page.by("sync-bar").get_attribute("data-kind") == "delivered")
    state = people.state(job_id)
    assert sorted(note["text"] for note in state["notes"]) == ["One", "Three", "Two"]
    assert len(state["photos"]) == 1
    assert state["anomalies"] == []
    rows = db.session.scalars(select(EventRow).where(EventRow.job_id == job_id)).all()
    assert max(Counter(row.event_id for row in rows).values()) == 1
    town.check()


def take_photo(phone: Installer, job_id: str) -> None:
    """One more photo of the covered shoes."""
    phone.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    phone.take_photo()


def try_until(phone: Installer, reached: Callable[[], bool]) -> None:
    """Tap 'Try now' as an impatient thumb does."""
    for _ in range(80):
        if reached():
            return
        phone.by("try-now").click()
        phone.page.wait_for_timeout(150)
    raise AssertionError(f"it never came to that: {phone.page.inner_text('body')}")


@contextmanager
def narrow(town: Town) -> Iterator[list[str]]:
    """A proxy that takes no longer body than that; gives what it refused."""
    town.gateway.told = []
    town.gateway.body_max = _BODY_MAX
    try:
        yield town.gateway.told
    finally:
        town.gateway.body_max = None
