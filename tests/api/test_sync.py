"""The sync call, on both databases: PROTOCOL S and L as a phone meets them."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import ids
from app.services import job_view, log_check
from app.services.keys import read_public_key, verifies
from app.services.office import Office
from app.store.db import db, writing
from app.store.devices import Device
from app.store.events import EventRow, ForkEvent
from app.store.people import User
from tests import world as worlds
from tests.phone import Phone, enrolled, receipt_parts
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def note(phone: Phone, job_id: str, text: str = "hello", **changes: Any) -> dict[str, Any]:
    return phone.record(job_id, "note.added", {"text": text}, **changes)


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.content_type == "application/problem+json"
    document: dict[str, Any] = response.get_json()
    assert document["type"] == f"/problems/{slug}"
    return document


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_s5_events_are_stored_and_acknowledged(client: FlaskClient, world: World, alg: str) -> None:
    phone = enrolled(client, world.code(), alg)
    job_id = world.job(world.wang)
    note(phone, job_id, "one")
    note(phone, job_id, "two")
    reply = phone.sync()
    assert reply["acked_seq"] == 2
    assert [result["status"] for result in reply["results"]] == ["accepted", "accepted"]
    assert [one["text"] for one in phone.jobs[job_id]["state"]["notes"]] == ["one", "two"]
    assert phone.jobs[job_id]["own_seq"] == 2


def test_s8_receipt_is_the_servers_signed_word(client: FlaskClient, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id)
    receipt = phone.sync()["receipt"]
    parts = receipt_parts(receipt)
    key = client.get("/api/v1/keys").get_json()["keys"][0]
    assert parts[:6] == ["doorstep-receipt-v1", world.tenant_id, phone.device_id, "1", "1", phone.events[0]["hash"]]
    assert parts[6] == world.office.server_epoch()
    assert parts[8] == receipt["key_id"] == key["key_id"]
    assert verifies(read_public_key("ES256", key["public_key"]), receipt["sig"], receipt["text"].encode())
    assert phone.sync()["receipt"] is None


def test_s6_sending_again_changes_nothing(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id)
    phone.sync()
    rev = world.view(job_id).rev
    reply = phone.post(phone.request(phone.events)).get_json()
    assert [result["status"] for result in reply["results"]] == ["duplicate"]
    assert reply["acked_seq"] == 1
    assert reply["receipt"] is not None, "a lost receipt is given again"
    assert world.view(job_id).rev == rev


def test_s6_a_gap_is_not_stored_and_says_where_to_go_on(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    for text in ("one", "two", "three"):
        note(phone, job_id, text)
    reply = phone.post(phone.request(phone.events[1:])).get_json()
    assert [result["status"] for result in reply["results"]] == ["gap", "gap"]
    assert reply["acked_seq"] == 0
    phone.take(reply)
    assert phone.sync()["acked_seq"] == 3


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        ("unreadable", "{"),
        ("unreadable", '{"v":1}'),
        ("unreadable", '{"text":"\\ud800"}'),
        ("unreadable", "\0"),
        ("unreadable", '{"number":1e400}'),
        ("unreadable", "[" * 10_000),
        ("oversized", '"' + "x" * 16_384 + '"'),
    ],
)
def test_s7_a_body_that_cannot_be_read_is_kept_raw_and_blocks_nothing(world: World, phone: Phone, reason: str, body: str) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id, "before")
    phone.append(body)
    note(phone, job_id, "after")
    reply = phone.sync()
    assert [result["status"] for result in reply["results"]] == ["accepted", "quarantined", "accepted"]
    assert reply["results"][1]["flags"] == [reason]
    assert reply["acked_seq"] == 3
    stored = db.session.scalars(select(EventRow).where(EventRow.device_id == phone.device_id, EventRow.seq == 2)).one()
    assert stored.body == body.encode()


@pytest.mark.parametrize(
    ("reason", "kind", "data"),
    [
        ("bad_data", "note.added", {"text": 5}),
        ("bad_data", "photo.captured", {"sha256": "../../etc/passwd"}),
        ("bad_data", "note.added", {"text": "x" * 4_001}),
        ("not_a_fact", "job.approved", {"note": None}),
        ("not_a_fact", "job.cancelled", {"reason": "mine now"}),
    ],
)
def test_s7_what_a_phone_may_not_say_is_quarantined(world: World, phone: Phone, reason: str, kind: str, data: dict[str, Any]) -> None:
    job_id = world.job(world.wang)
    before = world.view(job_id).rev
    phone.record(job_id, kind, data)
    result = phone.sync()["results"][0]
    assert (result["status"], result["flags"]) == ("quarantined", [reason])
    assert world.view(job_id).rev == before


def test_s7_an_unknown_job_and_a_foreign_one_look_the_same(office: Office, world: World, phone: Phone) -> None:
    foreign = worlds.make(office, "South").job()
    note(phone, "no-such-job")
    note(phone, foreign)
    results = phone.sync()["results"]
    assert [(result["status"], result["flags"]) for result in results] == [("quarantined", ["unknown_job"])] * 2


def test_s7_another_body_under_a_known_event_id_is_quarantined(world: World, phone: Phone) -> None:
    job_id, event_id = world.job(world.wang), ids.uuid7()
    note(phone, job_id, "one", event_id=event_id)
    note(phone, job_id, "two", event_id=event_id)
    results = phone.sync()["results"]
    assert [(result["status"], result["flags"]) for result in results] == [("accepted", []), ("quarantined", ["event_id_reused"])]


def test_s7_a_signoff_needs_the_devices_signature(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    data = {"outcome": "absent", "reason": "nobody", "statement_sha256": "a" * 64, "statement_size": 10, "language": "en"}
    phone.record(job_id, "signoff.recorded", data)
    phone.record(job_id, "signoff.recorded", data)
    phone.events[1]["sig"] = phone.events[0]["sig"]
    results = phone.sync()["results"]
    assert [(result["status"], result["flags"]) for result in results] == [("accepted", []), ("quarantined", ["bad_signature"])]


def test_s15_an_unknown_kind_is_kept_and_flagged(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.record(job_id, "robot.danced", {"for": "joy"})
    phone.record(job_id, "note.added", {"text": "from the future"}, kv=2)
    note(phone, job_id, "after")
    reply = phone.sync()
    assert [result["flags"] for result in reply["results"]] == [["unknown_kind"], ["unknown_kind"], []]
    codes = [anomaly["code"] for anomaly in phone.jobs[job_id]["state"]["anomalies"]]
    assert codes == ["unknown_kind", "unknown_kind"]


def test_s15_another_actor_and_a_wrong_clock_are_flagged(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang, world.li)
    note(phone, job_id, actor=world.li)
    reply = phone.post(phone.request(phone.events, device_time="2020-01-01T00:00:00.000Z")).get_json()
    assert reply["results"][0]["status"] == "flagged"
    assert set(reply["results"][0]["flags"]) == {"actor_mismatch", "clock_skew"}


def test_s9_a_second_branch_is_kept_and_gets_a_new_epoch(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id, "shared")
    shared = list(phone.events)
    note(phone, job_id, "branch a")
    phone.sync()
    branch_a = phone.events
    phone.events = shared
    note(phone, job_id, "branch b")
    note(phone, job_id, "branch b, later")
    phone.acked = 1
    reply = phone.post(phone.request(phone.events[1:])).get_json()
    assert [result["flags"] for result in reply["results"]] == [["fork"], ["fork"]]
    assert reply["directives"] == [{"new_epoch": 2}]
    assert reply["acked_seq"] == 2
    assert db.session.query(ForkEvent).count() == 2
    again = phone.post(phone.request(phone.events[1:])).get_json()
    assert again["directives"] == [{"new_epoch": 3}], "each number is given out once"
    bodies = [event["body"] for event in phone.events[1:]]
    phone.epoch, phone.events, phone.acked = 3, [], 0
    phone.record(None, "log.opened", {"prior_epoch": 1, "prior_acked_seq": 2, "prior_head": branch_a[1]["hash"], "reason": "fork"})
    for body in bodies:
        phone.append(body)
    reply = phone.sync()
    assert [result["status"] for result in reply["results"]] == ["accepted"] * 3
    assert [one["text"] for one in phone.jobs[job_id]["state"]["notes"]] == ["shared", "branch a", "branch b", "branch b, later"]


def test_l7_what_was_not_acknowledged_is_appended_again_once(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id, "only once")
    phone.sync()
    body = phone.events[0]["body"]
    phone.epoch, phone.events, phone.acked = 2, [], 0
    phone.append(body)
    assert phone.sync()["results"][0]["status"] == "duplicate"
    assert len(phone.jobs[job_id]["state"]["notes"]) == 1


def test_s4_a_broken_chain_is_refused_whole_and_names_the_place(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    for text in ("one", "two", "three"):
        note(phone, job_id, text)
    good = phone.events[1]["body"]
    phone.events[1]["body"] = good.replace("two", "TWO")
    assert problem(phone.post(phone.request(phone.events)), 422, "chain-broken")["seq"] == 2
    phone.events[1]["body"] = good
    assert phone.sync()["acked_seq"] == 3


def test_s3_stale_and_foreign_challenges_get_a_fresh_one(client: FlaskClient, world: World, phone: Phone) -> None:
    other = enrolled(client, world.code(world.li))
    phone.challenge = other.challenge
    fresh = problem(phone.post(phone.request([])), 401, "challenge-stale")["challenge"]
    phone.challenge = fresh
    assert phone.post(phone.request([])).status_code == 200
    phone.challenge = "nonsense"
    problem(phone.post(phone.request([])), 401, "challenge-stale")


def test_s3_a_seal_by_another_key_is_refused(client: FlaskClient, world: World, phone: Phone) -> None:
    own, phone.key = phone.key, enrolled(client, world.code(world.li)).key
    document = problem(phone.post(phone.request([])), 401, "seal-invalid")
    assert (document["acked_seq"], document["server_epoch"]) == (0, world.office.server_epoch())
    phone.key, phone.challenge = own, document["challenge"]
    assert phone.post(phone.request([])).status_code == 200
    phone.device_id = "nobody"
    problem(phone.post(phone.request([])), 401, "device-unknown")


def test_s1_a_batch_has_limits(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    for number in range(51):
        note(phone, job_id, str(number))
    problem(phone.post(phone.request(phone.events)), 413, "batch-too-large")
    assert phone.sync()["acked_seq"] == 51
    for _ in range(20):
        phone.append('"' + "x" * 15_000 + '"')
    problem(phone.post(phone.request(phone.events[51:])), 413, "batch-too-large")


def test_s10_manifest_names_what_the_installer_should_hold(world: World, phone: Phone) -> None:
    jobs = sorted(world.job(world.wang) for _ in range(3))
    reply = phone.sync()
    assert [job_id for job_id, _ in reply["manifest"]] == jobs
    assert phone.sync()["manifest"] is None
    world.dispatch(jobs[0], world.li)
    reply = phone.sync()
    assert [job_id for job_id, _ in reply["manifest"]] == jobs[1:]
    assert reply["jobs"] == []
    world.decide(jobs[1], "job.amended", note="mind the step")
    reply = phone.sync()
    assert [snapshot["job_id"] for snapshot in reply["jobs"]] == [jobs[1]]
    assert phone.jobs[jobs[1]]["people"] == {world.wang: "North-Wang"}


def test_s10_more_than_25_snapshots_come_in_turns(world: World, phone: Phone) -> None:
    for _ in range(27):
        world.job(world.wang, slot=False)
    first = phone.post(phone.request([])).get_json()
    assert (len(first["jobs"]), first["more"]) == (25, True)
    phone.take(first)
    phone.sync()
    assert len(phone.jobs) == 27


def test_s11_the_phone_is_told_the_names_of_who_sent_something_back(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.photo(job_id, b"blurred")
    phone.sync()
    photo_id = phone.jobs[job_id]["state"]["photos"][0]["photo_id"]
    world.decide(job_id, "finding.opened", finding_id="finding-1", photo_id=photo_id, reason="blurred", note=None, mark=None)
    phone.sync()
    assert phone.jobs[job_id]["people"] == {world.wang: "North-Wang", world.supervisor: "North-Boss"}


def test_s12_out_of_service_still_hands_in(client: FlaskClient, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    content = b"a photo"
    sha256 = phone.photo(job_id, content)
    with writing() as session:
        session.get_one(User, world.wang).disabled_at = session.get_one(Device, phone.device_id).enrolled_at
        session.get_one(Device, phone.device_id).revoked_at = session.get_one(Device, phone.device_id).enrolled_at
    reply = phone.sync()
    assert reply["results"][0]["status"] == "flagged"
    assert set(reply["results"][0]["flags"]) == {"user_disabled", "device_revoked"}
    assert (reply["manifest"], reply["jobs"], reply["blobs_wanted"]) == ([], [], [sha256])
    assert phone.patch(sha256, content).status_code == 200
    bearer = {"Authorization": f"Bearer {phone.token}"}
    problem(client.get(f"/api/v1/blobs/{sha256}", headers=bearer), 403, "forbidden")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[1,2]",
        b'{"protocol":1}',
        b"\xff\xfe",
        b'{"a":' * 5_000,
        b'{"protocol":99999999999999999999999999}',
        b'{"protocol":1.0}',
        b'{"protocol":NaN}',
    ],
)
def test_a_request_that_is_none_is_told_so(client: FlaskClient, world: World, raw: bytes) -> None:
    problem(client.post("/api/v1/sync", data=raw, content_type="application/json"), 422, "invalid-body")


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("device_id", "\0"),
        ("device_id", "\ud800"),
        ("epoch", 0),
        ("epoch", True),
        ("epoch", "1"),
        ("build", "\0"),
        ("device_time", "yesterday"),
        ("have", [["x", -1]]),
        ("have", [["x"]]),
        ("pending", {"events": -1, "blobs": 0, "bytes": 0, "oldest_at": None}),
        ("pending", {"events": 0, "blobs": 0, "bytes": 0, "oldest_at": "soon"}),
        ("seal", "x" * 1_000),
        ("events", [{"seq": 0}]),
        ("unknown", 1),
    ],
)
def test_each_wrong_member_is_named(phone: Phone, member: str, value: Any) -> None:
    document = problem(phone.post(phone.request([]) | {member: value}), 422, "invalid-body")
    assert document["errors"][0]["pointer"].startswith(f"#/{member}")


def test_a_body_with_half_a_surrogate_pair_has_no_bytes(world: World, phone: Phone) -> None:
    phone.append("\ud800")
    document = problem(phone.post(phone.request(phone.events)), 422, "invalid-body")
    assert document["errors"][0]["pointer"] == "#/events/0/body"


def test_views_and_logs_are_sound_after_all_kinds_of_events(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.record(job_id, "visit.departed", {"visit_id": "visit-1"})
    phone.photo(job_id, b"one")
    phone.append("{")
    phone.record(job_id, "visit.completed", {"visit_id": "visit-1", "outcome": "completed"})
    phone.sync()
    assert world.view(job_id).stage == "finished"
    assert world.view(job_id).ended_at is not None
    assert world.view(job_id).blobs_missing == 1
    assert job_view.refold(check_only=True) == []
    assert log_check.faults() == []


def test_log_check_finds_what_was_changed_in_the_database(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    note(phone, job_id, "true")
    phone.sync()
    with writing() as session:
        row = session.scalars(select(EventRow).where(EventRow.device_id == phone.device_id)).one()
        assert row.body is not None
        row.body = json.dumps(json.loads(row.body) | {"data": {"text": "false"}}).encode()
    assert log_check.faults(phone.device_id) == [f"{phone.device_id} epoch 1: the body of seq 1 was changed."]
    assert job_view.refold(check_only=True) == [job_id]
