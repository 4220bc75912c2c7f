"""What a phone is asked for costs what is open, not what it ever sent (PROTOCOL S13)."""

import hashlib
import sqlite3
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app import clock
from app.services import pull, sweep
from app.store.db import db, is_sqlite, writing
from tests.phone import Phone, enrolled
from tests.world import World

OLD = 3_000


def past(world: World, phone: Phone, count: int) -> None:
    """Blobs that a phone sent long ago."""
    place = {"t": world.tenant_id, "d": phone.device_id}
    sent = [place | {"s": hashlib.sha256(b"%d" % n).hexdigest(), "n": 1_000_000 + n} for n in range(count)]
    with writing() as session:
        session.execute(
            text("INSERT INTO blob_name (tenant_id, sha256, device_id, epoch, seq, awaited) VALUES (:t, :s, :d, 1, :n, false)"), sent
        )
        session.execute(
            text("INSERT INTO blob (tenant_id, sha256, size, verified_at) VALUES (:t, :s, 1, '2026-01-01 00:00:00+00')"),
            [{"t": one["t"], "s": one["s"]} for one in sent],
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def rows_looked_at(phone: Phone) -> int:
    """How much the database works to find what is wanted: steps of SQLite's machine, or pages that PostgreSQL reads."""
    statement, values = pull._WANTED, {"device_id": phone.device_id}
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        ready = statement._of(connection.dialect)
        if is_sqlite(db.session()):
            return steps(driver, ready.text, ready.given(values))
        plan: dict[str, Any] = driver.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {ready.text}", ready.given(values)).fetchone()[0][0]
        return int(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"])


def steps(driver: sqlite3.Connection, statement: str, given: Any) -> int:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    driver.set_progress_handler(count, 1)
    driver.execute(statement, given).fetchall()
    driver.set_progress_handler(None, 0)
    return counted


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def test_s13_history_costs_nothing(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    photos = [b"one", b"two", b"three"]
    shas = [phone.photo(job_id, content) for content in photos]
    assert phone.sync()["blobs_wanted"] == shas
    past(world, phone, 100)
    before = rows_looked_at(phone)
    with writing() as session:
        session.execute(text("DELETE FROM blob_name WHERE seq >= 1000000"))
        session.execute(text("DELETE FROM blob"))
    past(world, phone, OLD)
    assert rows_looked_at(phone) <= before * 1.5 + 20
    assert phone.sync()["blobs_wanted"] == shas


def test_s13_what_arrived_is_not_awaited(world: World, phone: Phone) -> None:
    sha256 = phone.photo(world.job(world.wang), b"photo")
    phone.sync()
    assert awaited() == [(sha256, True)]
    assert phone.patch(sha256, b"photo").status_code == 200
    assert awaited() == [(sha256, False)]
    assert phone.sync()["blobs_wanted"] == []


def test_s13_naming_a_blob_that_is_here_awaits_nothing(world: World, phone: Phone) -> None:
    sha256 = phone.photo(world.job(world.wang), b"photo")
    phone.sync()
    assert phone.patch(sha256, b"photo").status_code == 200
    phone.photo(world.job(world.wang), b"photo")
    assert phone.sync()["blobs_wanted"] == []
    assert awaited() == [(sha256, False), (sha256, False)]


def test_s13_a_row_that_says_awaited_wrongly_asks_for_nothing(world: World, phone: Phone) -> None:
    """As when a server of the release before wrote it, or a name and the blob came at once."""
    sha256 = phone.photo(world.job(world.wang), b"photo")
    phone.sync()
    assert phone.patch(sha256, b"photo").status_code == 200
    with writing() as session:
        session.execute(text("UPDATE blob_name SET awaited = true"))
    assert phone.sync()["blobs_wanted"] == []


def test_s13_a_row_that_says_sent_wrongly_is_found_by_the_sweep(world: World, phone: Phone) -> None:
    sha256 = phone.photo(world.job(world.wang), b"photo")
    phone.sync()
    with writing() as session:
        session.execute(text("UPDATE blob_name SET awaited = false"))
    assert phone.sync()["blobs_wanted"] == []
    sweep.sweep(world.office, clock.now())
    assert phone.sync()["blobs_wanted"] == [sha256]


def awaited() -> list[tuple[str, bool]]:
    db.session.rollback()
    return [(row.sha256, bool(row.awaited)) for row in db.session.execute(text("SELECT sha256, awaited FROM blob_name ORDER BY seq"))]
