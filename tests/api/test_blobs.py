"""Blobs through the application (PROTOCOL B). What concerns bytes on a socket is in test_blobs_gunicorn.py."""

import base64
import hashlib
import os
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import clock
from app.services import receipts, uploads
from app.services.keys import read_public_key, verifies
from app.services.office import Office
from app.store.db import writing
from app.store.people import User
from tests import world as worlds
from tests.phone import Phone, enrolled, receipt_parts
from tests.world import World

pytestmark = pytest.mark.parametrize("blobs_url", ["disk", "s3"], indirect=True)

PHOTO = os.urandom(100_000)
SHA256 = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return worlds.phone_that_names(PHOTO, client, world)


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["type"].removeprefix("/problems/")


def bearer(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.token}"}


def test_b1_wanted_until_it_is_verified(world: World, phone: Phone) -> None:
    job_id = next(iter(phone.jobs))
    assert phone.sync()["blobs_wanted"] == [SHA256]
    assert (world.view(job_id).blobs_named, world.view(job_id).blobs_missing) == (1, 1)
    assert phone.patch(SHA256, PHOTO).status_code == 200
    assert phone.sync()["blobs_wanted"] == []
    assert (world.view(job_id).blobs_named, world.view(job_id).blobs_missing) == (1, 0)


def test_b5_the_last_chunk_brings_a_receipt(client: FlaskClient, world: World, phone: Phone) -> None:
    first = phone.patch(SHA256, PHOTO, 0, PHOTO[:60_000])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "60000")
    last = phone.patch(SHA256, PHOTO, 60_000)
    body = last.get_json()
    assert (last.status_code, body["sha256"], body["size"]) == (200, SHA256, 100_000)
    parts = receipt_parts(body["receipt"])
    assert parts[:4] == ["doorstep-blob-receipt-v1", world.tenant_id, SHA256, "100000"]
    key = client.get("/api/v1/keys").get_json()["keys"][0]["public_key"]
    assert verifies(read_public_key("ES256", key), body["receipt"]["sig"], body["receipt"]["text"].encode())
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO


def test_b2_head_says_what_is_held(client: FlaskClient, phone: Phone) -> None:
    url = f"/api/v1/blobs/{SHA256}"
    assert client.head(url, headers=bearer(phone)).headers["Upload-Offset"] == "0"
    phone.patch(SHA256, PHOTO, 0, PHOTO[:1_000])
    assert client.head(url, headers=bearer(phone)).headers["Upload-Offset"] == "1000"
    phone.patch(SHA256, PHOTO, 1_000)
    whole = client.head(url, headers=bearer(phone)).headers
    assert (whole["Upload-Offset"], whole["Upload-Length"]) == ("100000", "100000")


def test_b3_a_wrong_offset_is_told_the_right_one(phone: Phone) -> None:
    phone.patch(SHA256, PHOTO, 0, PHOTO[:1_000])
    for offset in (0, 999, 1_001, 10**14):
        response = phone.patch(SHA256, PHOTO, offset, b"x")
        assert slug(response) == (409, "blob-offset")
        assert (response.headers["Upload-Offset"], response.get_json()["offset"]) == ("1000", 1_000)


def test_b4_a_changed_chunk_is_not_appended(client: FlaskClient, phone: Phone) -> None:
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    assert slug(phone.patch(SHA256, PHOTO, 0, PHOTO[:10], **{"Content-Digest": f"sha-256=:{other}:"})) == (400, "chunk-damaged")
    assert client.head(f"/api/v1/blobs/{SHA256}", headers=bearer(phone)).headers["Upload-Offset"] == "0"


def test_b5_other_bytes_are_dropped_and_the_right_ones_still_come(world: World, phone: Phone) -> None:
    assert slug(phone.patch(SHA256, os.urandom(100_000))) == (422, "blob-digest-mismatch")
    assert phone.sync()["blobs_wanted"] == [SHA256]
    assert phone.patch(SHA256, PHOTO).status_code == 200


def test_b6_a_verified_blob_only_gives_its_receipt(world: World, phone: Phone) -> None:
    phone.patch(SHA256, PHOTO)
    again = phone.patch(SHA256, os.urandom(100_000))
    assert (again.status_code, again.get_json()["size"]) == (200, 100_000)
    assert world.office.blobs.path(world.tenant_id, SHA256).read_bytes() == PHOTO


def test_b1_a_blob_nobody_named_is_refused(client: FlaskClient, world: World, phone: Phone) -> None:
    other = enrolled(client, world.code(world.li))
    other.sync()
    assert slug(other.patch(SHA256, PHOTO)) == (404, "blob-not-named")
    stray = hashlib.sha256(b"stray").hexdigest()
    assert slug(phone.patch(stray, b"stray")) == (404, "blob-not-named")
    assert slug(phone.patch("..%2f..%2fetc", b"stray")) == (404, "not-found")


def test_b1_too_large_is_refused_before_it_is_read(phone: Phone) -> None:
    assert slug(phone.patch(SHA256, PHOTO, **{"Upload-Length": str(uploads.BLOB_BYTES_MAX + 1)})) == (413, "blob-too-large")
    assert slug(phone.patch(SHA256, bytes(uploads.CHUNK_BYTES_MAX + 1))) == (413, "blob-too-large")


@pytest.mark.parametrize(
    "headers",
    [{"Upload-Offset": "-1"}, {"Upload-Offset": "1e3"}, {"Upload-Length": "9" * 40}, {"Content-Digest": "md5=:x:"}, {"Upload-Offset": ""}],
)
def test_b3_headers_of_another_form_are_named(phone: Phone, headers: dict[str, str]) -> None:
    response = phone.patch(SHA256, PHOTO, **headers)
    assert slug(response) == (422, "invalid-body")
    assert next(iter(headers)) in response.get_json()["detail"]


def test_a_server_that_died_before_noting_a_blob_notes_it_at_the_next_contact(world: World, phone: Phone) -> None:
    world.office.blobs.put(world.tenant_id, SHA256, PHOTO)
    assert phone.sync()["blobs_wanted"] == [SHA256]
    assert phone.patch(SHA256, PHOTO).get_json()["size"] == 100_000
    assert phone.sync()["blobs_wanted"] == []


def test_b7_the_original_comes_back_as_an_attachment(client: FlaskClient, phone: Phone) -> None:
    phone.patch(SHA256, PHOTO)
    response = client.get(f"/api/v1/blobs/{SHA256}", headers=bearer(phone), buffered=True)
    assert response.data == PHOTO
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["Content-Security-Policy"].startswith("sandbox")
    for size in ("view", "thumb"):
        assert slug(client.get(f"/api/v1/blobs/{SHA256}/{size}", headers=bearer(phone), buffered=True)) == (415, "not-a-picture")


def test_another_tenants_blob_does_not_exist(client: FlaskClient, office: Office, world: World, phone: Phone) -> None:
    phone.patch(SHA256, PHOTO)
    south = worlds.make(office, "South")
    stranger = enrolled(client, south.code())
    stranger.photo(south.job(south.wang), PHOTO)
    stranger.sync()
    assert slug(client.get(f"/api/v1/blobs/{SHA256}", headers=bearer(stranger), buffered=True)) == (404, "not-found")
    assert client.head(f"/api/v1/blobs/{SHA256}", headers=bearer(stranger)).headers["Upload-Offset"] == "0"


def test_an_installer_gets_only_blobs_of_jobs_in_their_hands(client: FlaskClient, world: World, phone: Phone) -> None:
    phone.patch(SHA256, PHOTO)
    colleague = enrolled(client, world.code(world.li))
    colleague.sync()
    assert slug(client.get(f"/api/v1/blobs/{SHA256}", headers=bearer(colleague), buffered=True)) == (404, "not-found")
    world.dispatch(next(iter(phone.jobs)), world.wang, world.li)
    assert client.get(f"/api/v1/blobs/{SHA256}", headers=bearer(colleague), buffered=True).data == PHOTO


def test_tokens_die_with_their_age_and_their_device(client: FlaskClient, world: World, phone: Phone) -> None:
    url = f"/api/v1/blobs/{SHA256}"
    for token in ("", "nonsense", phone.token[:-2], phone.challenge):
        assert slug(client.get(url, headers={"Authorization": f"Bearer {token}"})) == (401, "unauthenticated")
    assert slug(client.get(url)) == (401, "unauthenticated")
    with writing() as session:
        session.get_one(User, world.wang).disabled_at = clock.now()
    assert slug(client.get(url, headers=bearer(phone))) == (403, "forbidden"), "a token given before the user was disabled"
    assert client.head(url, headers=bearer(phone)).status_code == 200


def test_b9_a_standards_exact_bytes(client: FlaskClient, world: World, phone: Phone) -> None:
    pinned = next(iter(phone.jobs.values()))["state"]["standards"]
    assert pinned
    for one in pinned:
        document = client.get(f"/api/v1/standards/{one['digest']}", headers=bearer(phone)).data
        assert hashlib.sha256(document).hexdigest() == one["digest"]
    assert slug(client.get(f"/api/v1/standards/{'0' * 64}", headers=bearer(phone))) == (404, "not-found")


def test_b5_receipts_name_the_lineage(world: World) -> None:
    text = receipts.blob_receipt(world.office, "t", SHA256, 1)["text"]
    assert text.split("\n")[4] == world.office.server_epoch()
