"""Many at once: writers of one blob, equal batches, and crews over the same jobs while the desk decides (PROTOCOL B, S5, S6)."""

import hashlib
import json
import os
import random
import threading
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.services import desk
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db, writing
from app.store.events import EventRow
from app.store.jobs import JobView
from tests.live import Live
from tests.phone import Json, Phone
from tests.server.caller import all_at_once, held, phone_at
from tests.world import World

WRITERS = 8
PIECE = 50_000
MERGING = (200, 204, 409)


@pytest.fixture
def world(live: Live) -> World:
    return live.world()


@pytest.fixture
def phone(live: Live, world: World) -> Phone:
    return phone_at(live, world)


def assert_whole_once(world: World, sha256: str, content: bytes) -> None:
    db.session.rollback()
    rows = db.session.scalar(select(func.count()).select_from(Blob).where(Blob.tenant_id == world.tenant_id, Blob.sha256 == sha256))
    assert rows == 1
    assert world.office.blobs.path(world.tenant_id, sha256).read_bytes() == content


def test_b6_eight_writers_of_the_same_bytes_make_one_blob(world: World, phone: Phone) -> None:
    content = os.urandom(300_000)
    job_id = world.job(world.wang)
    sha256 = phone.photo(job_id, content)
    phone.sync()
    statuses = [reply.status_code for reply in all_at_once([partial(phone.patch, sha256, content)] * WRITERS)]
    assert set(statuses) <= {200, 409}
    assert phone.patch(sha256, content).status_code == 200
    assert_whole_once(world, sha256, content)
    assert world.view(job_id).blobs_missing == 0


def test_b3_writers_of_different_pieces_at_once_never_mix_them(live: Live, world: World, phone: Phone) -> None:
    content = os.urandom(WRITERS * PIECE)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()

    def bring(turn: int) -> set[int]:
        """Each writer sends pieces from where the server says it is, so that several send the same one at the same time."""
        rng, statuses = random.Random(turn), set()
        while (offset := held(live, phone, sha256)) < len(content):
            size = rng.choice((PIECE, PIECE // 3, 2 * PIECE))
            statuses.add(phone.patch(sha256, content, offset, content[offset : offset + size]).status_code)
        return statuses

    statuses = set().union(*all_at_once([partial(bring, turn) for turn in range(WRITERS)]))
    assert statuses <= set(MERGING)
    assert_whole_once(world, sha256, content)


def test_b5_photos_of_two_tenants_that_arrive_at_once_are_each_noted_and_counted(live: Live) -> None:
    """Some jobs are named by several photos, and one photo by both tenants: whoever notes them notes all, each for its own."""
    shared = os.urandom(40_000)
    bringing: list[Callable[[], TestResponse]] = []
    counted: list[tuple[World, str]] = []
    for world in (live.world(), live.world()):
        jobs = [world.job(world.wang, world.li) for _ in range(3)]
        counted += [(world, job_id) for job_id in jobs]
        for user_id in (world.wang, world.li):
            phone = phone_at(live, world, user_id)
            contents = [shared, *(os.urandom(40_000) for _ in range(5))]
            names = [phone.photo(jobs[number % 3], content) for number, content in enumerate(contents)]
            phone.sync()
            bringing += [partial(phone.patch, sha256, content) for sha256, content in zip(names, contents, strict=True)]
    assert {reply.status_code for reply in all_at_once(bringing)} == {200}
    db.session.rollback()
    assert [(world.view(job_id).blobs_named, world.view(job_id).blobs_missing) for world, job_id in counted] == [(3, 0), (4, 0), (4, 0)] * 2
    for world in {id(world): world for world, _ in counted}.values():
        assert_whole_once(world, hashlib.sha256(shared).hexdigest(), shared)
    live.check_views_and_logs()


def test_s6_twenty_equal_posts_at_once_store_each_event_once(live: Live, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    for number in range(20):
        phone.record(job_id, "note.added", {"text": f"note {number}"})
    before = world.view(job_id).rev
    document = phone.request(phone.events)
    replies = all_at_once([partial(phone.post, document)] * 20)
    assert [reply.status_code for reply in replies] == [200] * 20
    assert {reply.get_json()["acked_seq"] for reply in replies} == {20}
    statuses = [tuple(result["status"] for result in reply.get_json()["results"]) for reply in replies]
    assert sorted(statuses) == [("accepted",) * 20] + [("duplicate",) * 20] * 19
    assert world.view(job_id).rev == before + 20


def test_s5_shuffled_batches_over_the_same_jobs_while_the_desk_decides(live: Live, world: World) -> None:
    """Eight phones of a crew of two write to the same twelve jobs, each in its own order; nobody ever meets a deadlock."""
    jobs = [world.job(world.wang, world.li) for _ in range(12)]
    before = {job_id: world.view(job_id).rev for job_id in jobs}
    phones = [phone_at(live, world, user_id) for user_id in (world.wang, world.li) for _ in range(4)]
    for turn, phone in enumerate(phones):
        order = jobs * 10
        random.Random(turn).shuffle(order)
        for number, job_id in enumerate(order):
            phone.record(job_id, "note.added", {"text": f"{turn}/{number}"})
    done = threading.Event()
    deciding = threading.Thread(target=_amend_until, args=(live, world, jobs, done))
    deciding.start()
    try:
        statuses = all_at_once([_pushing(phone) for phone in phones])
    finally:
        done.set()
        deciding.join()
    assert [set(one) for one in statuses] == [{200}] * len(phones)
    assert [phone.acked for phone in phones] == [120] * len(phones)
    db.session.rollback()
    decisions = 0
    for job_id in jobs:
        kinds = db.session.execute(select(EventRow.rev, EventRow.kind).where(EventRow.job_id == job_id).order_by(EventRow.rev)).all()
        assert [row.rev for row in kinds] == list(range(1, len(kinds) + 1))
        assert sum(row.kind == "note.added" for row in kinds) == 80
        decisions += len(kinds) - 80 - before[job_id]
        assert db.session.scalars(select(JobView.rev).where(JobView.job_id == job_id)).one() == len(kinds)
    assert decisions > 0, "the desk decided while the phones pushed"
    live.check_views_and_logs()


def _pushing(phone: Phone) -> Callable[[], list[int]]:
    """Push the whole log in batches of twenty; the statuses of the replies."""

    def push() -> list[int]:
        statuses: list[int] = []
        while phone.acked < len(phone.events):
            reply = phone.post(phone.request(phone.events[phone.acked : phone.acked + 20]))
            statuses.append(reply.status_code)
            if reply.status_code != 200:
                break
            told: Json = json.loads(reply.get_data(as_text=True))
            phone.take(told)
        return statuses

    return push


def _amend_until(live: Live, world: World, jobs: list[str], done: threading.Event) -> None:
    """Decide about several jobs at a time, in an order of the desk's own."""
    rng = random.Random(99)
    with live.app.app_context():
        office: Office = live.office
        while not done.is_set():
            some = rng.sample(jobs, 4)
            decide_about(world, office, some)
        db.session.remove()


def decide_about(world: World, office: Office, jobs: list[str]) -> None:
    """One transaction with a decision about each of these jobs."""
    with writing() as session:
        desk.decide(
            session, office, world.tenant_id, world.supervisor, [(job_id, "job.amended", {"note": "mind the step"}) for job_id in jobs]
        )
