"""Kill the server at named points while phones and the office work: `python -m tests.simulation.server_kills --count N --seed S`.

Each kill is a SIGKILL, at that very point, of a gunicorn worker or of the whole server, or an immediate restart of PostgreSQL. Those who
were cut off try again. In the end everything that was acknowledged or vouched for must be there, once.
"""

import argparse
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import postgres
from tests.simulation.kill_acts import DATABASE, POINTS, Acts
from tests.simulation.kill_databases import fresh_database
from tests.simulation.kill_judge import Findings, judge
from tests.simulation.kill_town import Bystander, town

DIALECTS = ("sqlite", "postgresql")
KILLS_A_TOWN = 120


def run(count: int, seed: int, dialect: str, points: Sequence[str] | None = None) -> Findings:
    """So many kills in one town on a database of that kind, the points in turn."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="doorstep-kills-", ignore_cleanup_errors=True)))
        server = stack.enter_context(postgres.running(durable=True)) if dialect == "postgresql" else None
        here = stack.enter_context(town(folder / "data", fresh_database(folder / "data", server, "doorstep")))
        acts = Acts(here, seed, server, folder)
        findings = Findings()
        bystander = Bystander(here)
        turns = points or ((*POINTS, DATABASE) if server else POINTS)
        try:
            for point in itertools.islice(itertools.cycle(turns), count):
                findings.kills += 1
                try:
                    findings.faults[acts.die_at(point)] += 1
                except AssertionError as error:
                    findings.failures.append({"seed": seed, "why": f"{dialect}, kill {findings.kills} at {point}: {error}"})
        finally:
            findings.failures += [{"seed": seed, "why": f"{dialect}: {why}"} for why in bystander.stop()]
        here.revive()
        findings.faults["whole server started again"] = here.deaths
        judge(here, findings, seed)
        return findings


def main(arguments: Sequence[str]) -> int:
    """Kill, and print as the last line what was found as JSON; 1 when anything was lost, doubled or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=len(POINTS))
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    began, total, towns = time.monotonic(), Findings(), 0
    while total.kills < given.count:
        count = min(KILLS_A_TOWN, given.count - total.kills)
        total += run(count, given.seed + towns, DIALECTS[towns % 2])
        towns += 1
        print(f"{total.kills} kills, {total.facts} facts, {len(total.failures)} failures", file=sys.stderr, flush=True)
    print(json.dumps(report(total, given.seed, towns, time.monotonic() - began)))
    return int(total.is_bad())


def report(found: Findings, seed: int, towns: int, seconds: float) -> dict[str, Any]:
    """The line that a soak's report is made of."""
    return {
        "what": "the server killed at named points, on SQLite and PostgreSQL",
        "kills": found.kills,
        "facts": found.facts,
        "blobs": found.blobs,
        "faults": dict(sorted(Counter(found.faults).items())),
        "lost": found.lost,
        "duplicated": found.duplicated,
        "holes": found.holes,
        "seeds": [seed, seed + towns - 1],
        "seconds": round(seconds, 1),
        "failures": found.failures,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
