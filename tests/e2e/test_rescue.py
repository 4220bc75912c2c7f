"""`/rescue` on a real phone: it sees what either copy holds, gives all of it out, sends it, and never changes a thing."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Playwright, expect

from app import pwa
from tests.builders import HEADERS, PASSWORD
from tests.e2e.chromium import desk
from tests.e2e.installer import COUNT_EVENTS
from tests.e2e.releases import no_network, no_office
from tests.e2e.roaming import Roaming, roaming

DATABASES = "indexedDB.databases().then((all) => all.map(({ name, version }) => [name, version]))"
FILES = """async () => {
  const found = [];
  const walk = async (folder, path) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === 'directory') await walk(handle, `${path}${name}/`);
      else found.push(`${path}${name}`);
    }
  };
  await walk(await navigator.storage.getDirectory(), '');
  return found.filter((path) => !path.startsWith('id/')).sort();
}"""


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def phone(
    playwright: Playwright, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch
) -> Iterator[Roaming]:
    """A phone with a delivered note, and another note and a photo that the office has never seen."""
    with roaming(playwright, migrated_sqlite, tmp_path_factory.mktemp("rescue"), patch, pwa.STATIC) as phone:
        phone.note("delivered")
        phone.installer.deliver()
        phone.server.fault = no_office
        phone.note("only here")
        phone.installer.visit(phone.job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
        phone.installer.take_photo()
        phone.until("navigator.serviceWorker.getRegistration('/rescue').then((r) => r?.active?.state === 'activated')")
        yield phone


def rescue_file(phone: Roaming, what: str | None = None) -> bytes:
    """Make a file and save it, as a person does."""
    if what is not None:
        phone.by(f"what-{what}").check()
    phone.by("make").click()
    with phone.page.expect_download() as saved:
        phone.by("save").click()
    assert saved.value.suggested_filename.startswith("doorstep-rescue-")
    return Path(saved.value.path()).read_bytes()


def opened(content: bytes) -> tuple[dict[str, Any], list[dict[str, Any]], list[str]]:
    """The manifest, the events and the names of the blobs of a file that any tool can read."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        events = [json.loads(archive.read(name)) for name in names if name.startswith("events/")]
        return json.loads(archive.read("rescue.json")), events, [name for name in names if name.startswith("blobs/")]


def brought_in(phone: Roaming, content: bytes) -> dict[str, Any]:
    """What the office says to the file."""
    with phone.app.app_context():
        answer = phone.network.signed_in("qian").post("/api/v1/rescue", data=content, content_type="application/zip", headers=HEADERS)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def kept(phone: Roaming) -> tuple[int, list[str]]:
    """How many events are in the database, and all files."""
    return phone.page.evaluate(COUNT_EVENTS), phone.page.evaluate(FILES)


def test_h60_offline_it_shows_and_gives_out_what_was_not_delivered(phone: Roaming) -> None:
    before = kept(phone)
    with phone.server.faulty(no_network):
        phone.reopen("/rescue")
        expect(phone.by("state")).to_have_attribute("data-waiting", "3")
        expect(phone.by("state")).to_contain_text("3 not yet delivered")
        expect(phone.by("job")).to_have_count(1)
        expect(phone.by("job")).to_contain_text("陈静")
        content = rescue_file(phone)
    manifest, events, blobs = opened(content)
    assert [json.loads(event["body"])["kind"] for event in events] == ["note.added", "photo.captured"]
    assert [len(manifest["seals"]), len(blobs)] == [1, 1]
    everything = opened(rescue_file(phone, "all"))
    assert len(everything[1]) == 3
    assert kept(phone) == before
    phone.server.fault = no_office


def test_h64_what_it_gave_out_comes_in_once(phone: Roaming) -> None:
    content = rescue_file(phone, "unsent")
    said = [brought_in(phone, content) for _ in range(3)]
    assert [one["events"] for one in said] == [{"came_in": 2, "known": 0}, {"came_in": 0, "known": 2}, {"came_in": 0, "known": 2}]
    assert said[0]["blobs"]["came_in"] == 1
    assert said[0]["jobs"][0]["look"] == {}, "the phone's own key sealed it"
    assert phone.notes() == ["delivered", "only here"]


def test_the_console_takes_it_in_and_says_what_came(playwright: Playwright, phone: Roaming, tmp_path: Path) -> None:
    brought = tmp_path / "from-the-phone.zip"
    brought.write_bytes(rescue_file(phone, "all"))
    spoilt = tmp_path / "holiday.zip"
    spoilt.write_bytes(b"not a rescue file")
    with desk(playwright, phone.server.url) as page, phone.server.faulty(lambda _request, answer: answer()):
        page.goto("/console/phones/rescue")
        page.get_by_test_id("login").fill("adam.north")
        page.get_by_test_id("password").fill(PASSWORD)
        page.get_by_test_id("sign-in-go").click()
        page.get_by_test_id("rescue-file").set_input_files(spoilt)
        expect(page.get_by_test_id("rescue-refused")).to_contain_text("Nothing of holiday.zip was taken in")
        page.get_by_test_id("rescue-file").set_input_files(brought)
        expect(page.get_by_test_id("rescue-outcome")).to_contain_text("Everything in from-the-phone.zip was here already")
        expect(page.get_by_test_id("rescued-job")).to_contain_text("陈静")
    phone.server.fault = no_office


def test_with_a_connection_it_sends_by_itself(phone: Roaming) -> None:
    phone.server.fault = no_office
    phone.page.goto(f"{phone.server.url}/app/")
    phone.note("sent by the page")
    phone.page.goto(f"{phone.server.url}/rescue")
    phone.by("send").click()
    expect(phone.page.get_by_text("Not everything was sent (http-502).")).to_be_visible()
    phone.server.fault = None
    before = kept(phone)
    phone.by("send").click()
    expect(phone.by("sent")).to_be_visible()
    assert phone.notes() == ["delivered", "only here", "sent by the page"]
    assert kept(phone) == before
    phone.server.fault = no_office


def test_the_page_speaks_both_languages(phone: Roaming) -> None:
    phone.by("language").click()
    expect(phone.by("state")).to_contain_text("项尚未送达")
    assert phone.page.evaluate("document.documentElement.lang") == "zh-Hans"


def test_without_the_files_the_database_is_enough(phone: Roaming) -> None:
    clear(phone, "file_systems")
    phone.page.goto(f"{phone.server.url}/rescue")
    # The app has not run since, so it does not know yet that all of it was sent.
    expect(phone.by("state")).to_have_attribute("data-waiting", "4")
    expect(phone.by("state")).to_contain_text("There is only one copy on this phone.")
    assert [len(part) for part in opened(rescue_file(phone))[1:]] == [3, 1]
    assert phone.page.evaluate(FILES) == []
    # The app makes the second copy again, and says that it was lost.
    phone.page.goto(f"{phone.server.url}/app/")
    phone.until(f"({FILES})().then((found) => found.length === 6)")
    expect(phone.by("job-card").first).to_be_visible()


def clear(phone: Roaming, kinds: str) -> None:
    """Take storage away, as a browser may."""
    phone.page.goto("about:blank")
    session = phone.browser.context.new_cdp_session(phone.page)
    session.send("Storage.clearDataForOrigin", {"origin": phone.server.url, "storageTypes": kinds})


def test_h01_without_the_database_the_files_are_enough_and_none_is_made(phone: Roaming) -> None:
    phone.page.goto(f"{phone.server.url}/rescue")
    expect(phone.by("make")).to_be_visible()
    files = phone.page.evaluate(FILES)
    clear(phone, "indexeddb")
    phone.page.goto(f"{phone.server.url}/rescue")
    # Without the database nobody knows what was delivered, so everything counts as not delivered.
    expect(phone.by("state")).to_have_attribute("data-waiting", "6")
    expect(phone.by("state")).to_contain_text("The first copy cannot be read.")
    manifest, events, blobs = opened(rescue_file(phone))
    assert (len(events), len(blobs), manifest["seals"]) == (5, 1, [])
    assert manifest["tenant_id"] == phone.network.tenant_id
    assert phone.page.evaluate(DATABASES) == []
    assert phone.page.evaluate(FILES) == files


def test_what_the_files_alone_gave_comes_in_once_too(phone: Roaming) -> None:
    said = brought_in(phone, rescue_file(phone))
    assert said["events"] == {"came_in": 1, "known": 4}
    assert phone.notes() == ["delivered", "only here", "sent by the page"]


def test_a_database_of_another_build_is_read_as_far_as_it_goes_and_left_as_it_is(phone: Roaming) -> None:
    make = """() => new Promise((resolve, reject) => {
      const asked = indexedDB.open('doorstep', 7);
      asked.onupgradeneeded = () => asked.result.createObjectStore('events').put({ schema: 9 }, [1, 1]);
      asked.onsuccess = () => { asked.result.close(); resolve(); };
      asked.onerror = () => reject(asked.error);
    })"""
    phone.page.evaluate(make)
    phone.page.reload()
    expect(phone.by("state")).to_have_attribute("data-waiting", "6")
    assert phone.page.evaluate(DATABASES) == [["doorstep", 7]]
    assert phone.page.evaluate(COUNT_EVENTS) == 1


def test_a_storage_that_does_not_open_leads_here(phone: Roaming) -> None:
    phone.page.goto(f"{phone.server.url}/app/")  # that database is of a later version than the app
    expect(phone.by("no-storage")).to_be_visible()
    phone.by("to-rescue").click()
    expect(phone.by("make")).to_be_visible()


def test_a_phone_that_holds_nothing_says_so(phone: Roaming) -> None:
    clear(phone, "indexeddb,file_systems")
    phone.page.goto(f"{phone.server.url}/rescue")
    expect(phone.by("state")).to_contain_text("Nothing was recorded on this phone")
    expect(phone.by("make")).to_have_count(0)
    assert phone.page.evaluate(DATABASES) == []
    assert phone.page.evaluate(FILES) == []
