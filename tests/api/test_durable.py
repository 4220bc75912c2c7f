"""What is answered is durable, and nothing is said of what is not: commits, files on the disk, receipts, locks (PROTOCOL S5, S8, B5)."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app.store.db import db
from tests.phone import Json, Phone, enrolled, receipt_parts
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def note(phone: Phone, job_id: str, words: str) -> Json:
    return phone.record(job_id, "note.added", {"text": words})


def test_s5_a_commit_waits_for_the_disk(app: Flask) -> None:
    """A commit that a power cut takes back was never one: SQLite syncs fully, PostgreSQL does not answer before."""
    if db.engine.dialect.name == "sqlite":
        assert db.session.scalar(text("PRAGMA synchronous")) == 2
        assert db.session.scalar(text("PRAGMA journal_mode")) == "wal"
    else:
        assert db.session.scalar(text("SHOW synchronous_commit")) in ("on", "remote_apply", "remote_write")


def test_s5_a_commit_that_fails_is_not_answered_as_if_it_had_not(app: Flask, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "must not be lost")

    def fail(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(db.engine, "commit", fail)
    try:
        statuses = [phone.post(phone.request(phone.events)).status_code for _ in range(2)]
    finally:
        event.remove(db.engine, "commit", fail)
    assert all(status >= 500 for status in statuses)
    reply = phone.sync()
    assert ([one["status"] for one in reply["results"]], reply["acked_seq"]) == (["accepted"], 1)
    assert [one["text"] for one in world.state(job_id)["notes"]] == ["must not be lost"]


def test_b5_a_photo_whose_note_is_not_committed_gets_no_receipt(world: World, phone: Phone) -> None:
    content = os.urandom(50_000)
    job_id = world.job(world.wang)
    sha256 = phone.photo(job_id, content)
    phone.sync()

    def fail(_connection: Any) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(db.engine, "commit", fail)
    try:
        replies = [phone.patch(sha256, content) for _ in range(2)]
    finally:
        event.remove(db.engine, "commit", fail)
    assert all(reply.status_code >= 500 and b"receipt" not in reply.data for reply in replies)
    assert phone.sync()["blobs_wanted"] == [sha256]
    assert phone.patch(sha256, content).get_json()["receipt"]
    assert world.view(job_id).blobs_missing == 0


@pytest.mark.parametrize("pieces", [1, 3])
def test_b5_a_receipt_is_given_when_bytes_and_name_are_on_the_disk(
    world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, pieces: int
) -> None:
    """First the bytes, then the name, then the folder that holds the name; only then the note in the database, and the answer."""
    content = os.urandom(3_000)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()
    done: list[str] = []
    sync_descriptor, rename = os.fsync, Path.rename

    def fsync(descriptor: int) -> None:
        sync_descriptor(descriptor)
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        done.append("folder" if path.is_dir() else f"bytes {path.stat().st_size}")

    def named(self: Path, target: Path) -> Path:
        done.append("name" if target.name == sha256 else "other name")
        return rename(self, target)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr(Path, "rename", named)
    event.listen(db.engine, "commit", lambda _connection: done.append("commit"))
    size = len(content) // pieces
    for offset in range(0, len(content), size):
        reply = phone.patch(sha256, content, offset, content[offset : offset + size])
    assert reply.status_code == 200
    assert done.index(f"bytes {len(content)}") < done.index("name")
    assert done.index("name") < len(done) - 1 - done[::-1].index("folder")
    assert done[-1] == "commit"


def test_s8_a_receipt_speaks_of_what_is_stored_and_of_nothing_else(world: World, phone: Phone) -> None:
    """Neither of what lies beyond a gap, nor of a second branch."""
    job_id = world.job(world.wang)
    for number in range(4):
        note(phone, job_id, str(number))
    first = phone.post(phone.request(phone.events[:2])).get_json()
    assert receipt_parts(first["receipt"])[4:6] == ["2", phone.events[1]["hash"]]
    assert phone.post(phone.request(phone.events[3:])).get_json()["receipt"] is None
    stored = list(phone.events)
    phone.events = stored[:1]
    for words in ("another", "history", "that is longer"):
        note(phone, job_id, words)
    forked = phone.post(phone.request(phone.events)).get_json()
    assert [one["status"] for one in forked["results"]] == ["duplicate", "quarantined", "quarantined", "quarantined"]
    assert forked["acked_seq"] == 2
    assert receipt_parts(forked["receipt"])[4:6] == ["2", stored[1]["hash"]], (
        "the receipt's hash shows the phone that this is not its branch"
    )


def test_s5_jobs_are_locked_in_one_order_whatever_the_batch_says(app: Flask, world: World, phone: Phone) -> None:
    """Two phones over the same jobs in opposite orders must not wait for each other."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    first, last = sorted((world.job(world.wang), world.job(world.wang)))
    phone.sync()
    note(phone, last, "the later one comes first")
    note(phone, first, "then the earlier one")
    locked = text("SELECT job_id FROM job_view WHERE job_id = :job_id FOR UPDATE")
    with db.engine.connect() as holder, db.engine.connect() as probe:
        holder.execute(locked, {"job_id": first})
        pushing = threading.Thread(target=_push, args=(app, phone))
        pushing.start()
        _wait_for_a_waiter(probe)
        free = text("SELECT job_id FROM job_view WHERE job_id = :job_id FOR UPDATE SKIP LOCKED")
        assert probe.execute(free, {"job_id": last}).scalar() == last, "it waits for the first job and holds no later one"
        probe.rollback()
        holder.rollback()
        pushing.join()
    assert phone.acked == 2


def _push(app: Flask, phone: Phone) -> None:
    with app.app_context():
        phone.sync()
        db.session.remove()


def _wait_for_a_waiter(connection: Any) -> None:
    """Until somebody waits for a lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
    for _ in range(600):
        if connection.execute(waiting).scalar():
            connection.rollback()
            return
        connection.rollback()
        threading.Event().wait(0.02)
    raise AssertionError("nobody waits")
