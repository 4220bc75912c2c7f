"""Every fact once, whatever happens to requests, crews, jobs, users and clocks on the way (PROTOCOL S and F), on both databases."""

import json
import random
import threading
from collections import Counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.domain import events
from app.services import desk, enrol, job_view, log_check
from app.store.db import db, writing
from app.store.events import EventRow, ForkEvent
from app.store.people import User
from tests.phone import Json, Phone, enrolled
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def note(phone: Phone, job_id: str, text: str, **changes: Any) -> Json:
    return phone.record(job_id, "note.added", {"text": text}, **changes)


def notes(world: World, job_id: str) -> list[str]:
    return [one["text"] for one in world.state(job_id)["notes"]]


def codes(world: World, job_id: str) -> Counter[str]:
    return Counter(one["code"] for one in world.state(job_id)["anomalies"])


def flags_of(reply: Json) -> list[list[str]]:
    return [one["flags"] for one in reply["results"]]


def assert_sound() -> None:
    """Every view equals its events, and every log is intact."""
    assert job_view.refold(check_only=True) == []
    assert log_check.faults() == []


def revs(job_id: str) -> list[int]:
    db.session.rollback()
    return list(db.session.scalars(select(EventRow.rev).where(EventRow.job_id == job_id).order_by(EventRow.rev)))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(6))
def test_s5_any_order_of_lost_repeated_cut_and_early_batches_ends_with_each_fact_once(world: World, phone: Phone, seed: int) -> None:
    """H36: what arrives may be any piece of the log, any number of times; the reply may be lost each time."""
    rng = random.Random(seed)
    jobs = [world.job(world.wang), world.job(world.wang)]
    begin = {job_id: world.view(job_id).rev for job_id in jobs}
    for number in range(60):
        note(phone, rng.choice(jobs), str(number))
    while phone.acked < len(phone.events):
        start = min(rng.choice((phone.acked, phone.acked, 0, phone.acked + rng.randrange(1, 9))), len(phone.events) - 1)
        reply = phone.post(phone.request(phone.events[start : start + rng.randrange(1, 20)])).get_json()
        assert reply["acked_seq"] >= phone.acked
        assert not reply["directives"], "it holds everything, and has one history"
        if rng.random() < 0.5:  # else the reply is lost
            phone.take(reply)
    texts = [int(text) for job_id in jobs for text in notes(world, job_id)]
    assert sorted(texts) == list(range(60))
    for job_id in jobs:
        mine = [int(text) for text in notes(world, job_id)]
        assert mine == sorted(mine), "in the order in which they were recorded"
        assert revs(job_id) == list(range(1, begin[job_id] + len(mine) + 1))
    assert_sound()


def cloned(app: Flask, phone: Phone) -> Phone:
    """The same identity, key and log once more, as when a browser profile is copied."""
    members = {name: getattr(phone, name) for name in ("key", "device_id", "user_id", "challenge", "epoch", "acked", "token")}
    copy = Phone(app.test_client(), **members, server_epoch=phone.server_epoch, certificate=phone.certificate)
    copy.events, copy.have, copy.jobs = list(phone.events), dict(phone.have), dict(phone.jobs)
    return copy


def open_epoch(phone: Phone, epoch: int, acked_seq: int) -> None:
    """Go on in a new epoch, as L7 says: what is held after `acked_seq` comes again under its old ids."""
    held = phone.events[acked_seq:]
    data = {"prior_epoch": phone.epoch, "prior_acked_seq": acked_seq, "prior_head": phone.events[-1]["hash"], "reason": "fork"}
    phone.epoch, phone.events, phone.acked = epoch, [], 0
    phone.record(None, "log.opened", data)
    for event in held:
        kind = json.loads(event["body"])["kind"]
        phone.append(event["body"], event["blobs"], signed=kind == "signoff.recorded")


def test_s9_two_phones_with_one_identity_keep_both_branches_and_all_their_photos(app: Flask, world: World, phone: Phone) -> None:
    """H54: both branches end in the job, whoever comes first, and again when both go on."""
    job_id = world.job(world.wang)
    note(phone, job_id, "shared")
    phone.sync()
    twin = cloned(app, phone)
    brought: list[tuple[Phone, str, bytes]] = []
    for turn in range(2):
        for one, name in ((phone, "first"), (twin, "twin")):
            content = f"photo of {name}, {turn}".encode()
            note(one, job_id, f"{name} {turn}")
            brought.append((one, one.photo(job_id, content), content))
            reply = one.post(one.request(one.events[one.acked :])).get_json()
            if reply["directives"]:
                assert flags_of(reply) == [["fork"], ["fork"]]
                open_epoch(one, reply["directives"][0]["new_epoch"], one.acked)
            one.sync()
    for one, sha256, content in brought:
        assert one.patch(sha256, content).status_code == 200
    assert sorted(notes(world, job_id)) == sorted(["shared", "first 0", "twin 0", "first 1", "twin 1"])
    assert len(world.state(job_id)["photos"]) == 4
    assert world.view(job_id).blobs_missing == 0
    assert (phone.epoch, twin.epoch) == (1, 2)
    assert db.session.query(ForkEvent).count() == 2, "what came for a place that was taken is kept as it came"
    assert_sound()


def test_s9_each_of_many_twins_gets_an_epoch_of_its_own(app: Flask, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    twins = [phone, *(cloned(app, phone) for _ in range(4))]
    for number, twin in enumerate(twins):
        note(twin, job_id, str(number))
    replies = [twin.post(twin.request(twin.events)).get_json() for twin in twins]
    assert [reply["directives"] for reply in replies] == [[], *([{"new_epoch": epoch}] for epoch in (2, 3, 4, 5))]
    for twin, reply in zip(twins[1:], replies[1:], strict=True):
        open_epoch(twin, reply["directives"][0]["new_epoch"], 0)
        twin.sync()
    assert sorted(notes(world, job_id)) == list("01234")


def test_s3_a_phone_set_back_to_an_older_state_of_its_own_is_heard(app: Flask, world: World, phone: Phone) -> None:
    """Its empty batch seals a head that the server has left behind; its last event, sent again, is as good."""
    job_id = world.job(world.wang)
    begun = cloned(app, phone)
    note(phone, job_id, "one")
    phone.sync()
    set_back = cloned(app, phone)
    note(phone, job_id, "two")
    phone.sync()
    problem = set_back.post(set_back.request([])).get_json()
    assert (problem["type"], problem["acked_seq"]) == ("/problems/seal-invalid", 2)
    reply = set_back.post(set_back.request(set_back.events[-1:])).get_json()
    assert ([one["status"] for one in reply["results"]], reply["acked_seq"]) == (["duplicate"], 2)
    assert begun.post(begun.request([])).get_json()["acked_seq"] == 2, "a phone that lost its log asks with an empty one"


def test_f4_f6_a_job_given_to_another_crew_meanwhile_keeps_the_work_of_both(client: FlaskClient, world: World, phone: Phone) -> None:
    """H40: the first crew is offline when the job moves; its evidence arrives late, counts, and says so; nothing is refused."""
    job_id = world.job(world.wang)
    other = enrolled(client, world.code(world.li))
    phone.sync()
    answer = {"step_id": "check_area", "unit_id": None, "component": None, "unit": None, "exception": None, "finding_id": None}
    phone.record(job_id, "step.answered", answer | {"value": "wet"})
    first = b"the first crew's photo"
    first_hash = phone.photo(job_id, first)
    world.dispatch(job_id, world.li, visit_id="visit-2")
    other.sync()
    other.record(job_id, "step.answered", answer | {"value": "dry"})
    second_hash = other.photo(job_id, b"the second crew's photo")
    other.sync()
    reply = phone.sync()
    assert (reply["manifest"], reply["blobs_wanted"]) == ([], [first_hash])
    assert phone.patch(first_hash, first).status_code == 200, "a job that moved away still takes the photos it was promised"
    assert world.view(job_id).blobs_missing == 1, "and waits for the other crew's too"
    assert other.patch(second_hash, b"the second crew's photo").status_code == 200
    assert world.view(job_id).blobs_missing == 0
    answers = world.state(job_id)["answers"]
    assert sorted((one["value"], one["conflict"]) for one in answers) == [("dry", True), ("wet", True)]
    assert codes(world, job_id) == {"not_assigned": 2, "conflict": 1}
    assert_sound()


def test_f5_a_job_cancelled_meanwhile_keeps_what_was_done(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "done before anybody told us")
    content = b"proof of it"
    sha256 = phone.photo(job_id, content)
    world.decide(job_id, "job.cancelled", reason="customer called")
    reply = phone.sync()
    assert [one["status"] for one in reply["results"]] == ["accepted", "accepted"]
    assert phone.patch(sha256, content).status_code == 200
    state = world.state(job_id)
    assert (state["stage"], len(state["notes"]), len(state["photos"])) == ("cancelled", 1, 1)
    assert codes(world, job_id) == {"cancelled": 2}


def test_f4_two_of_one_crew_work_on_one_job_at_the_same_time(client: FlaskClient, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang, world.li)
    other = enrolled(client, world.code(world.li))
    phone.sync()
    other.sync()
    for number in range(3):
        note(phone, job_id, f"wang {number}")
        note(other, job_id, f"li {number}")
        (phone if number % 2 else other).sync()
    phone.sync()
    other.sync()
    assert sorted(notes(world, job_id)) == sorted([f"{who} {number}" for who in ("wang", "li") for number in range(3)])
    assert codes(world, job_id) == Counter()
    phone.sync()
    assert phone.jobs[job_id]["state"]["notes"] == other.jobs[job_id]["state"]["notes"] == world.state(job_id)["notes"]


@pytest.mark.parametrize("out_of_service", ["revoked", "disabled"])
def test_s12_what_was_recorded_before_going_out_of_service_is_drained(
    client: FlaskClient, world: World, phone: Phone, out_of_service: str
) -> None:
    """H41: kept, flagged and folded; photos are taken; nothing is given back."""
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "honest work")
    content = b"a photo of it"
    sha256 = phone.photo(job_id, content)
    if out_of_service == "revoked":
        enrol.revoke(world.tenant_id, phone.device_id)
    else:
        with writing() as session:
            session.get_one(User, world.wang).disabled_at = clock.now()
    reply = phone.sync()
    flag = {"revoked": "device_revoked", "disabled": "user_disabled"}[out_of_service]
    assert flags_of(reply) == [[flag], [flag]]
    assert (reply["manifest"], reply["jobs"], reply["acked_seq"]) == ([], [], 2)
    assert phone.patch(sha256, content).status_code == 200
    assert (notes(world, job_id), world.view(job_id).blobs_missing) == (["honest work"], 0)
    assert codes(world, job_id) == {flag: 2}
    bearer = {"Authorization": f"Bearer {phone.token}"}
    assert client.get(f"/api/v1/blobs/{sha256}", headers=bearer).status_code == 403


CLOCKS = [
    "1970-01-01T00:00:00.000Z",
    "2038-01-19T03:14:08.000Z",
    "2026-02-28T23:59:59.999Z",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00.000Z",
]


def test_s15_clocks_that_are_days_or_centuries_off_change_no_order(app: Flask, world: World, phone: Phone) -> None:
    """H45: what a clock said is kept and shown; `rev` alone is the order, and the office's own times are the office's."""
    job_id = world.job(world.wang)
    phone.sync()
    phone.record(job_id, "visit.departed", {"visit_id": "visit-1"}, at=CLOCKS[-1])
    for number, at in enumerate(CLOCKS):
        note(phone, job_id, str(number), at=at)
        reply = phone.post(phone.request(phone.events[phone.acked :], device_time=at)).get_json()
        assert {one["status"] for one in reply["results"]} == {"flagged"}
        assert all("clock_skew" in one["flags"] for one in reply["results"])
        phone.take(reply)
    phone.record(job_id, "visit.completed", {"visit_id": "visit-1", "outcome": "completed"}, at=CLOCKS[0])
    phone.sync()
    assert notes(world, job_id) == list("01234")
    assert [one["at"] for one in world.state(job_id)["notes"]] == CLOCKS
    ended = world.view(job_id).ended_at
    assert ended is not None
    assert abs((clock.now() - ended).total_seconds()) < 60
    assert_sound()


def test_s3_a_server_whose_clock_is_set_back_an_hour_goes_on(world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "while the clock was set back")
    now, real = clock.now(), clock.now
    earlier = now.timestamp() - 3_600
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: earlier)
    monkeypatch.setattr("app.clock.now", lambda: real().replace(year=now.year - 1))
    assert phone.sync()["acked_seq"] == 1, "the challenge of the future is stale, and a fresh one comes with the problem"
    assert notes(world, job_id) == ["while the clock was set back"]


def test_s14_nothing_expires_in_400_days(world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """H66: a phone that was in a drawer for a year hands in what it holds, begun photos too."""
    job_id = world.job(world.wang)
    phone.sync()
    content = b"x" * 1_000
    sha256 = phone.photo(job_id, content)
    phone.sync()
    assert phone.patch(sha256, content, 0, content[:400]).status_code == 204
    note(phone, job_id, "from the drawer")
    moment = clock.now().replace(year=clock.now().year + 1)
    monkeypatch.setattr("itsdangerous.timed.time.time", moment.timestamp)
    monkeypatch.setattr("app.clock.now", lambda: moment)
    assert phone.patch(sha256, content, 400).status_code == 401, "the token is old"
    assert phone.sync()["results"][0]["status"] == "accepted"
    assert phone.patch(sha256, content, 400).status_code == 200
    assert (notes(world, job_id), world.view(job_id).blobs_missing) == (["from the drawer"], 0)


def test_s3_a_changed_event_with_hashes_made_to_fit_is_not_the_phones(world: World, phone: Phone) -> None:
    """H55: whoever changes a batch on its way cannot seal it; nothing of it is stored, and the true one still arrives."""
    job_id = world.job(world.wang)
    note(phone, job_id, "true")
    sealed = phone.request(phone.events)
    true = list(phone.events)
    phone.events = []
    phone.append(true[0]["body"].replace("true", "false"))
    problem = phone.post(sealed | {"events": phone.events})
    assert (problem.status_code, problem.get_json()["type"]) == (401, "/problems/seal-invalid")
    assert db.session.query(EventRow).filter(EventRow.device_id == phone.device_id).count() == 0
    phone.events = true
    phone.sync()
    assert notes(world, job_id) == ["true"]


def test_s6_results_speak_of_what_is_stored_also_the_second_time(world: World, phone: Phone) -> None:
    """H37, H39: good, poisoned, reused and good again; each keeps its word when asked twice, and none blocks another."""
    job_id = world.job(world.wang)
    event = note(phone, job_id, "good")
    phone.append("{")
    note(phone, job_id, "other body", event_id=json.loads(event["body"])["event_id"])
    note(phone, job_id, "good again")
    first = phone.post(phone.request(phone.events)).get_json()
    again = phone.post(phone.request(phone.events)).get_json()
    assert [one["status"] for one in first["results"]] == ["accepted", "quarantined", "quarantined", "accepted"]
    assert [one["status"] for one in again["results"]] == ["duplicate"] * 4
    assert flags_of(again) == flags_of(first) == [[], ["unreadable"], ["event_id_reused"], []]
    assert (first["acked_seq"], again["acked_seq"]) == (4, 4)
    assert notes(world, job_id) == ["good", "good again"]
    stored = list(db.session.scalars(select(EventRow.body).where(EventRow.device_id == phone.device_id).order_by(EventRow.seq)))
    assert stored == [event["body"].encode() for event in phone.events]


def test_f3_what_an_older_server_could_not_read_counts_after_its_update(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H37: nothing has to be sent again; `flask jobs refold` reads what was kept with what the server knows now."""
    job_id = world.job(world.wang)
    note(phone, job_id, "of a kind that comes with the next release")
    with monkeypatch.context() as older_server:
        older_server.delitem(events.KINDS, "note.added")
        assert flags_of(phone.sync()) == [["unknown_kind"]]
        assert (notes(world, job_id), codes(world, job_id)) == ([], {"unknown_kind": 1})
        assert_sound()
    assert job_view.refold(check_only=False) == [job_id]
    assert notes(world, job_id) == ["of a kind that comes with the next release"]
    assert codes(world, job_id) == Counter()
    assert_sound()


def test_s10_a_job_whose_transaction_ends_last_is_not_missed(app: Flask, world: World, phone: Phone) -> None:
    """H44: there is no cursor that a slow transaction could slip behind."""
    job_id = world.job(world.wang)
    phone.sync()
    written, may_end = threading.Event(), threading.Event()

    def decide_slowly() -> None:
        with app.app_context(), writing() as session:
            desk.decide(session, world.office, world.tenant_id, world.supervisor, [(job_id, "job.amended", {"note": "slow"})])
            written.set()
            may_end.wait(30)

    slow = threading.Thread(target=decide_slowly)
    slow.start()
    assert written.wait(30)
    known = phone.have[job_id]
    phone.sync()
    assert phone.have[job_id] == known, "what is not committed is not told"
    may_end.set()
    slow.join()
    phone.sync()
    assert phone.have[job_id] == known + 1
    assert phone.jobs[job_id]["state"]["note"] == "slow"


def test_s17_a_server_says_what_it_has_also_when_that_is_less(world: World, phone: Phone) -> None:
    """H43: by the lineage a phone knows better than to ask so; if it does all the same, the office's word counts."""
    job_id = world.job(world.wang)
    phone.sync()
    rev = phone.have[job_id]
    phone.have[job_id] = rev + 5
    reply = phone.sync()
    assert [(one["job_id"], one["rev"]) for one in reply["jobs"]] == [(job_id, rev)]


def test_s2_an_oldest_item_at_the_end_of_time_hurts_nobody(app: Flask, world: World, phone: Phone) -> None:
    """H45: also where the database's own time zone is east of Greenwich, so that the moment lies beyond its year 9999."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {db.engine.url.database} SET timezone = 'Asia/Shanghai'")
        db.session.remove()
        db.engine.dispose()
    for oldest_at in CLOCKS:
        pending = {"events": 1, "blobs": 0, "bytes": 1, "oldest_at": oldest_at}
        note(phone, world.job(world.wang), "now")
        for _ in range(2):
            reply = phone.post(phone.request(phone.events, pending=pending))
            assert reply.status_code == 200, oldest_at
    phone.take(reply.get_json())
    assert phone.acked == len(CLOCKS)
