"""A day's push through the real server, against the bare durable insert of the same bytes, and then all of it once more."""

import statistics
from collections.abc import Sequence
from functools import partial
from typing import Any

from bench import bare_push
from bench.client import Driven, drive
from bench.ground import Ground, timed
from bench.load import EVENTS_PER_BATCH, day_of_batches, phones_with_jobs, same_again
from tests.phone import Json

ROUNDS = 3
PHONES = 50
JOBS = 12
WARMING = 10
EVENTS = PHONES * JOBS * EVENTS_PER_BATCH

Day = list[tuple[bytes, list[Json]]]


def measure(ground: Ground) -> dict[str, Any]:
    """Medians of several rounds, each of the bare work, the server's first push and the server's second, with a load made before."""
    bare, first, again, cpu, cpu_again = [], [], [], [], []
    _send(ground, [day_of_batches(ground, phone) for phone in phones_with_jobs(ground, WARMING, 2)])
    for turn in range(ROUNDS):
        phones = phones_with_jobs(ground, PHONES, JOBS)
        days = [day_of_batches(ground, phone) for phone in phones]
        days_again = [same_again(ground, phone, day) for phone, day in zip(phones, days, strict=True)]
        bare.append(timed(partial(bare_push.write, ground, _rows(turn, days))))
        before = ground.cpu_s()
        first.append(_send(ground, days))
        between = ground.cpu_s()
        again.append(_send(ground, days_again))
        cpu.append(between - before)
        cpu_again.append(ground.cpu_s() - between)
    ground.check_views_and_logs()
    return {
        "phones": PHONES,
        "events_a_round": EVENTS,
        "events_a_batch": EVENTS_PER_BATCH,
        "rounds": ROUNDS,
        "events_s": round(EVENTS / statistics.median(one.seconds for one in first)),
        "bare_events_s": round(EVENTS / statistics.median(bare)),
        "of_bare": round(statistics.median(other / one.seconds for one, other in zip(first, bare, strict=True)), 3),
        "cpu_s_per_1000_events": round(statistics.median(cpu) * 1_000 / EVENTS, 4),
        "p95_ms": statistics.median(one.p95_ms() for one in first),
        "again_events_s": round(EVENTS / statistics.median(one.seconds for one in again)),
        "again_cpu_s_per_1000_events": round(statistics.median(cpu_again) * 1_000 / EVENTS, 4),
        "again_of_first": round(statistics.median(one.seconds / two.seconds for one, two in zip(first, again, strict=True)), 2),
    }


def _send(ground: Ground, days: Sequence[Day]) -> Driven:
    """Each phone its day over a connection of its own, all phones at once."""
    return drive(ground.server.port, [iter([raw for raw, _ in day]) for day in days])


def _rows(turn: int, days: Sequence[Day]) -> list[bare_push.Batch]:
    """What a plain script would insert: the events as they came, by batch."""
    return [
        [{"device": f"{turn}-{number}", **{name: event[name] for name in bare_push.COLUMNS}} for event in events]
        for number, day in enumerate(days)
        for _, events in day
    ]
