"""How long healthy phones wait beside slow ones: `python -m tests.simulation.slow_phones --count 300 --seconds 30`.

So many connections send a photo or a batch at 1 KB/s each while one healthy phone syncs, and hands in and fetches photos. The times are
told, not judged; it fails only when somebody healthy is not answered, or a slow one is cut off.
"""

import argparse
import json
import os
import random
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.config import Settings
from tests.live import Live, running
from tests.phone import Phone
from tests.server.caller import bearer, begun, chunk_headers, line_to, phone_at
from tests.simulation.kill_databases import fresh_database
from tests.world import World

BYTES_A_SECOND = 1_000
PHOTO_BYTES = 1_000_000


@dataclass
class Waits:
    """What happened: milliseconds that each healthy request took, how many slow connections stayed open to the end, and what failed."""

    healthy_ms: list[float] = field(default_factory=list)
    slow_open: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)

    def share(self, part: float) -> float:
        """The time within which that part of the healthy requests was answered."""
        ordered = sorted(self.healthy_ms)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * part))], 1) if ordered else 0.0


class SlowLines:
    """Connections that send and send; two of three a photo, the others a batch."""

    def __init__(self, live: Live, world: World, count: int) -> None:
        phone = phone_at(live, world)
        job_id = world.job(world.wang)
        self._sockets = [_slow_photo(live, phone, job_id) if number % 3 else _slow_batch(live) for number in range(count)]
        phone.sync()
        self.cut_off = 0
        self._stop = threading.Event()
        self._dribbling = threading.Thread(target=self._dribble)
        self._dribbling.start()

    def close(self) -> int:
        """How many were still open."""
        self._stop.set()
        self._dribbling.join()
        for sock in self._sockets:
            sock.close()
        return len(self._sockets) - self.cut_off

    def _dribble(self) -> None:
        while not self._stop.wait(1):
            for sock in list(self._sockets):
                try:
                    sock.sendall(b"x" * BYTES_A_SECOND)
                except OSError:
                    self.cut_off += 1
                    self._sockets.remove(sock)


def run(live: Live, count: int, seconds: float, seed: int = 1) -> Waits:
    """Send slowly on `count` connections, and meanwhile ask as a healthy phone does, at most ten times a second."""
    world, rng, waits = live.world(), random.Random(seed), Waits()
    healthy = phone_at(live, world)
    job_id = world.job(world.wang)
    slow = SlowLines(live, world, count)
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            _healthy_round(live, healthy, job_id, rng, waits)
            time.sleep(0.1)
    finally:
        waits.slow_open = slow.close()
    if slow.cut_off:
        waits.failures.append({"seed": seed, "why": f"{slow.cut_off} slow connections were cut off"})
    return waits


def _healthy_round(live: Live, phone: Phone, job_id: str, rng: random.Random, waits: Waits) -> None:
    content = rng.randbytes(rng.randint(20_000, 200_000))
    phone.record(job_id, "note.added", {"text": "healthy"})
    sha256 = phone.photo(job_id, content)
    acts: list[tuple[str, Callable[[], int]]] = [
        ("sync", lambda: _status_of_sync(phone)),
        ("photo", lambda: phone.patch(sha256, content).status_code),
        ("fetch", lambda: line_to(live).ask("GET", f"/api/v1/blobs/{sha256}", bearer(phone)).status),
        ("ready", lambda: line_to(live).ask("GET", "/readyz").status),
    ]
    for name, act in acts:
        began = time.perf_counter()
        status = act()
        waits.healthy_ms.append((time.perf_counter() - began) * 1_000)
        if status != 200:
            waits.failures.append({"seed": 0, "why": f"{name} was answered with {status}"})


def _status_of_sync(phone: Phone) -> int:
    response = phone.post(phone.request(phone.events[phone.acked :]))
    if response.status_code == 200:
        phone.take(response.get_json())
    return response.status_code


def _slow_photo(live: Live, phone: Phone, job_id: str) -> socket.socket:
    content = os.urandom(PHOTO_BYTES)
    sha256 = phone.photo(job_id, content)
    phone.sync()
    return begun(live, "PATCH", f"/api/v1/blobs/{sha256}", chunk_headers(phone, content, 0, content), content, 100)


def _slow_batch(live: Live) -> socket.socket:
    return begun(live, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, b" " * 250_000, 100)


def main(arguments: Sequence[str]) -> int:
    """Measure beside slow connections and beside none; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args(arguments)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-slow-", ignore_cleanup_errors=True)))
        url = fresh_database(folder / "data", None, "doorstep")
        settings = Settings.from_env({"DOORSTEP_DATA": str(folder / "data"), "DOORSTEP_DATABASE_URL": url, "DOORSTEP_SECRET_KEY": "k"})
        live = stack.enter_context(running(settings))
        stack.enter_context(live.app.app_context())
        alone, beside = run(live, 0, given.seconds / 3, given.seed), run(live, given.count, given.seconds, given.seed)
    found = {
        "what": "healthy requests beside phones that send 1 KB/s",
        "connections": beside.slow_open,
        "facts": len(beside.healthy_ms),
        "faults": Counter({"slow connections": given.count}),
        "healthy_p50_ms": beside.share(0.5),
        "healthy_p95_ms": beside.share(0.95),
        "healthy_max_ms": beside.share(1),
        "alone_p50_ms": alone.share(0.5),
        "alone_p95_ms": alone.share(0.95),
        "seeds": [given.seed, given.seed],
        "seconds": round(time.monotonic() - began, 1),
        "failures": alone.failures + beside.failures,
    }
    print(json.dumps(found))
    return int(bool(found["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
