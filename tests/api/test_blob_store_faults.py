"""An S3-compatible store that is down, slow, refuses or lies: the phone is told to come again, and nothing is lost (PROTOCOL B10)."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.pool import QueuePool

from app.problems import Unavailable
from app.services import doctor
from app.store import s3_bucket
from app.store.blob_s3 import S3Blobs
from app.store.blobs import Blob
from app.store.db import db
from tests import faulty_s3, seaweed
from tests import world as worlds
from tests.faulty_s3 import Line
from tests.phone import Phone, enrolled
from tests.world import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PHOTO = os.urandom(60_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()
HALF = len(PHOTO) // 2


@pytest.fixture(scope="module")
def line(seaweed_server: str) -> Iterator[Line]:
    with faulty_s3.line_to(seaweed_server) as line:
        yield line


@pytest.fixture
def blobs_url(line: Line, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> str:
    monkeypatch.setattr(s3_bucket, "_ANSWER_WITHIN", timedelta(seconds=1))
    monkeypatch.setattr(s3_bucket, "_TRY_AGAIN_WITHIN", timedelta(seconds=1))
    return seaweed.blobs_url(line.url, f"faults/{tmp_path.name}")


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return worlds.phone_that_names(PHOTO, client, world)


def is_noted(world: World) -> bool:
    db.session.rollback()
    return db.session.scalars(select(Blob).where(Blob.tenant_id == world.tenant_id, Blob.sha256 == SHA256)).first() is not None


def assert_come_again(response: Any) -> None:
    assert (response.status_code, response.get_json()["type"]) == (503, "/problems/unavailable"), response.text
    assert int(response.headers["Retry-After"]) == response.get_json()["retry_after_s"] > 0


def assert_arrives(world: World, phone: Phone, offset: int = 0) -> None:
    response = phone.patch(SHA256, PHOTO, min(offset, len(PHOTO) - 1))
    assert response.status_code == 200, response.text
    assert response.get_json()["receipt"]["text"].split("\n")[2] == SHA256
    assert is_noted(world)
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO
    assert phone.sync()["blobs_wanted"] == []
    assert doctor.faults(world.office) == []


@pytest.mark.parametrize("fault", ["down", "slow", "503", "cut short"])
def test_b10_a_store_that_fails_makes_the_phone_come_again(line: Line, world: World, phone: Phone, fault: str) -> None:
    with line.failing(fault):
        began = time.monotonic()
        assert_come_again(phone.patch(SHA256, PHOTO))
        assert time.monotonic() - began < 10, "the wait for the store has a bound"
        assert line.asked
    assert not is_noted(world)
    assert_arrives(world, phone)


@pytest.mark.parametrize("fault", ["down", "503", "wrong bytes written", "unheard"])
def test_b10_a_whole_photo_that_does_not_get_into_the_store(line: Line, world: World, phone: Phone, fault: str) -> None:
    with line.failing(fault, ("PUT",)):
        assert_come_again(phone.patch(SHA256, PHOTO))
        assert line.asked
    assert not is_noted(world)
    assert_arrives(world, phone)


@pytest.mark.parametrize("fault", ["wrong bytes read", "down", "cut short"])
def test_b10_what_cannot_be_read_back_is_not_vouched_for(line: Line, world: World, phone: Phone, fault: str) -> None:
    with line.failing(fault, ("GET",), "/blob/"):
        assert_come_again(phone.patch(SHA256, PHOTO))
        assert line.asked
    assert not is_noted(world)
    assert_arrives(world, phone)


def test_b10_other_bytes_under_the_right_name_are_replaced(world: World, phone: Phone, tmp_path: Any) -> None:
    """A store may damage what it holds; a blob that nobody vouched for yet is then simply sent again."""
    other = tmp_path / "other"
    other.write_bytes(PHOTO[::-1])
    bucket_of(world).send(f"blob/{world.tenant_id}/{SHA256[:2]}/{SHA256}", other)
    assert world.office.blobs.verify(world.tenant_id, SHA256) is None
    assert_arrives(world, phone)


@pytest.mark.parametrize("fault", ["down", "503", "wrong bytes written", "unheard"])
def test_b10_a_chunk_that_does_not_get_into_the_store(line: Line, client: FlaskClient, world: World, phone: Phone, fault: str) -> None:
    assert phone.patch(SHA256, PHOTO, 0, PHOTO[:1_000]).status_code == 204
    with line.failing(fault, ("PUT",), "/part/"):
        failed = phone.patch(SHA256, PHOTO, 1_000, PHOTO[1_000:HALF])
        assert failed.status_code in (503, 409), failed.text
        assert line.asked
    response = client.head(f"/api/v1/blobs/{SHA256}", headers={"Authorization": f"Bearer {phone.token}"})
    held = int(response.headers["Upload-Offset"])
    assert held in (1_000, HALF), "a chunk counts whole or not at all"
    assert_arrives(world, phone, held)


@pytest.mark.parametrize(("methods", "part"), [(("PUT",), "/blob/"), (("GET",), "/part/"), (("GET",), "/blob/")])
def test_b10_all_chunks_held_and_the_store_fails_at_the_end(
    line: Line, world: World, phone: Phone, methods: tuple[str, ...], part: str
) -> None:
    assert phone.patch(SHA256, PHOTO, 0, PHOTO[:HALF]).status_code == 204
    with line.failing("down", methods, part):
        assert_come_again(phone.patch(SHA256, PHOTO, HALF))
    assert not is_noted(world)
    response = phone.client.head(f"/api/v1/blobs/{SHA256}", headers={"Authorization": f"Bearer {phone.token}"})
    assert_arrives(world, phone, int(response.headers["Upload-Offset"]))


def test_b10_parts_that_cannot_be_removed_do_not_hold_up_the_receipt(line: Line, world: World, phone: Phone) -> None:
    assert phone.patch(SHA256, PHOTO, 0, PHOTO[:HALF]).status_code == 204
    with line.failing("503", ("DELETE", "POST")):
        assert phone.patch(SHA256, PHOTO, HALF).status_code == 200
        assert line.asked
    assert [one.sha256 for one in world.office.blobs.partials()] == [SHA256], "left for the sweep"


def test_b10_head_and_reading_come_again_too(line: Line, client: FlaskClient, world: World, phone: Phone) -> None:
    bearer = {"Authorization": f"Bearer {phone.token}"}
    with line.failing("503"):
        assert client.head(f"/api/v1/blobs/{SHA256}", headers=bearer).status_code == 503
    assert phone.patch(SHA256, PHOTO).status_code == 200
    with line.failing("wrong bytes read", ("GET",)):
        assert_come_again(client.get(f"/api/v1/blobs/{SHA256}", headers=bearer))
    assert client.get(f"/api/v1/blobs/{SHA256}", headers=bearer, buffered=True).data == PHOTO


def test_b10_events_come_in_and_the_server_stays_ready_while_the_store_is_down(line: Line, client: FlaskClient, world: World) -> None:
    assert client.get("/readyz").status_code == 200
    phone = enrolled(client, world.code())
    with line.failing("down"):
        phone.record(world.job(world.wang), "note.added", {"text": "without blobs"})
        assert phone.sync()["acked_seq"] == 1
        assert client.get("/readyz").status_code == 200


def test_b10_a_server_that_never_reached_its_store_is_not_ready(line: Line, client: FlaskClient) -> None:
    with line.failing("down"):
        assert client.get("/readyz").status_code == 503
    assert client.get("/readyz").status_code == 200


def test_b10_no_database_connection_is_held_while_the_store_is_slow(app: Flask, line: Line, world: World, phone: Phone) -> None:
    db.session.remove()
    sent: list[Any] = []
    with line.failing("slow", ("PUT",)):
        sending = threading.Thread(target=lambda: sent.append(phone.patch(SHA256, PHOTO)))
        sending.start()
        while not line.asked:
            sending.join(0.01)
        assert cast(QueuePool, db.engine.pool).checkedout() == 0
        sending.join()
    assert_come_again(sent[0])


def test_b10_a_slow_store_occupies_only_so_many_threads(line: Line, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = world.office.blobs
    monkeypatch.setattr(bucket_of(world), "_free", threading.BoundedSemaphore(2))
    monkeypatch.setattr(s3_bucket, "_WAIT_S", 0.05)
    refused: list[str] = []

    def ask() -> None:
        try:
            blobs.verify(world.tenant_id, SHA256)
        except Unavailable as problem:
            refused.append(str(problem))

    with line.failing("slow"):
        asking = [threading.Thread(target=partial(ask)) for _ in range(6)]
        for one in asking:
            one.start()
        for one in asking:
            one.join()
    assert sorted(refused) == ["The blob store does not answer."] * 2 + ["The blob store is slow."] * 4
    assert blobs.verify(world.tenant_id, SHA256) is None


def bucket_of(world: World) -> s3_bucket.Bucket:
    """What the store speaks to."""
    blobs = world.office.blobs
    assert isinstance(blobs, S3Blobs)
    return blobs._bucket
