"""Clocks that are wrong, on the phone and on the server, and time that passes: no fact depends on them (PROTOCOL S14, S15)."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.store.db import db
from tests.api.counted import assert_sound, note, notes
from tests.phone import Phone, enrolled
from tests.world import World

CLOCKS = [
    "1970-01-01T00:00:00.000Z",
    "2038-01-19T03:14:08.000Z",
    "2026-02-28T23:59:59.999Z",
    "9999-12-31T23:59:59.999Z",
    "0001-01-01T00:00:00.000Z",
]


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


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
