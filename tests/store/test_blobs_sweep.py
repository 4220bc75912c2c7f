"""What a server that died left in the blob store: blobs that nobody noted, and uploads that nobody will finish."""

import hashlib
import os
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app import clock
from app.services import sweep
from app.store.blobs import Blob
from app.store.db import db, writing
from tests import world as worlds
from tests.phone import Phone
from tests.world import World

pytestmark = pytest.mark.parametrize("blobs_url", ["disk", "s3"], indirect=True)

PHOTO = os.urandom(50_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()
STRAY = os.urandom(1_000)
STRAY_SHA256 = hashlib.sha256(STRAY).hexdigest()
OLD = timedelta(days=31)


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return worlds.phone_that_names(PHOTO, client, world)


def begin(world: World, sha256: str, content: bytes) -> None:
    """An upload that stopped after these bytes."""
    chunk = world.office.blobs.spool() / os.urandom(8).hex()
    chunk.write_bytes(content)
    assert world.office.blobs.append(world.tenant_id, sha256, 0, chunk) == len(content)


def test_a_whole_blob_that_a_dying_server_did_not_note_is_noted(world: World, phone: Phone) -> None:
    world.office.blobs.put(world.tenant_id, SHA256, PHOTO)
    assert sweep.orphans(world.office).named == [(world.tenant_id, SHA256)]
    assert sweep.sweep(world.office, clock.now()).noted == [(world.tenant_id, SHA256)]
    db.session.rollback()
    assert db.session.scalars(select(Blob.sha256)).all() == [SHA256]
    assert sweep.orphans(world.office) == sweep.Orphans()
    assert phone.sync()["blobs_wanted"] == []
    assert world.view(next(iter(phone.jobs))).blobs_missing == 0


def test_a_whole_blob_without_a_name_is_never_removed(world: World, phone: Phone) -> None:
    """After a restore, the events that name it may still be on a phone."""
    world.office.blobs.put(world.tenant_id, STRAY_SHA256, STRAY)
    for now in (clock.now(), clock.now() + OLD):
        assert sweep.sweep(world.office, now).nameless == [(world.tenant_id, STRAY_SHA256)]
    assert world.office.blobs.path(world.tenant_id, STRAY_SHA256).read_bytes() == STRAY


def test_a_partial_that_an_event_names_is_never_removed(world: World, phone: Phone) -> None:
    assert phone.patch(SHA256, PHOTO, 0, PHOTO[:1_000]).status_code == 204
    assert sweep.sweep(world.office, clock.now() + 10 * OLD).removed == []
    assert phone.patch(SHA256, PHOTO, 1_000).status_code == 200


def test_a_partial_without_a_name_goes_after_thirty_days(world: World, phone: Phone) -> None:
    begin(world, STRAY_SHA256, STRAY[:10])
    assert sweep.sweep(world.office, clock.now() + timedelta(days=29)).removed == []
    assert world.office.blobs.held(world.tenant_id, STRAY_SHA256) == 10
    assert sweep.sweep(world.office, clock.now() + OLD).removed == [(world.tenant_id, STRAY_SHA256)]
    assert list(world.office.blobs.partials()) == []


def test_what_wrongly_says_that_a_blob_is_missing_is_put_right(world: World, phone: Phone) -> None:
    """On PostgreSQL two events of two jobs can name one blob at the very moment when it comes."""
    assert phone.patch(SHA256, PHOTO).status_code == 200
    bare = world.job(world.wang)  # nothing names a blob for it
    with writing() as session:
        session.execute(text("UPDATE job_view SET blobs_missing = 1"))
        session.execute(text("UPDATE blob_name SET awaited = true"))
    sweep.sweep(world.office, clock.now())
    assert {world.view(job_id).blobs_missing for job_id in (next(iter(phone.jobs)), bare)} == {0}
    assert not db.session.scalar(text("SELECT count(*) FROM blob_name WHERE awaited"))


def test_a_partial_of_a_blob_that_is_whole_goes_at_once(world: World, phone: Phone) -> None:
    assert phone.patch(SHA256, PHOTO).status_code == 200
    begin(world, SHA256, PHOTO[:10])
    assert sweep.sweep(world.office, clock.now()).removed == [(world.tenant_id, SHA256)]
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO
