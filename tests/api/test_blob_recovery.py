"""What a server that died, or a device that was wrong, left of a blob, and how the next contact gets over it (PROTOCOL B3, B5)."""

import hashlib
import os
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests import world as worlds
from tests.phone import Phone
from tests.world import World

pytestmark = pytest.mark.parametrize("blobs_url", ["disk", "s3"], indirect=True)

PHOTO = os.urandom(50_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return worlds.phone_that_names(PHOTO, client, world)


def leave_behind(world: World, tmp_path: Path, content: bytes) -> None:
    """Bytes that are held, and whose end nobody saw."""
    chunk = tmp_path / "chunk"
    chunk.write_bytes(content)
    assert world.office.blobs.append(world.tenant_id, SHA256, 0, chunk) == len(content)


@pytest.mark.parametrize(("offset", "chunk"), [(50_000, b"x"), (49_999, PHOTO[49_999:]), (0, PHOTO)], ids=["one-beyond", "the-last", "all"])
def test_b5_all_bytes_held_but_never_checked(world: World, phone: Phone, tmp_path: Path, offset: int, chunk: bytes) -> None:
    leave_behind(world, tmp_path, PHOTO)
    response = phone.patch(SHA256, PHOTO, offset, chunk)
    assert (response.status_code, response.get_json().get("size")) == (200, 50_000), response.text
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO
    assert phone.sync()["blobs_wanted"] == []


def test_b5_as_many_bytes_but_other_ones(world: World, phone: Phone, tmp_path: Path) -> None:
    leave_behind(world, tmp_path, PHOTO[::-1])
    response = phone.patch(SHA256, PHOTO, 50_000, b"x")
    assert (response.status_code, response.get_json()["type"]) == (422, "/problems/blob-digest-mismatch")
    assert phone.patch(SHA256, PHOTO).status_code == 200


def test_b3_more_bytes_than_the_blob_has(world: World, phone: Phone, tmp_path: Path) -> None:
    leave_behind(world, tmp_path, PHOTO + b"more")
    response = phone.patch(SHA256, PHOTO)
    assert (response.status_code, response.get_json()["offset"]) == (409, 0)
    assert phone.patch(SHA256, PHOTO).status_code == 200


def test_b5_a_whole_blob_in_one_chunk_replaces_what_was_begun_by_another(world: World, phone: Phone) -> None:
    blobs = world.office.blobs
    whole = blobs.spool() / "whole"
    whole.write_bytes(PHOTO)
    assert phone.patch(SHA256, PHOTO, 0, PHOTO[:1_000]).status_code == 204
    blobs.accept(world.tenant_id, SHA256, whole)
    assert blobs.held(world.tenant_id, SHA256) == 0
    assert phone.patch(SHA256, PHOTO, 1_000).status_code == 200
    assert blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO
