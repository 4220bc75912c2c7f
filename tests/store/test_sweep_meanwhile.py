"""A sweep while phones send: what is named, added to or finished a moment after the sweep looked is never lost, and costs no error."""

import hashlib
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import clock
from app.services import sweep
from app.store import blob_notes
from tests.phone import Phone, enrolled
from tests.world import World

pytestmark = pytest.mark.parametrize("blobs_url", ["disk", "s3"], indirect=True)

PHOTO = os.urandom(60_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()
BEGUN, ADDED = 20_000, 40_000
OLD = timedelta(days=31)


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    """A phone that began a photo; then the office lost the photo's name, as a restore from a backup does."""
    world.job(world.wang)
    phone = enrolled(client, world.code())
    phone.sync()
    chunk = world.office.blobs.spool() / os.urandom(8).hex()
    chunk.write_bytes(PHOTO[:BEGUN])
    assert world.office.blobs.append(world.tenant_id, SHA256, 0, chunk) == BEGUN
    return phone


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Lets something happen, once, when the sweep has found that no event names the upload, and has not acted yet."""
    look, left = blob_notes.named, list[Callable[[], Any]]()

    def looked(session: Any, places: Any) -> Any:
        found = look(session, places)
        if left and places:
            session.rollback()
            left.pop()()
        return found

    monkeypatch.setattr(blob_notes, "named", looked)
    return left.append


def name(phone: Phone) -> None:
    phone.photo(next(iter(phone.jobs)), PHOTO)
    assert phone.sync()["blobs_wanted"] == [SHA256]


def held(phone: Phone) -> int:
    answer = phone.client.head(f"/api/v1/blobs/{SHA256}", headers={"Authorization": f"Bearer {phone.token}"})
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def is_sent_to_the_end(phone: Phone, world: World) -> bool:
    assert phone.patch(SHA256, PHOTO, held(phone)).status_code == 200
    return world.office.blobs.verify(world.tenant_id, SHA256) == len(PHOTO)


def test_named_meanwhile_it_goes_on_or_begins_again(world: World, phone: Phone, meanwhile: Any) -> None:
    meanwhile(lambda: name(phone))
    sweep.sweep(world.office, clock.now() + OLD)
    assert held(phone) in (0, BEGUN)
    assert is_sent_to_the_end(phone, world)


def test_added_to_meanwhile_it_stays(world: World, phone: Phone, meanwhile: Any) -> None:
    def go_on() -> None:
        name(phone)
        time.sleep(1.1)  # S3 tells times in whole seconds
        assert phone.patch(SHA256, PHOTO, BEGUN, PHOTO[BEGUN:ADDED]).status_code == 204

    long_ago = clock.now()
    meanwhile(go_on)
    assert sweep.sweep(world.office, long_ago + sweep.PARTIAL_AGE_MAX).removed == []
    assert held(phone) == ADDED
    assert is_sent_to_the_end(phone, world)


def test_finished_meanwhile_it_is_there(world: World, phone: Phone, meanwhile: Any) -> None:
    def finish() -> None:
        name(phone)
        assert phone.patch(SHA256, PHOTO, BEGUN).status_code == 200

    meanwhile(finish)
    sweep.sweep(world.office, clock.now() + OLD)
    assert world.office.blobs.verify(world.tenant_id, SHA256) == len(PHOTO)
    assert phone.sync()["blobs_wanted"] == []
    assert list(world.office.blobs.partials()) == []
