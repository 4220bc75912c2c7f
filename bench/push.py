"""A day's push through the real server, against bare durable inserts of the same events, and then all of it once more."""

import os
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench import bare_push
from bench.client import Driven, drive
from bench.ground import Ground
from bench.load import EVENTS_PER_BATCH, day_of_batches, phones_with_jobs, same_again
from tests.phone import Json

ROUNDS = 2
PHONES = 50
JOBS = 12
WARMING = 10
EVENTS = PHONES * JOBS * EVENTS_PER_BATCH

Day = list[tuple[bytes, list[Json]]]


def measure(ground: Ground) -> dict[str, Any]:
    """Medians of several rounds: the server's first push, its second, and both kinds of the bare work, with a load made before.

    `of_…` are ratios of what was done within one round; the best round's stand beside the medians, for a machine that others use too.
    """
    rounds: list[dict[str, float]] = []
    _send(ground, [day_of_batches(ground, phone) for phone in phones_with_jobs(ground, WARMING, 2)])
    for turn in range(ROUNDS):
        phones = phones_with_jobs(ground, PHONES, JOBS)
        days = [day_of_batches(ground, phone) for phone in phones]
        days_again = [same_again(ground, phone, day) for phone, day in zip(phones, days, strict=True)]
        narrow_s, narrow_cpu = _cost(bare_push.narrow(ground, _as_sent(turn, days)))
        start = ground.cpu_s()
        first = _send(ground, days)
        between = ground.cpu_s()
        again = _send(ground, days_again)
        end = ground.cpu_s()
        alike_s, alike_cpu = _cost(bare_push.alike(ground, [phone.device_id for phone in phones], EVENTS_PER_BATCH))
        rounds.append(
            {
                "first_s": first.seconds,
                "first_cpu": between - start,
                "p95_ms": first.p95_ms(),
                "again_s": again.seconds,
                "again_cpu": end - between,
                "narrow_s": narrow_s,
                "narrow_cpu": narrow_cpu,
                "alike_s": alike_s,
                "alike_cpu": alike_cpu,
            }
        )
    ground.check_views_and_logs()
    return _figures(ground.dialect, rounds)


def _figures(dialect: str, rounds: Sequence[dict[str, float]]) -> dict[str, Any]:
    found: dict[str, Any] = {"phones": PHONES, "events_a_round": EVENTS, "events_a_batch": EVENTS_PER_BATCH, "rounds": ROUNDS}
    for name in ("first", "again", "narrow", "alike"):
        found[f"{name}_events_s"] = round(EVENTS / _median(rounds, name + "_s"))
        if dialect == "sqlite" or name in ("first", "again"):  # the database server's own part of bare work is not told apart
            found[f"{name}_cpu_s_per_1000"] = round(_median(rounds, name + "_cpu") * 1_000 / EVENTS, 4)
    found["p95_ms"] = _median(rounds, "p95_ms")
    for name, bare in (("of_bare_narrow", "narrow_s"), ("of_bare_alike", "alike_s")):
        ratios = [one[bare] / one["first_s"] for one in rounds]
        found |= {name: round(statistics.median(ratios), 3), f"{name}_best": round(max(ratios), 3)}
    found["first_cpu_s_per_1000_best"] = round(min(one["first_cpu"] for one in rounds) * 1_000 / EVENTS, 4)
    found["again_of_first"] = round(statistics.median(one["first_s"] / one["again_s"] for one in rounds), 2)
    return found | {"load": round(os.getloadavg()[0], 1)}


def _median(rounds: Sequence[dict[str, float]], name: str) -> float:
    return statistics.median(one[name] for one in rounds)


def _cost(work: Callable[[], None]) -> tuple[float, float]:
    """How many seconds something took, and how many of this process's processor."""
    cpu, start = time.process_time(), time.perf_counter()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def _send(ground: Ground, days: Sequence[Day]) -> Driven:
    """Each phone its day over a connection of its own, all phones at once."""
    return drive(ground.server.port, [iter([raw for raw, _ in day]) for day in days])


def _as_sent(turn: int, days: Sequence[Day]) -> list[bare_push.Batch]:
    """What a plain script would insert: the events as they came, by batch."""
    return [
        [{"device": f"{turn}-{number}", **{name: event[name] for name in bare_push.COLUMNS}} for event in events]
        for number, day in enumerate(days)
        for _, events in day
    ]
