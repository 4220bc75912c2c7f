"""What the phone's engine keeps and delivers, in a real browser against the real application.

No screen takes part: the engine is bundled alone and driven through the same door that the screens use.
"""

import shutil
from pathlib import Path
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.e2e.engine_phone import DELIVERED, Phone, no_server


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
