"""What a phone does when its storage is damaged, full, gone or held by a frozen tab. No screen takes part."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright

from tests.e2e.engine_phone import DELIVERED, Phone, beside_an_office
from tests.e2e.installer import until

# From now on, the database gives no connection and no transaction, so many times.
BREAK = """times => {
  const real = (window.real ??= { open: IDBFactory.prototype.open, transaction: IDBDatabase.prototype.transaction });
  let left = times;
  const broken = (method, name) => function (...given) {
    if (left > 0) {
      left -= 1;
      throw new DOMException('broken by a test', name);
    }
    return method.apply(this, given);
  };
  IDBFactory.prototype.open = broken(real.open, 'UnknownError');
  IDBDatabase.prototype.transaction = broken(real.transaction, 'InvalidStateError');
}"""
TRY = "([job, length]) => engine.takePhoto(job, 'p-try', length).then((saved) => ({ saved }), (error) => ({ failed: error.name }))"
HOLD = """async (ms) => {
  const id = await (await navigator.storage.getDirectory()).getDirectoryHandle('id');
  const held = await (await id.getFileHandle('probe', { create: true })).createWritable();
  setTimeout(() => held.abort(), ms);
}"""
FULL_DISK_MB = 64


def test_h02_h03_a_connection_that_dies_twice_is_made_again(phone: Phone) -> None:
    phone.offline()
    phone.do(BREAK, 2)
    assert phone.note("once")["copies"] == 2
    assert phone.do("engine.whatIsHere().then(({ ids }) => Object.values(ids))") == [1]


def test_h02_without_a_database_capture_goes_on_among_the_files(phone: Phone) -> None:
    phone.offline()
    phone.note("before")
    phone.do(BREAK, 1_000_000)
    late = [phone.note("without a database"), phone.photo("p-late")]
    assert [fact["copies"] for fact in late] == [1, 1]
    status = phone.do("engine.sync.status.value")
    assert (status["pending"], status["copies"], status["kind"]) == (3, 1, "on_phone")
    assert phone.do("engine.sync.confirmDelivered()") is False
    # Killed before the database came back: the next start takes them up.
    phone.reopen()
    assert phone.do("engine.sync.status.value.pending") == 3
    assert phone.do("engine.filesIn('late')") == []
    phone.offline(False)
    phone.delivered()
    assert phone.office_notes() == ["before", "without a database"]
    assert phone.office_blob(late[1]["sha256"]) == phone.bytes_of(late[1]["sha256"])


def test_what_a_page_kept_late_before_it_was_closed_is_taken_up_by_the_one_that_stays(phone: Phone) -> None:
    """Found by the engine simulator, seed 843566830: the other page had nothing to send, and said so."""
    other = phone.page.context.new_page()
    other.goto(f"{phone.server.url}/")
    other.wait_for_function("globalThis.booted === true")
    other.evaluate(BREAK, 1_000_000)
    job_id = phone.job_id
    kept = other.evaluate("(job) => engine.record.record(job, 'note.added', { text: 'left behind' })", job_id)
    assert kept["copies"] == 1
    other.close()
    phone.do("engine.sync.syncNow()")
    until(phone.page, "engine.filesIn('late').then((names) => names.length === 0)")
    phone.delivered()
    assert phone.office_notes() == ["left behind"]


def test_a_file_that_is_held_for_a_moment_costs_no_second_copy(phone: Phone) -> None:
    """As the page before this one does while it ends."""
    other = phone.page.context.new_page()
    other.goto(phone.page.url)
    other.evaluate(HOLD, 900)
    phone.page.reload()
    phone.page.wait_for_function("globalThis.engine?.app.phase.value === 'ready'")
    phone.offline()
    assert phone.note("held")["copies"] == 2


def test_h09_bytes_that_the_database_lost_come_back_from_their_file(phone: Phone) -> None:
    phone.offline()
    taken = [phone.photo(f"p{number}", 400_000 + number) for number in range(3)]
    phone.browser.kill()
    gone = [path for path in phone.browser.profile.glob("**/IndexedDB/*.indexeddb.blob/**/*") if path.is_file()]
    assert gone, "this browser keeps no value in a file of its own"
    for path in gone[1:]:
        path.unlink()
    phone.page = phone.browser.open()
    phone.open()
    phone.delivered()
    assert [len(phone.office_blob(photo["sha256"])) for photo in taken] == [400_000, 400_001, 400_002]


def test_h08_h51_what_is_whole_nowhere_is_told_and_blocks_nothing(phone: Phone) -> None:
    phone.offline()
    damaged, whole = phone.photo("p-damaged"), phone.photo("p-whole")
    phone.do("(sha256) => engine.damage(sha256)", damaged["sha256"])
    phone.offline(False)
    phone.do("engine.sync.syncNow()")
    phone.page.wait_for_function("engine.sync.status.value.kind === 'attention' && engine.sync.status.value.pending === 1")
    assert phone.office_blob(whole["sha256"]) == phone.bytes_of(whole["sha256"])
    assert phone.do("(id) => engine.items.eventItem(id).value.status", damaged["event_id"]) == "attention"
    assert phone.do("engine.sync.confirmDelivered()") is False
    told = [body["data"] for body in phone.office_events() if body["kind"] == "storage.lost"]
    assert [data["what"] for data in told] == ["all"]
    assert damaged["sha256"] in told[0]["note"]


def test_h01_a_file_torn_while_nobody_looked_is_written_again(phone: Phone) -> None:
    phone.offline()
    taken = phone.photo("p1")
    phone.do("(sha256) => engine.tearFile(sha256)", taken["sha256"])
    phone.reopen()
    until(phone.page, "(sha256) => engine.whatIsHere().then(({ blobs }) => blobs[sha256].every(Boolean))", taken["sha256"])


def test_h16_an_emptied_storage_is_noticed_told_and_reported(phone: Phone) -> None:
    phone.delivered()
    phone.offline()
    phone.note("never sent")
    phone.offline(False)
    phone.clear("indexeddb,file_systems")
    phone.open()
    assert phone.phase() == "needs_enrolment"
    phone.page.wait_for_function("engine.before.before.value !== null")
    assert phone.do("engine.before.before.value.user_name") != ""
    phone.enrol()
    phone.delivered()
    lost = [body["data"] for body in phone.office_events() if body["kind"] == "storage.lost"]
    assert [data["what"] for data in lost] == ["all"]
    assert "test phone" in lost[0]["note"]
    phone.reopen()
    assert len([body for body in phone.office_events() if body["kind"] == "storage.lost"]) == 1


def test_h12_over_the_quota_a_photo_is_refused_and_capture_goes_on_afterwards(
    bundle: Path, playwright: Playwright, migrated_sqlite: Path, tmp_path: Path
) -> None:
    with beside_an_office(playwright, bundle, migrated_sqlite, tmp_path, tmp_path / "profile") as phone:
        session = phone.page.context.new_cdp_session(phone.page)
        session.send("Storage.overrideQuotaForOrigin", {"origin": phone.server.url, "quotaSize": 2_500_000})
        phone.begin()
        phone.offline()
        before, failed = fill(phone)
        assert failed == "StorageFull"
        kept = phone.do("engine.whatIsHere()")
        assert kept["broken"] is None
        assert [first for first, _ in kept["blobs"].values()] == [True] * before
        session.send("Storage.overrideQuotaForOrigin", {"origin": phone.server.url})
        assert "saved" in phone.do(TRY, [phone.job_id, 400_000])
        phone.offline(False)
        phone.delivered()
        photos = [body for body in phone.office_events() if body["kind"] == "photo.captured"]
        assert len(photos) == before + 1
        assert phone.do("engine.whatIsHere().then(({ broken }) => broken)") is None


def test_h14_h13_a_full_disk_refuses_truthfully_and_works_again_when_there_is_room(
    bundle: Path, playwright: Playwright, migrated_sqlite: Path, tmp_path: Path
) -> None:
    with (
        small_disk(tmp_path / "disk") as disk,
        beside_an_office(playwright, bundle, migrated_sqlite, tmp_path, disk / "profile") as phone,
    ):
        phone.begin()
        phone.delivered()
        phone.offline()
        first = phone.photo("p-first")
        room = phone.do("engine.storage.measureRoom()")
        assert 0 < room["bytes"] < FULL_DISK_MB * 1_000_000
        assert not room["enough"]
        assert phone.do("navigator.storage.estimate().then(({ quota }) => quota)") > 10 * room["bytes"], (
            "the browser's estimate can be trusted"
        )
        filler = disk / "filler"
        fill_up(filler)
        outcomes = [phone.do(TRY, [phone.job_id, 3_000_000]) for _ in range(2)]
        assert all("failed" in outcome for outcome in outcomes), outcomes
        assert phone.bytes_of(first["sha256"])
        filler.unlink()
        outcome = phone.do(TRY, [phone.job_id, 400_000])
        assert "saved" in outcome, outcome
        phone.offline(False)
        phone.delivered()
        photos = [body["data"]["sha256"] for body in phone.office_events() if body["kind"] == "photo.captured"]
        assert photos == [first["sha256"], outcome["saved"]["sha256"]]


def test_the_office_is_told_how_the_phone_is(phone: Phone) -> None:
    phone.do("engine.storage.measureRoom()")
    phone.note("one")
    phone.delivered()
    phone.page.wait_for_function("engine.sync.status.value.pending === 0")
    condition = phone.condition()
    assert (condition["copies"], condition["persisted"], condition["mode"]) == (2, False, "tab")
    assert condition["room_bytes"] > 1_000_000
    assert abs(condition["clock_off_ms"] or 0) < 60_000
    reports = sum(line == "PUT /api/v1/devices/mine/condition" for line in phone.server.seen)
    phone.note("two")
    phone.delivered()
    assert sum(line == "PUT /api/v1/devices/mine/condition" for line in phone.server.seen) == reports, "nothing changed"


def test_h51_a_frozen_tab_stops_neither_sending_nor_saving(phone: Phone) -> None:
    second = phone.page.context.new_page()
    second.clock.install()
    second.goto(f"{phone.server.url}/")
    second.wait_for_function("globalThis.booted === true")
    phone.do("void navigator.locks.request('doorstep-log', () => new Promise(() => undefined))")
    freeze(phone.page)
    first, phone.page = phone.page, second
    second.evaluate(
        "job => void engine.record.record(job, 'note.added', { text: 'behind a frozen tab' }).then(() => (window.saved = true))",
        phone.job_id,
    )
    for _ in range(40):
        second.clock.fast_forward(2_000)
        if second.evaluate("window.saved === true"):
            break
    assert second.evaluate("window.saved === true")
    for _ in range(40):
        second.clock.fast_forward(2_000)
        if second.evaluate(DELIVERED):
            break
    assert phone.office_notes() == ["behind a frozen tab"]
    first.context.new_cdp_session(first).send("Page.setWebLifecycleState", {"state": "active"})
    first.evaluate("job => engine.record.record(job, 'note.added', { text: 'thawed' })", phone.job_id)
    second.clock.fast_forward(1_000)
    second.evaluate("engine.sync.syncNow()")
    second.wait_for_function("engine.sync.status.value.pending === 0")
    assert sorted(phone.office_notes()) == ["behind a frozen tab", "thawed"]


def test_h25_photos_are_read_one_at_a_time(phone: Phone) -> None:
    spy = """
        globalThis.readAll = [];
        const real = IDBObjectStore.prototype.getAll;
        IDBObjectStore.prototype.getAll = function (...given) {
          readAll.push(this.name);
          return real.apply(this, given);
        };
    """
    phone.offline()
    for number in range(4):
        phone.photo(f"p{number}", 300_000)
    phone.page.add_init_script(spy)
    phone.offline(False)
    phone.open()
    phone.delivered()
    seen = set(phone.do("readAll"))
    assert "events" in seen
    assert not seen & {"blobs", "thumbs"}


def fill(phone: Phone) -> tuple[int, str]:
    """Take photos until the phone refuses one: how many it took, and how it refused."""
    for taken in range(40):
        outcome: dict[str, Any] = phone.do(TRY, [phone.job_id, 400_000])
        if "failed" in outcome:
            return taken, str(outcome["failed"])
    raise AssertionError("the phone is never full")


def fill_up(path: Path) -> None:
    """A file that takes all that is left of its disk."""
    with path.open("wb") as file:
        try:
            while True:
                file.write(bytes(1_000_000))
                file.flush()
        except OSError:
            return


def freeze(page: Page) -> None:
    """As a browser freezes a tab that nobody has looked at for a while."""
    page.context.new_cdp_session(page).send("Page.setWebLifecycleState", {"state": "frozen"})


@contextmanager
def small_disk(path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the test above runs with a quota instead")
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_DISK_MB}m", "tmpfs", str(path)], check=False, capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("no file system can be mounted here")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
