"""What the two blob stores promise alike, and what several processes on one S3-compatible store may do to each other."""

import hashlib
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from app import clock
from app.config import S3Access, S3Place, SettingsInvalid, blob_place
from app.store.blob_copies import Copies
from app.store.blob_disk import DiskBlobs
from app.store.blob_s3 import S3Blobs
from app.store.blob_store import BlobStore, StoredBlob
from app.store.s3_bucket import Bucket
from tests import seaweed

BLOB = os.urandom(90_000)
SHA256 = hashlib.sha256(BLOB).hexdigest()

Maker = Callable[[], BlobStore]


@pytest.fixture(params=["disk", "s3"])
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Maker:
    """Makes stores that look at the same blobs, each as another process, and on S3 another machine, would."""
    if request.param == "disk":
        return lambda: DiskBlobs(tmp_path)
    place = blob_place(seaweed.blobs_url(request.getfixturevalue("seaweed_server"), f"store/{tmp_path.name}"))
    assert isinstance(place, S3Place)
    return lambda: S3Blobs(Bucket(place, S3Access.from_env()), tmp_path / os.urandom(4).hex())


def chunk(store: BlobStore, content: bytes) -> Path:
    path = store.spool() / os.urandom(8).hex()
    path.write_bytes(content)
    return path


def test_b3_another_process_goes_on_where_the_first_one_stopped(another: Maker) -> None:
    first, second, third = another(), another(), another()
    assert first.append("t", SHA256, 0, chunk(first, BLOB[:40_000])) == 40_000
    assert second.held("t", SHA256) == 40_000
    assert second.append("t", SHA256, 40_000, chunk(second, BLOB[40_000:])) == 90_000
    assert third.finish("t", SHA256) == 90_000
    assert first.path("t", SHA256).read_bytes() == BLOB
    assert list(first.partials()) == []
    assert list(second.stored()) == [StoredBlob("t", SHA256, 90_000)]
    assert third.beginning("t", SHA256) == BLOB[:12]
    assert first.verify("other", SHA256) is None


def test_b3_of_two_writers_at_one_offset_one_counts(another: Maker) -> None:
    stores = [another() for _ in range(8)]
    pieces = [bytes([number]) * (1_000 + number) for number in range(8)]
    gate = threading.Barrier(8)
    results: list[int | None] = []

    def write(store: BlobStore, piece: bytes) -> None:
        path = chunk(store, piece)
        gate.wait()
        results.append(store.append("t", SHA256, 0, path))

    writing = [threading.Thread(target=partial(write, store, piece)) for store, piece in zip(stores, pieces, strict=True)]
    for one in writing:
        one.start()
    for one in writing:
        one.join()
    [winner] = [result for result in results if result is not None]
    assert stores[0].held("t", SHA256) == winner


def test_b5_many_finish_one_upload_at_once(another: Maker) -> None:
    stores = [another() for _ in range(6)]
    for start in range(0, 90_000, 30_000):
        assert stores[0].append("t", SHA256, start, chunk(stores[0], BLOB[start : start + 30_000])) == start + 30_000
    gate = threading.Barrier(6)
    results: list[int | None] = []

    def finish(store: BlobStore) -> None:
        gate.wait()
        results.append(store.finish("t", SHA256))

    finishing = [threading.Thread(target=partial(finish, store)) for store in stores]
    for one in finishing:
        one.start()
    for one in finishing:
        one.join()
    assert results == [90_000] * 6, "whoever comes late finds the blob that another has made"
    assert stores[0].path("t", SHA256).read_bytes() == BLOB


def test_b5_other_bytes_are_dropped(another: Maker) -> None:
    store = another()
    assert store.append("t", SHA256, 0, chunk(store, BLOB[::-1])) == 90_000
    assert store.finish("t", SHA256) is None
    assert (store.held("t", SHA256), list(store.stored())) == (0, [])


@pytest.mark.parametrize("another", ["s3"], indirect=True)
def test_a_chunk_beyond_a_gap_does_not_count(another: Maker) -> None:
    """As another process may leave one that appended while this one dropped all. A file has no gaps."""
    store = another()
    assert isinstance(store, S3Blobs)
    assert store.append("t", SHA256, 0, chunk(store, BLOB[:10])) == 10
    store._bucket.send(f"part/t/{SHA256}/{20:012d}", chunk(store, BLOB[20:30]))
    assert store.held("t", SHA256) == 10
    assert [one.size for one in store.partials()] == [20]
    store.drop("t", SHA256)
    assert list(store.partials()) == []


def test_partials_say_when_bytes_last_came(another: Maker) -> None:
    store = another()
    store.append("t", SHA256, 0, chunk(store, BLOB[:10]))
    [partial_upload] = store.partials()
    assert (partial_upload.tenant_id, partial_upload.sha256, partial_upload.size) == ("t", SHA256, 10)
    assert abs(clock.now() - partial_upload.touched_at) < timedelta(minutes=1)


def test_an_empty_blob_and_one_that_is_not_there(another: Maker) -> None:
    store = another()
    nothing = hashlib.sha256(b"").hexdigest()
    store.put("t", nothing, b"")
    assert (store.verify("t", nothing), store.has("t", nothing), store.size("t", nothing), store.beginning("t", nothing)) == (
        0,
        True,
        0,
        b"",
    )
    assert (store.verify("t", SHA256), store.has("t", SHA256), store.beginning("t", SHA256)) == (None, False, b"")
    assert not store.path("t", SHA256).exists()
    with pytest.raises(FileNotFoundError):
        store.size("t", SHA256)
    with pytest.raises(ValueError, match="not the blob"):
        store.put("t", SHA256, b"other")


def test_local_copies_stay_within_their_bytes(tmp_path: Path) -> None:
    copies = Copies(tmp_path / "copies", bytes_max=25)
    for number in range(4):
        whole = tmp_path / "whole"
        whole.write_bytes(bytes(10))
        copies.take("t", str(number), whole)
        os.utime(copies.path("t", str(number)), (number, number))
    assert [copies.used("t", str(number)) is not None for number in range(4)] == [False, False, True, True]


def test_what_a_dead_server_left_in_the_spool_is_swept_out(tmp_path: Path) -> None:
    spool = DiskBlobs(tmp_path).spool()
    old, young = spool / "old", spool / "young"
    for path in (old, young):
        path.write_bytes(b"bytes")
    os.utime(old, (0, 0))
    DiskBlobs(tmp_path).spool()
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:///var/lib/my%20blobs", Path("/var/lib/my blobs")),
        ("s3://photos", S3Place("photos", "", None, "us-east-1")),
        ("s3://photos/a/b/?region=eu-central-1", S3Place("photos", "a/b", None, "eu-central-1")),
        ("s3://photos/a?endpoint=http://127.0.0.1:9000&region=x", S3Place("photos", "a", "http://127.0.0.1:9000", "x")),
    ],
)
def test_where_blobs_lie(url: str, place: Path | S3Place) -> None:
    assert blob_place(url) == place


@pytest.mark.parametrize(
    "url",
    ["", "blobs", "file://host/x", "file://", "s3://", "s3:///x", "s3://key:secret@photos", "s3://photos?secret=x", "s3://a?endpoint=x:1"],
)
def test_another_place_is_refused_with_words(url: str) -> None:
    with pytest.raises(SettingsInvalid, match="DOORSTEP_BLOBS_URL must be"):
        blob_place(url)


@pytest.mark.parametrize("missing", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
def test_a_missing_key_is_named(missing: str) -> None:
    environ = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
    access = S3Access.from_env(environ)
    assert (access.session_token, "secret" in repr(access)) == ("token", False)
    del environ[missing]
    with pytest.raises(SettingsInvalid, match=missing):
        S3Access.from_env(environ)
