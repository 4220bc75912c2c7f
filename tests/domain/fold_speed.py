"""How long both folds take for one long job. `python -m tests.domain.fold_speed` prints one JSON object.

These are figures to look at, never a reason to fail.
"""

import json
import statistics
import subprocess
import time
from pathlib import Path
from random import Random

from app.domain.events import Event
from app.domain.job import fold
from tests.domain import job_logs
from tests.domain.vectors import event

REPOSITORY = Path(__file__).parents[2]


def measure(length: int = 400, rounds: int = 50) -> dict[str, float]:
    """Median milliseconds to fold a job of `length` events from nothing, in both languages."""
    wires = job_logs.draw_busy_log(Random(1), length)
    log = [event(wire) for wire in wires]
    command = [str(REPOSITORY / "tools/with-node.sh"), "node", str(REPOSITORY / "tests/domain/time_fold.mjs")]
    done = subprocess.run(command, input=json.dumps({"log": wires, "rounds": rounds}), capture_output=True, text=True, check=True)
    return {
        "events": length,
        "python_ms": round(statistics.median(_timed_ms(log) for _ in range(rounds)), 3),
        "typescript_ms": round(statistics.median(json.loads(done.stdout)["times_ms"]), 3),
    }


def _timed_ms(log: list[Event]) -> float:
    start = time.perf_counter()
    fold(log)
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    print(json.dumps(measure()))
