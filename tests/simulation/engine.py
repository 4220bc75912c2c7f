"""The engine simulator: `python -m tests.simulation.engine --count N --seed S`.

Phones in node run the storage code and the sync core that ship, against the real server over real sockets, through a line with
faults. Schedules run in rounds, side by side; a round may see the server killed and started again, or restored from a backup of
its middle. At the end of each, the database and the blob store are asked for every fact that a phone had called saved.

A seed decides the people, what they do, the faults of storage and line, and the kills and the restore of its round, which is the block
of `--beside` seeds from the first one on. How the requests of many phones fall together at the server, and where a kill finds them, is
up to the machine: the same seeds meet the same faults, not always in the same order.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from app import clock, ids
from app.services import desk, enrol
from app.store.db import writing
from app.store.people import User
from tests import world
from tests.simulation import apart, engine_town
from tests.simulation.engine_town import Town
from tests.simulation.oracle import Findings, judge
from tests.simulation.quick_server import starter

ROUND = 100
# What a town has grown to costs each later backup, and its check-up at the end.
_ROUNDS_OF_A_TOWN = 8
# One to begin with and others for when a phone has lost its key; after a restore, only the latter.
_CODES_TO_BEGIN, _CODES_TO_END = 3, 2
_PATIENCE_MS = 700
_PATIENCE_AT_REST_MS = 60_000
_KILLED_ROUNDS, _RESTORED_ROUNDS = 0.3, 0.25
_COUNTED = ("schedules", "facts", "blobs", "lost", "duplicated", "holes", "unsaved_arrived")

Json = dict[str, Any]


@dataclass
class Round:
    """Schedules that run side by side, and what happens to their server meanwhile; drawn from the first seed."""

    seeds: Sequence[int]
    killed: bool = False
    restored: bool = False
    crews: list[list[str]] = field(default_factory=list)

    @classmethod
    def of(cls, seeds: Sequence[int]) -> "Round":
        draw = random.Random(f"round {seeds[0]}")
        return cls(seeds, killed=draw.random() < _KILLED_ROUNDS, restored=draw.random() < _RESTORED_ROUNDS)


def play(town: Town, process: "subprocess.Popen[str]", playing: Round) -> Findings:
    """Play one round and say what became of its facts."""
    tasks = _people(town, playing)
    faulty, direct = (f"http://127.0.0.1:{port}" for port in (town.line.port, town.line.upstream_port))
    _ask(process, {"faulty": faulty, "direct": direct, "patience_ms": _PATIENCE_AT_REST_MS, "tasks": tasks})
    faults: Counter[str] = Counter()
    with _kills(town, playing, faults):
        _ask(process, {"go": "act", "patience_ms": _PATIENCE_MS})
    backup = town.back_up() if playing.restored else None
    with _kills(town, playing, faults):
        _ask(process, {"go": "act", "patience_ms": _PATIENCE_MS})
    if backup is not None:
        town.restore(backup)
        faults["server_restored"] += 1
    # What was not spent before a restore is void.
    codes = [[_codes(town, user_id, _CODES_TO_END) for user_id in crew] for crew in playing.crews]
    outcomes = _ask(process, {"go": "end", "patience_ms": _PATIENCE_AT_REST_MS, "codes": codes})["outcomes"]
    findings = judge(town.office, town.world.tenant_id, outcomes)
    findings.faults += faults
    return findings


def _ask(process: "subprocess.Popen[str]", order: Json) -> Json:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, f"the harness ended with {process.wait()}"
    said: Json = json.loads(answer)
    return said


def _codes(town: Town, user_id: str, count: int) -> list[str]:
    there = town.world
    return [enrol.make_code(town.office, there.tenant_id, user_id, there.supervisor).code for _ in range(count)]


def _people(town: Town, playing: Round) -> list[Json]:
    """Each schedule has installers, jobs and codes of its own."""
    office, there = town.office, town.world
    tasks, decisions = [], []
    now_ms = int(clock.now().timestamp() * 1000)
    for seed in playing.seeds:
        draw = random.Random(f"people {seed}")
        crew = [f"i-{ids.uuid7()}" for _ in range(draw.choice((1, 1, 2)))]
        with writing() as session:
            place = {"tenant_id": there.tenant_id, "station_id": there.station_id, "role": "installer"}
            session.add_all(User(user_id=user_id, login=user_id, name=f"Installer {seed}", **place) for user_id in crew)
        job_ids = [ids.uuid7() for _ in range(draw.choice((1, 2, 3)))]
        dispatched = {"visit_id": "visit-1", "station_id": there.station_id, "crew": crew, "standards": world.pinned(there.tenant_id)[:1]}
        for job_id in job_ids:
            decisions += [(job_id, "job.created", world.order()), (job_id, "job.dispatched", dispatched)]
        codes = [_codes(town, user_id, _CODES_TO_BEGIN) for user_id in crew]
        playing.crews.append(crew)
        tasks.append({"seed": seed, "phones": [{"codes": own} for own in codes], "job_ids": job_ids, "now_ms": now_ms})
    with writing() as session:
        desk.decide(session, office, there.tenant_id, there.supervisor, decisions)
    return tasks


@contextmanager
def _kills(town: Town, playing: Round, faults: Counter[str]) -> Iterator[None]:
    """While the block runs, the server is killed and started again, if this is such a round."""
    over = threading.Event()
    draw = random.Random(f"kills {playing.seeds[0]}")

    def kill() -> None:
        pause_s = draw.uniform(0.05, 0.4)  # a quick machine is soon done, and there should be one kill at least
        while not over.wait(pause_s):
            town.stop()
            faults["server_killed"] += 1
            over.wait(draw.uniform(0, 0.5))
            town.start()
            pause_s = draw.uniform(0.3, 3)

    killer = threading.Thread(target=kill)
    if playing.killed:
        killer.start()
    try:
        yield
    finally:
        over.set()
        if playing.killed:
            killer.join()


def run(count: int, first_seed: int, *, beside: int = ROUND) -> Json:
    """Play `count` schedules from `first_seed` on; the result in the form that a soak's report wants."""
    began = time.monotonic()
    total = Findings()
    starts = range(first_seed, first_seed + count, beside)
    with engine_town.scratch() as folder, starter() as start, engine_town.harness(folder) as process:
        database = engine_town.migrated(folder)
        for first in range(0, len(starts), _ROUNDS_OF_A_TOWN):
            with engine_town.town(database, start) as there:
                for at in starts[first : first + _ROUNDS_OF_A_TOWN]:
                    total += _round(there, process, range(at, min(at + beside, first_seed + count)))
                total.faults += there.line.done
                total.failures += [{"seed": starts[first], "why": fault} for fault in _check_up(there)]
    return {
        "what": "engine",
        "schedules": count,
        "facts": total.facts,
        "blobs": total.blobs,
        "faults": dict(sorted(total.faults.items())),
        "lost": total.lost,
        "duplicated": total.duplicated,
        "holes": total.holes,
        "unsaved_arrived": total.unsaved_arrived,
        "seeds": [first_seed, first_seed + count - 1],
        "seconds": round(time.monotonic() - began, 1),
        "failures": total.failures,
    }


def _round(town: Town, process: "subprocess.Popen[str]", seeds: range) -> Findings:
    found = play(town, process, Round.of(seeds))
    for failure in found.failures:
        print(f"engine: seed {failure['seed']}: {failure['why']}", file=sys.stderr, flush=True)
    print(f"engine: up to seed {seeds[-1]}, {len(found.failures)} failed", file=sys.stderr, flush=True)
    return found


def _check_up(town: Town) -> Iterator[str]:
    """What the office's own check-ups find, a line each."""
    runner = town.app.test_cli_runner()
    for command in (["log", "verify"], ["doctor"], ["jobs", "refold", "--check"]):
        said = runner.invoke(args=command)
        if said.exit_code:
            yield f"flask {' '.join(command)}: {said.output.strip()[:300]}"


def run_apart(count: int, first_seed: int, *, beside: int, jobs: int) -> Json:
    """As `run`, with whole rounds shared out among so many processes, each with a town of its own: the same rounds, whatever `jobs` is."""
    began = time.monotonic()
    rounds = -(-count // beside)
    edges = [min(count, rounds * job // jobs * beside) for job in range(jobs + 1)]

    def part(job: int) -> Json:
        share = ("--count", str(edges[job + 1] - edges[job]), "--seed", str(first_seed + edges[job]))
        return apart.found_by("engine", *share, "--beside", str(beside), "--jobs", "1")[1]

    with ThreadPoolExecutor(jobs) as pool:
        parts = list(pool.map(part, range(jobs)))
    faults: Counter[str] = Counter()
    for one in parts:
        faults.update(one.get("faults", {}))
    summed = {name: sum(one.get(name, 0) for one in parts) for name in _COUNTED}
    return {
        "what": "engine",
        **summed,
        "faults": dict(sorted(faults.items())),
        "seeds": [first_seed, first_seed + count - 1],
        "seconds": round(time.monotonic() - began, 1),
        "failures": [failure for one in parts for failure in one["failures"]],
    }


def main(arguments: Sequence[str]) -> int:
    """Print the result as one line of JSON; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.engine", description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", type=int, default=ROUND, help="schedules at a time; 1 to look at a single seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes that share the rounds")
    options = parser.parse_args(arguments)
    jobs = min(options.jobs, -(-options.count // options.beside))
    if jobs > 1:
        result = run_apart(options.count, options.seed, beside=options.beside, jobs=jobs)
    else:
        result = run(options.count, options.seed, beside=options.beside)
    print(json.dumps(result))
    return int(bool(result["failures"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
