"""Phones asking what is new, against an empty route that knows the phone too, on the same server."""

import os
import random
import statistics
from typing import Any

from bench.client import Driven, drive
from bench.ground import Ground
from bench.load import amend, phones_with_jobs, request, sync_request
from bench.served import EMPTY
from tests.phone import Phone

ROUNDS = 2
PHONES = 2_000
JOBS = 12
CONNECTIONS = 16
CHANGED_OF_100 = 1


def measure(ground: Ground) -> dict[str, Any]:
    """Medians of several rounds: the empty route, a full pull, and a pull after one job of a hundred changed, each by every phone once."""
    phones = phones_with_jobs(ground, PHONES, JOBS)
    empty = [request(ground, "GET", EMPTY, {"Authorization": f"Bearer {phone.token}"}) for phone in phones]
    full = [sync_request(ground, phone, [], []) for phone in phones]
    _drive(ground, full)  # notes that each phone was in contact, which a phone's day does once a minute at most
    found: dict[str, list[tuple[Driven, float]]] = {"empty": [], "full": [], "changed": [], "nothing": []}
    for turn in range(ROUNDS):
        found["empty"].append(_cost(ground, empty))
        found["full"].append(_cost(ground, full))
        found["nothing"].append(_cost(ground, [sync_request(ground, phone, [], minimal=True) for phone in phones]))
        changed = _change(ground, phones, turn)
        found["changed"].append(_cost(ground, [sync_request(ground, phone, [], minimal=True) for phone in phones]))
        for phone, job_id in changed:
            phone.have[job_id] += 1
    ground.check_views_and_logs()
    figures: dict[str, Any] = {"phones": PHONES, "jobs": PHONES * JOBS, "connections": CONNECTIONS, "rounds": ROUNDS}
    for name, rounds in found.items():
        figures |= {
            f"{name}_s": round(PHONES / statistics.median(driven.seconds for driven, _ in rounds)),
            f"{name}_p95_ms": statistics.median(driven.p95_ms() for driven, _ in rounds),
            f"{name}_cpu_ms": round(statistics.median(cpu for _, cpu in rounds) * 1_000 / PHONES, 3),
            f"{name}_bytes": round(statistics.median(statistics.median(driven.body_bytes) for driven, _ in rounds)),
            f"{name}_bytes_max": max(max(driven.body_bytes) for driven, _ in rounds),
        }
    for name in ("full", "changed", "nothing"):
        pairs = list(zip(found["empty"], found[name], strict=True))
        ratios = [one.seconds / other.seconds for (one, _), (other, _) in pairs]
        figures |= {f"{name}_of_empty": round(statistics.median(ratios), 3), f"{name}_of_empty_best": round(max(ratios), 3)}
        figures[f"{name}_cpu_of_empty"] = round(statistics.median(one / other for (_, one), (_, other) in pairs), 3)
    return figures | {"load": round(os.getloadavg()[0], 1)}


def _change(ground: Ground, phones: list[Phone], turn: int) -> list[tuple[Phone, str]]:
    """Let the office amend one job in a hundred; which, and whose."""
    held = [(phone, job_id) for phone in phones for job_id in phone.have]
    changed = random.Random(turn).sample(held, len(held) * CHANGED_OF_100 // 100)
    amend(ground, [job_id for _, job_id in changed])
    return changed


def _cost(ground: Ground, requests: list[bytes]) -> tuple[Driven, float]:
    before = ground.cpu_s()
    driven = _drive(ground, requests)
    return driven, ground.cpu_s() - before


def _drive(ground: Ground, requests: list[bytes]) -> Driven:
    """All requests once, over connections that share them."""
    shared = iter(requests)
    return drive(ground.server.port, [shared] * CONNECTIONS)
