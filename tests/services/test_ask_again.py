"""A blob that the office has lost or damaged is found in the store itself, and comes again from a phone that still holds it."""

import hashlib
import os
from collections.abc import Callable

import obstore
import pytest
from flask.testing import FlaskClient

from app.services import doctor
from app.store.blob_disk import DiskBlobs
from app.store.blob_s3 import S3Blobs
from tests import world as worlds
from tests.phone import Phone
from tests.world import World

pytestmark = pytest.mark.parametrize("blobs_url", ["disk", "s3"], indirect=True)

PHOTO = os.urandom(50_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()
Damage = Callable[[World], None]


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    """A phone whose photo is here and was looked at, so that this machine has a copy of it."""
    phone = worlds.phone_that_names(PHOTO, client, world)
    assert phone.patch(SHA256, PHOTO).status_code == 200
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO
    return phone


def lost(world: World) -> None:
    blobs = world.office.blobs
    if isinstance(blobs, S3Blobs):
        obstore.delete(blobs._bucket._store, [_object(world)])
    else:
        blobs.path(world.tenant_id, SHA256).unlink()


def changed(world: World) -> None:
    """One bit is another, as a disk or a careless copy changes it; the size is the same."""
    blobs, bad = world.office.blobs, PHOTO[:1_000] + bytes([PHOTO[1_000] ^ 1]) + PHOTO[1_001:]
    if isinstance(blobs, S3Blobs):
        obstore.put(blobs._bucket._store, _object(world), bad)
    else:
        assert isinstance(blobs, DiskBlobs)
        blobs.path(world.tenant_id, SHA256).write_bytes(bad)


def _object(world: World) -> str:
    return f"blob/{world.tenant_id}/{SHA256[:2]}/{SHA256}"


@pytest.mark.parametrize("damage", [lost, changed])
def test_what_the_store_lost_comes_again_from_the_phone(world: World, phone: Phone, damage: Damage) -> None:
    assert list(doctor.examine(world.office, read_bytes=True)) == []
    damage(world)
    found = list(doctor.examine(world.office, read_bytes=True))
    assert len(found) == 1
    assert f"flask blobs ask {SHA256}" in found[0]
    asked = phone.client.application.test_cli_runner().invoke(args=["blobs", "ask", SHA256])
    assert (asked.exit_code, asked.output) == (0, "Phones that still hold it will send it.\n")
    assert world.view(next(iter(phone.jobs))).blobs_missing == 1
    assert phone.sync()["blobs_wanted"] == [SHA256]
    assert phone.patch(SHA256, PHOTO).status_code == 200
    assert world.office.blobs.verify(world.tenant_id, SHA256) == len(PHOTO)
    assert phone.sync()["blobs_wanted"] == []
    assert list(doctor.examine(world.office, read_bytes=True)) == []


@pytest.mark.parametrize("pieces", [1, 2])
def test_b5_a_damaged_blob_that_nobody_notes_gets_no_receipt_and_gives_way(world: World, client: FlaskClient, pieces: int) -> None:
    """As after a restore whose copying of blobs was cut short."""
    phone = worlds.phone_that_names(PHOTO, client, world)
    world.office.blobs.put(world.tenant_id, SHA256, PHOTO)
    changed(world)
    first, rest = (PHOTO, b"") if pieces == 1 else (PHOTO[:20_000], PHOTO[20_000:])
    answer = phone.patch(SHA256, PHOTO, 0, first)
    if rest:
        assert answer.status_code == 204
        answer = phone.patch(SHA256, PHOTO, len(first), rest)
    assert answer.status_code == 200
    assert world.office.blobs.verify(world.tenant_id, SHA256) == len(PHOTO)


def test_what_lies_there_whole_is_not_asked_for(world: World, phone: Phone) -> None:
    cli = phone.client.application.test_cli_runner()
    assert "nothing to ask for" in cli.invoke(args=["blobs", "ask", SHA256]).output
    assert phone.sync()["blobs_wanted"] == []
    assert cli.invoke(args=["blobs", "ask", "0" * 64]).exit_code == 1
