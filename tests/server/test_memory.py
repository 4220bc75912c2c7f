"""The server's memory does not grow with what is sent to it or fetched from it."""

import hashlib
import os
from pathlib import Path

import pytest

from app.services.uploads import BLOB_BYTES_MAX, CHUNK_BYTES_MAX
from tests.live import Live
from tests.server.caller import bearer, line_to, phone_at

GROWTH_BYTES_MAX = 40_000_000


def worker_peaks(live: Live) -> dict[int, int]:
    """The most memory that each worker ever held, in bytes, by process id."""
    master = live.server.process.pid
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return {int(pid): _peak(int(pid)) for pid in children}


@pytest.fixture
def warmed(live: Live) -> Live:
    """A server that did everything once, so that what it loads late is loaded."""
    for _ in range(8):
        _round_trip(live, os.urandom(50_000))
    return live


def test_memory_stays_flat_while_the_largest_blob_comes_and_goes(warmed: Live) -> None:
    before = worker_peaks(warmed)
    assert len(before) == 2
    for _ in range(3):
        _round_trip(warmed, os.urandom(BLOB_BYTES_MAX))
    after = worker_peaks(warmed)
    assert after.keys() == before.keys(), "no worker was replaced"
    growth = {pid: after[pid] - before[pid] for pid in before}
    assert max(growth.values()) < GROWTH_BYTES_MAX, growth


def _round_trip(live: Live, content: bytes) -> None:
    world = live.world()
    phone = phone_at(live, world)
    sha256 = phone.photo(world.job(world.wang), content)
    phone.sync()
    for offset in range(0, len(content), CHUNK_BYTES_MAX):
        reply = phone.patch(sha256, content, offset, content[offset : offset + CHUNK_BYTES_MAX])
        assert reply.status_code in (200, 204)
    fetched = line_to(live).ask("GET", f"/api/v1/blobs/{sha256}", bearer(phone))
    assert hashlib.sha256(fetched.body).hexdigest() == sha256


def _peak(pid: int) -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024
