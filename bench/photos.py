"""Photos through the real server, against hashing, writing, syncing and renaming the same bytes on the same disk."""

import hashlib
import os
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.ground import Ground, timed
from bench.load import blob_requests, send_all

ROUNDS = 3
PHONES = 5
PHOTOS = 12
PHOTO_BYTES = 250_000
CONNECTIONS = 5


def measure(ground: Ground) -> dict[str, Any]:
    """Median rates of several rounds, each of the bare work and then the server's."""
    bare, served, cpu = [], [], []
    send_all(ground, [blob_requests(ground, [os.urandom(1_000)]) for _ in range(3 * CONNECTIONS)], CONNECTIONS)
    for turn in range(ROUNDS):
        contents = [[os.urandom(PHOTO_BYTES) for _ in range(PHOTOS)] for _ in range(PHONES)]
        phones = [blob_requests(ground, mine) for mine in contents]
        megabytes = PHONES * PHOTOS * PHOTO_BYTES / 1e6
        flat = [content for mine in contents for content in mine]
        bare.append(megabytes / timed(partial(_write, ground.folder / f"bare-{turn}", flat)))
        before = ground.cpu_s()
        served.append(megabytes / timed(partial(send_all, ground, phones, CONNECTIONS)))
        cpu.append((ground.cpu_s() - before) * 100 / megabytes)
    return {
        "photos_a_round": PHONES * PHOTOS,
        "photo_bytes": PHOTO_BYTES,
        "connections": CONNECTIONS,
        "rounds": ROUNDS,
        "server_mb_s": round(statistics.median(served), 1),
        "bare_mb_s": round(statistics.median(bare), 1),
        "server_of_bare": round(statistics.median(one / other for one, other in zip(served, bare, strict=True)), 3),
        "server_cpu_s_per_100_mb": round(statistics.median(cpu), 3),
    }


def _write(folder: Path, contents: Sequence[bytes]) -> None:
    """Each photo by its hash: written beside, synced, renamed into place, the folder synced."""
    folder.mkdir()
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for content in contents:
        name = hashlib.sha256(content).hexdigest()
        with open(folder / f"{name}.part", "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.rename(folder / f"{name}.part", folder / name)
        os.fsync(place)
    os.close(place)
