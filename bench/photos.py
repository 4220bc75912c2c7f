"""Photos through the real server, against hashing, writing, syncing and renaming the same bytes on the same disk."""

import hashlib
import os
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bench.client import drive
from bench.ground import Ground, timed
from bench.load import named_photos, phones_with_jobs

ROUNDS = 3
PHONES = 5
PHOTOS = 120
PHOTO_BYTES = 250_000
MEGABYTES = PHONES * PHOTOS * PHOTO_BYTES / 1e6


def measure(ground: Ground) -> dict[str, Any]:
    """Medians of several rounds, each of the bare work and then the server's, and how the server's memory grew after the first."""
    bare, served, cpu, waits, memory = [], [], [], [], []
    for turn in range(ROUNDS):
        phones = phones_with_jobs(ground, PHONES, 1)
        contents = [[os.urandom(PHOTO_BYTES) for _ in range(PHOTOS)] for _ in phones]
        made = [named_photos(ground, phone, mine) for phone, mine in zip(phones, contents, strict=True)]
        drive(ground.server.port, [iter(syncs) for syncs, _ in made])
        bare.append(timed(partial(_write, ground.folder / f"bare-{turn}", [content for mine in contents for content in mine])))
        before = ground.cpu_s()
        driven = drive(ground.server.port, [iter(uploads) for _, uploads in made])
        cpu.append((ground.cpu_s() - before) * 100 / MEGABYTES)
        served.append(driven.seconds)
        waits.append(driven.p95_ms())
        memory.append(ground.resident_mb())
    return {
        "phones": PHONES,
        "photos_a_round": PHONES * PHOTOS,
        "photo_bytes": PHOTO_BYTES,
        "rounds": ROUNDS,
        "mb_s": round(MEGABYTES / statistics.median(served), 1),
        "bare_mb_s": round(MEGABYTES / statistics.median(bare), 1),
        "of_bare": round(statistics.median(other / one for one, other in zip(served, bare, strict=True)), 3),
        "cpu_s_per_100_mb": round(statistics.median(cpu), 3),
        "p95_ms": statistics.median(waits),
        "memory_mb_by_round": memory,
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
