"""What the screens say about storage: what is where, what fits, what was lost, and where nothing may be captured."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app.services import dispatch
from tests.builders import Network
from tests.e2e import screens
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import IPHONE, Phones, code_for

NO_FILES = "delete StorageManager.prototype.getDirectory"
PRIVATE = "StorageManager.prototype.getDirectory = () => Promise.reject(new DOMException('private', 'SecurityError'))"
NO_PICTURE = """() => {
  ImageCapture.prototype.takePhoto = () => Promise.reject(new Error('no'));
  HTMLCanvasElement.prototype.toBlob = (give) => give(null);
}"""
# Keeps whoever saves waiting, until `letGo()`.
HOLD_LOG = """() => new Promise((held) => {
  navigator.locks.request('doorstep-log', () => new Promise((end) => held((window.letGo = end))));
})"""
NO_KEYS = """
const real = IDBObjectStore.prototype.put;
IDBObjectStore.prototype.put = function (...given) {
  if (this.name === 'keys') throw new DOMException('locked down', 'DataCloneError');
  return real.apply(this, given);
};
"""


@pytest.fixture
def job_id(people: Network) -> str:
    """A job for Wang."""
    return people.job("wang")


def test_the_bar_and_the_outbox_count_the_same_and_the_meter_tells_what_fits(
    phones: Phones, people: Network, job_id: str, town: Town
) -> None:
    phone = phones.enrolled(people)
    with dead(town):
        phone.arrive(job_id)
        phone.note(job_id, "counted")
        phone.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
        phone.take_photo()
        go(phone, "outbox")
        expect(phone.by("pending")).to_have_count(4)
        expect(phone.by("sync-bar")).to_contain_text("4 on this phone")
        expect(phone.by("outbox")).to_contain_text("Kept in 2 copies")
        go(phone, "safe")
        expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "unknown", timeout=60_000)
        go(phone, "storage")
        expect(phone.by("fit")).to_contain_text("more than", timeout=30_000)
        expect(phone.by("copies")).to_have_attribute("data-good", "true")
        expect(phone.by("persisted")).to_have_attribute("data-good", "false")
        expect(phone.by("unsent")).not_to_contain_text("0 KB", use_inner_text=True)
    go(phone, "check")
    expect(phone.by("tick-storage")).to_have_attribute("data-good", "true", timeout=30_000)
    expect(phone.by("tick-app")).to_have_attribute("data-good", "true")
    expect(phone.by("tick-job").first).to_be_visible()
    phone.deliver()
    go(phone, "safe")
    expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "yes", timeout=60_000)


def test_h65_the_bar_ages(phones: Phones, people: Network, job_id: str, town: Town) -> None:
    phone = phones.enrolled(people)
    with dead(town):
        phone.note(job_id, "old")
        for hours, tone in ((1, "wait"), (25, "warn"), (73, "stop")):
            page = phone.page.context.new_page()
            page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
            page.goto(f"{phone.url}/app/#/today")
            expect(page.get_by_test_id("sync-bar")).to_have_class(f"sync-bar {tone}")
            page.close()
    phone.deliver()


def test_without_a_second_place_the_phone_says_one_copy(phones: Phones, people: Network, job_id: str, town: Town) -> None:
    phone = phones.blank()
    phone.page.add_init_script(NO_FILES)
    phone.enrol(f"{phone.url}/app/#enrol={code_for(people, 'wang')}")
    with dead(town):
        phone.note(job_id, "alone")
        expect(phone.by("sync-bar")).to_contain_text("one copy only")
        go(phone, "outbox")
        expect(phone.by("pending")).to_contain_text("one copy only")
        go(phone, "check")
        expect(phone.by("tick-storage")).to_have_attribute("data-good", "false", timeout=30_000)
    phone.deliver()


def test_files_that_do_not_open_this_time_leave_it_open_whether_something_waits_there(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    page = phone.page.context.new_page()
    page.add_init_script(NO_FILES)
    phone.page.close()
    phone.page = page
    page.goto(f"{phone.url}/app/#/safe")
    expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "unknown", timeout=60_000)
    expect(phone.by("safe-verdict")).to_contain_text("does not open")
    # The next start opens them again.
    again = page.context.new_page()
    page.close()
    phone.page = again
    again.goto(f"{phone.url}/app/#/safe")
    expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "yes", timeout=60_000)


def test_h20_a_private_window_and_a_phone_without_keys_capture_nothing(phones: Phones, people: Network) -> None:
    private = phones.blank()
    private.page.add_init_script(PRIVATE)
    private.page.goto(f"{private.url}/app/#enrol={code_for(people, 'wang')}")
    expect(private.by("forgetful")).to_be_visible()
    expect(private.by("enrol-add")).to_have_count(0)
    locked = phones.blank()
    locked.page.add_init_script(NO_KEYS)
    locked.page.goto(f"{locked.url}/app/#enrol={code_for(people, 'wang')}")
    locked.by("enrol-add").click()
    expect(locked.by("enrol-failed")).to_contain_text("keeps no keys")


def test_h19_an_iphone_tab_sends_and_captures_nothing_until_installed(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    phone.page.context.new_cdp_session(phone.page).send("Emulation.setUserAgentOverride", {"userAgent": IPHONE})
    phone.page.reload()
    phone.visit(job_id, "note")
    expect(phone.by("no-capture")).to_be_visible()
    expect(phone.by("note-save")).to_have_count(0)
    go(phone, "outbox")
    expect(phone.by("try-now")).to_be_visible()
    phone.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: true })")
    phone.visit(job_id, "note")
    phone.page.reload()
    expect(phone.by("note-save")).to_be_visible()


def test_h16_an_emptied_phone_tells_whose_it_was(phones: Phones, people: Network) -> None:
    phone = phones.enrolled(people)
    phone.page.goto("about:blank")
    origin = {"origin": phone.url, "storageTypes": "indexeddb,file_systems"}
    phone.page.context.new_cdp_session(phone.page).send("Storage.clearDataForOrigin", origin)
    phone.page.goto(f"{phone.url}/app/")
    expect(phone.by("emptied")).to_contain_text("Wang")
    phone.go_offline()
    phone.page.reload()
    expect(phone.by("emptied")).to_contain_text("not known without a connection")


def test_not_saved_shows_the_photo_until_there_is_room(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    phone.arrive(job_id)
    phone.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    expect(phone.by("shutter")).to_be_enabled()
    phone.page.evaluate(screens.FULL, True)
    phone.by("shutter").click()
    phone.page.locator("[data-testid=weak-keep], [data-testid=unsaved]").first.wait_for()
    if phone.by("weak-keep").count():
        phone.by("weak-keep").click()
        phone.page.locator("[data-testid^='weak-why-']").first.click()
    expect(phone.by("unsaved").locator("img")).to_be_visible()
    expect(phone.by("unsaved")).to_contain_text("The phone is full")
    phone.by("save-again").click()
    expect(phone.by("unsaved").locator("img")).to_be_visible()
    phone.page.evaluate(screens.FULL, False)
    phone.by("save-again").click()
    expect(phone.by("last-photo")).to_be_visible()
    phone.deliver()
    assert [photo["role"] for photo in people.state(job_id)["photos"]] == ["shoe_covers"]


def test_a_camera_that_gives_no_picture_says_so(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    phone.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    expect(phone.by("shutter")).to_be_enabled()
    phone.page.evaluate(NO_PICTURE)
    phone.by("shutter").click()
    expect(phone.by("photo-trouble")).to_contain_text("gave no picture")
    expect(phone.by("shutter")).to_be_enabled()


def test_leaving_a_note_while_it_is_saved_goes_back_once(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    phone.page.goto(f"{phone.url}/app/#/today")
    phone.by("job-card").locator(f"a[href*='{job_id}']").click()
    phone.by("add-note").click()
    phone.by("note-text").fill("slow")
    phone.page.evaluate(HOLD_LOG)
    phone.by("note-save").click()
    phone.by("back").click()
    expect(phone.by("job")).to_be_visible()
    phone.page.evaluate("letGo()")
    expect(phone.by("note")).to_be_visible()
    expect(phone.by("job")).to_be_visible()


def test_a_cancelled_job_is_shown_until_it_is_seen(phones: Phones, people: Network, job_id: str) -> None:
    phone = phones.enrolled(people)
    phone.note(job_id, "before it was cancelled")
    phone.deliver()
    dispatch.cancel(people.office, people.tenant_id, people.people["dora"], job_id, "moved away")
    go(phone, "outbox")
    phone.by("try-now").click()
    go(phone, "today")
    expect(phone.by("departed")).to_be_visible()
    expect(phone.by("departed")).to_have_attribute("data-left", "0")
    phone.by("departed-seen").click()
    expect(phone.by("departed")).to_have_count(0)


def go(phone: Installer, screen: str) -> None:
    """One of the screens that belong to no job."""
    phone.page.goto(f"{phone.url}/app/#/{screen}")


@contextmanager
def dead(town: Town) -> Iterator[None]:
    """The network is dead inside the block."""
    town.gateway.dead = True
    try:
        yield
    finally:
        town.gateway.dead = False
