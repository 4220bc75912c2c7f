"""Requests that arrive cut short. Under gunicorn a body that was cut looks complete, so the server must count (PROTOCOL B4, S5)."""

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.services.uploads import CHUNK_BYTES_MAX
from app.store.blobs import Blob
from app.store.db import db
from app.store.events import EventRow
from tests.live import Live
from tests.phone import Phone
from tests.server.caller import begun, chunk_headers, head, held, line_to, phone_at
from tests.stranger.line import Reply, read_reply
from tests.world import World


@pytest.fixture
def world(live: Live) -> World:
    return live.world()


@pytest.fixture
def phone(live: Live, world: World) -> Phone:
    return phone_at(live, world)


def named(world: World, phone: Phone, size: int) -> tuple[str, bytes]:
    """A blob that an event of the phone names; its bytes are still to be sent."""
    content = os.urandom(size)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()
    return sha256, content


def verified(world: World, sha256: str) -> bool:
    db.session.rollback()
    return db.session.scalars(select(Blob).where(Blob.tenant_id == world.tenant_id, Blob.sha256 == sha256)).first() is not None


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("before", [0, 400], ids=["first-chunk", "second-chunk"])
def test_b4_of_a_chunk_cut_short_nothing_is_appended(live: Live, world: World, phone: Phone, before: int, reset: bool) -> None:
    sha256, content = named(world, phone, 1_400)
    if before:
        assert phone.patch(sha256, content, 0, content[:before]).status_code == 204
    chunk = content[before : before + 1_000]
    line_to(live).cut("PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, before, chunk), chunk, 300, reset=reset)
    assert held(live, phone, sha256) == before
    assert not verified(world, sha256)
    assert phone.patch(sha256, content, before).status_code == 200
    assert world.office.blobs.path(world.tenant_id, sha256).read_bytes() == content


def test_b4_a_chunk_shorter_than_announced_is_damaged_and_says_so(live: Live, world: World, phone: Phone) -> None:
    sha256, content = named(world, phone, 1_000)
    cut = half_closed(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content, sent=300)
    assert (cut.status, cut.slug()) == (400, "chunk-damaged")
    assert held(live, phone, sha256) == 0


def test_b4_a_short_chunk_whose_digest_is_of_the_short_bytes_is_damaged(live: Live, world: World, phone: Phone) -> None:
    sha256, content = named(world, phone, 1_000)
    headers = chunk_headers(phone, content, 0, content[:300])
    cut = half_closed(live, "PATCH", f"/api/v1/blobs/{sha256}", headers, content, sent=300)
    assert (cut.status, cut.slug()) == (400, "chunk-damaged")
    assert held(live, phone, sha256) == 0


def test_b3_a_chunk_without_a_length_is_refused_clearly(live: Live, world: World, phone: Phone) -> None:
    sha256, content = named(world, phone, 1_000)
    reply = in_http_chunks(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content)
    assert (reply.status, reply.slug()) == (422, "invalid-body")
    assert "Content-Length" in reply.json()["detail"]
    assert held(live, phone, sha256) == 0


def test_s5_of_a_batch_cut_short_nothing_is_stored(live: Live, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    for number in range(20):
        phone.record(job_id, "note.added", {"text": f"note {number}"})
    body = json.dumps(phone.request(phone.events)).encode()
    for sent in (0, 1, len(body) // 2, len(body) - 1):
        for reset in (False, True):
            line_to(live).cut("POST", "/api/v1/sync", {"Content-Type": "application/json"}, body, sent, reset=reset)
    short = half_closed(live, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, body, sent=len(body) - 1)
    assert (short.status, short.slug()) == (422, "invalid-body")
    assert db.session.scalars(select(EventRow).where(EventRow.device_id == phone.device_id)).all() == []
    assert phone.sync()["acked_seq"] == 20


def test_s5_a_batch_in_http_chunks_is_taken(live: Live, world: World, phone: Phone) -> None:
    phone.record(world.job(world.wang), "note.added", {"text": "in pieces"})
    body = json.dumps(phone.request(phone.events)).encode()
    reply = in_http_chunks(live, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, body)
    assert (reply.status, reply.json()["acked_seq"]) == (200, 1)


def test_s1_a_batch_in_http_chunks_has_the_same_limit(live: Live, phone: Phone) -> None:
    reply = in_http_chunks(live, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, b" " * 300_000)
    assert (reply.status, reply.slug()) == (413, "batch-too-large")


@pytest.mark.parametrize("case", ["whole already", "wrong offset", "not named", "no token", "too long"])
def test_b3_an_answer_that_needs_no_bytes_still_reaches_a_sender_of_many(live: Live, world: World, phone: Phone, case: str) -> None:
    """The sender of 4 MiB must get to read why they are not taken; a reset in between would look like a dead network for ever."""
    sha256, content = named(world, phone, CHUNK_BYTES_MAX)
    path, headers = f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content)
    expected: dict[str, tuple[int, str | None]] = {
        "whole already": (200, None),
        "wrong offset": (409, "blob-offset"),
        "not named": (404, "blob-not-named"),
        "no token": (401, "unauthenticated"),
        "too long": (413, "blob-too-large"),
    }
    if case == "whole already":
        assert phone.patch(sha256, content).status_code == 200
    changes: dict[str, Any] = {
        "wrong offset": {"Upload-Offset": "5"},
        "no token": {"Authorization": "Bearer none"},
        "too long": {"Upload-Length": "99999999"},
    }
    if case == "not named":
        path = f"/api/v1/blobs/{'0' * 64}"
    reply = line_to(live).ask("PATCH", path, headers | changes.get(case, {}), content)
    status, slug = expected[case]
    assert reply.status == status
    assert slug is None or reply.slug() == slug


def half_closed(live: Live, method: str, path: str, headers: dict[str, str], body: bytes, *, sent: int) -> Reply:
    """Announce the whole body, send a part, close only the sending side, and read what the server makes of it."""
    with begun(live, method, path, headers, body, sent) as sock:
        sock.shutdown(socket.SHUT_WR)
        return read_reply(sock, method)


def in_http_chunks(live: Live, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
    """Send a body by chunked transfer coding, which announces no length."""
    pieces = [body[start : start + 30_000] for start in range(0, len(body), 30_000)]
    with socket.create_connection(("localhost", live.server.port), timeout=30) as sock:
        sock.sendall(head(method, path, headers | {"Transfer-Encoding": "chunked"}))
        for piece in [*pieces, b""]:
            sock.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        return read_reply(sock, method)


@pytest.mark.parametrize("path", ["/api/v1/sync", "/api/v1/session", "/api/v1/devices/enrol"])
@pytest.mark.parametrize("coded", [b"zz\r\n{}\r\n0\r\n\r\n", b"-5\r\n{}\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n{}", b"5\r\n{}", b""])
def test_a_broken_chunked_coding_is_the_senders_fault(live: Live, path: str, coded: bytes) -> None:
    with socket.create_connection(("localhost", live.server.port), timeout=30) as sock:
        sock.sendall(head("POST", path, {"Transfer-Encoding": "chunked", "Content-Type": "application/json", "X-Doorstep": "1"}) + coded)
        sock.shutdown(socket.SHUT_WR)
        assert 400 <= read_reply(sock, "POST").status < 500


def test_b5_an_empty_chunk_asks_for_the_check_of_what_is_held(live: Live, world: World, phone: Phone, tmp_path: Path) -> None:
    sha256, content = named(world, phone, 1_000)
    chunk = tmp_path / "chunk"
    chunk.write_bytes(content)
    assert world.office.blobs.append(world.tenant_id, sha256, 0, chunk) == 1_000
    assert held(live, phone, sha256) == 1_000
    assert phone.patch(sha256, content, 1_000, b"").status_code == 200
