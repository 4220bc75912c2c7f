"""Phones at 1 KB/s occupy a thread each and nothing else: no database connection, and nobody healthy waits for them."""

import os
import socket
import threading
import time

from tests.live import Live
from tests.phone import Phone
from tests.server.caller import begun, chunk_headers, line_to, phone_at
from tests.stranger.line import read_reply
from tests.world import World

SLOW = 100  # more than the database connections that both workers may open together
BYTES_A_SECOND = 1_000
HEALTHY_WITHIN_S = 10


def test_slow_uploads_and_batches_make_no_healthy_phone_wait(live: Live) -> None:
    world = live.world()
    slow, healthy = phone_at(live, world), phone_at(live, world)
    sockets = [_slow_upload(live, slow, sha256, content) for sha256, content in _named(world, slow).items()]
    sockets += [_slow_batch(live) for _ in range(SLOW // 2)]
    stop = threading.Event()
    dribbling = threading.Thread(target=_dribble, args=(sockets, stop))
    dribbling.start()
    try:
        job_id = world.job(world.wang)
        began = time.monotonic()
        for number in range(5):
            healthy.record(job_id, "note.added", {"text": f"note {number}"})
            healthy.sync()
            content = os.urandom(20_000)
            sha256 = healthy.photo(job_id, content)
            healthy.sync()
            assert healthy.patch(sha256, content).status_code == 200
        assert line_to(live).ask("GET", "/readyz").status == 200
        assert time.monotonic() - began < HEALTHY_WITHIN_S, "served between the slow ones, not after them"
    finally:
        stop.set()
        dribbling.join()
        for sock in sockets:
            sock.close()


def test_a_slow_upload_arrives_in_the_end(live: Live) -> None:
    world = live.world()
    phone = phone_at(live, world)
    content = os.urandom(3 * BYTES_A_SECOND)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()
    with begun(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content, 0) as sock:
        for start in range(0, len(content), BYTES_A_SECOND):
            sock.sendall(content[start : start + BYTES_A_SECOND])
            time.sleep(1)
        assert read_reply(sock, "PATCH").status == 200


def _named(world: World, phone: Phone) -> dict[str, bytes]:
    """Photos that the phone will send slowly."""
    job_id = world.job(world.wang)
    contents = [os.urandom(50_000) for _ in range(SLOW // 2)]
    named = {phone.photo(job_id, content): content for content in contents}
    phone.sync()
    return named


def _slow_upload(live: Live, phone: Phone, sha256: str, content: bytes) -> socket.socket:
    return begun(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content, 100)


def _slow_batch(live: Live) -> socket.socket:
    return begun(live, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, b" " * 100_000, 100)


def _dribble(sockets: list[socket.socket], stop: threading.Event) -> None:
    while not stop.wait(1):
        for sock in sockets:
            sock.sendall(b"x" * BYTES_A_SECOND)
