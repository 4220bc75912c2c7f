"""One identity in several hands at once, under the real server: no branch is lost, no number is given twice (PROTOCOL S9, E5)."""

import dataclasses
import json
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from app.store.db import db, writing
from app.store.devices import Device
from app.store.events import EventRow, ForkEvent
from tests.live import Live
from tests.phone import Json, Phone
from tests.server.caller import all_at_once, phone_at
from tests.world import World

TWINS = 6
FACTS = 5


@pytest.fixture
def world(live: Live) -> World:
    return live.world()


def twin_of(phone: Phone) -> Phone:
    """The same profile once more, as it is now."""
    return dataclasses.replace(phone, events=list(phone.events), have=dict(phone.have), jobs=dict(phone.jobs))


def test_s9_twins_that_push_at_the_same_moment_all_get_their_own_epoch(live: Live, world: World) -> None:
    """H54: all facts of all branches end in the job, each once; what lost the race is kept aside as it came too."""
    phone = phone_at(live, world)
    job_id = world.job(world.wang)
    phone.record(job_id, "note.added", {"text": "shared"})
    phone.sync()
    before = world.view(job_id).rev
    twins = [phone, *(twin_of(phone) for _ in range(TWINS - 1))]
    for number, twin in enumerate(twins):
        for fact in range(FACTS):
            twin.record(job_id, "note.added", {"text": f"{number}/{fact}"})

    epochs = all_at_once([partial(push_and_open, twin) for twin in twins])

    assert sorted(epochs) == list(range(1, TWINS + 1)), "each number is given out once"
    texts = [one["text"] for one in world.state(job_id)["notes"]]
    assert sorted(texts) == sorted(["shared", *(f"{number}/{fact}" for number in range(TWINS) for fact in range(FACTS))])
    db.session.rollback()
    revs = list(db.session.scalars(select(EventRow.rev).where(EventRow.job_id == job_id).order_by(EventRow.rev)))
    assert revs == list(range(1, before + TWINS * FACTS + 1))
    kept = {bytes(body) for body in db.session.scalars(select(ForkEvent.body).where(ForkEvent.device_id == phone.device_id))}
    assert len(kept) == (TWINS - 1) * FACTS
    live.check_views_and_logs()


def push_and_open(phone: Phone) -> int:
    """Push; where another was faster, open the epoch that is offered, and push again. The epoch in the end."""
    held = phone.events[phone.acked :]
    reply: Json = phone.post(phone.request(held)).get_json()
    if reply["directives"]:
        head = held[-1]["hash"]
        prior, phone.epoch = phone.epoch, reply["directives"][0]["new_epoch"]
        phone.events, phone.acked = [], 0
        phone.record(None, "log.opened", {"prior_epoch": prior, "prior_acked_seq": 1, "prior_head": head, "reason": "fork"})
        for event in held:
            phone.append(event["body"])
    phone.sync()
    return phone.epoch


def test_e5_s6_a_phone_that_comes_back_by_twenty_equal_requests_is_one_phone(live: Live, world: World) -> None:
    """Readmissions and pushes of it in any order: each fact is stored once and flagged, and none is answered with a defect."""
    job_id = world.job(world.wang)
    phone = phone_at(live, world)
    with writing() as session:  # a database from before its enrolment
        session.delete(session.get_one(Device, phone.device_id))
    for number in range(10):
        phone.record(job_id, "note.added", {"text": str(number)})
    document = phone.request(phone.events)
    calls: list[Callable[[], int]] = [lambda: twin_of(phone).readmit().status_code, lambda: phone.post(document).status_code] * 10

    statuses = all_at_once(calls)

    assert set(statuses[::2]) == {200}
    assert set(statuses[1::2]) <= {200, 401}, "unknown until it is let in"
    assert phone.readmit().status_code == 200
    phone.sync()
    assert [one["text"] for one in world.state(job_id)["notes"]] == [str(number) for number in range(10)]
    flags = db.session.scalars(select(EventRow.flags).where(EventRow.device_id == phone.device_id))
    assert {tuple(json.loads(one)) for one in flags} == {("readmitted",)}
