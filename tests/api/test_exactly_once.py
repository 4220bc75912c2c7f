"""Every fact once, whatever happens to requests and transactions on the way (PROTOCOL S and F), on both databases."""

import json
import random
import threading
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain import events
from app.services import desk, job_view
from app.store.db import db, writing
from app.store.events import EventRow
from tests.api.counted import assert_sound, codes, flags_of, note, notes
from tests.phone import Phone, enrolled
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def revs(job_id: str) -> list[int | None]:
    db.session.rollback()
    return list(db.session.scalars(select(EventRow.rev).where(EventRow.job_id == job_id).order_by(EventRow.rev)))


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
