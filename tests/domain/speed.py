"""How long the domain takes in both languages: to fold one long job, to lay its checklist. `python -m tests.domain.speed` prints it.

These are figures to look at, never a reason to fail.
"""

import json
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from app.domain import checklist
from app.domain.job import fold, planned
from app.domain.standard import read, value_asked
from app.standards import current
from tests.domain import job_logs
from tests.domain.vectors import event

REPOSITORY = Path(__file__).parents[2]
_AT = {"event_id": "e", "device_id": "d", "actor": "ana", "at": "2026-11-22T09:30:00.000Z", "rev": 1, "late": False}


def folding(length: int = 400, rounds: int = 50) -> dict[str, float]:
    """Median milliseconds to fold a job of `length` events from nothing, in both languages."""
    wires = job_logs.draw_busy_log(Random(1), length)
    log = [event(wire) for wire in wires]
    return {"events": length, **_both(lambda: fold(log), {"what": "fold", "log": wires}, rounds)}


def laying(rounds: int = 50) -> dict[str, float]:
    """Median milliseconds to decide what a job of all shipped standards still asks for, half of it answered, in both languages."""
    newest = {one["standard_id"]: one for one in map(read, current())}
    standards = list(newest.values())
    state = _half_done(standards)
    work = {"what": "steps", "state": state, "standards": standards}
    laid = len(checklist.steps(state, standards))
    rules = sum(len(one["rules"]) for one in standards)
    return {"rules": rules, "steps": laid, **_both(lambda: checklist.blocking(checklist.steps(state, standards)), work, rounds)}


def _half_done(standards: list[dict[str, Any]]) -> dict[str, Any]:
    """A job with a unit of every category, with every second answer given."""
    state = planned()
    state["services"] = ["deliver", "install", "take_back"]
    categories = dict.fromkeys(category for one in standards for category in one["categories"])
    for category in categories:
        parts = [{"component_id": part, "name": part, "serial": None} for part in ("indoor", "outdoor")]
        unit = {
            "unit_id": category,
            "gtin": "1",
            "category": category,
            "name": category,
            "serial": None,
            "components": parts,
            "holder": None,
        }
        state["units"].append(unit)
    for step in checklist.steps(state, standards)[::2]:
        place = {name: step[name] for name in ("step_id", "unit_id", "component")}
        kind = (value_asked(step["rule"]) or {"kind": "confirm"})["kind"]
        value = {"choice": "good", "reading": "5", "multi": [], "date": "2026-01-01"}.get(kind, True)
        given = {"value": value, "unit": None, "exception": None, "finding_id": None, "current": True, "conflict": False}
        state["answers"].append(place | given | _AT)
    return state


def _both(work: Callable[[], object], asked: dict[str, Any], rounds: int) -> dict[str, float]:
    command = [str(REPOSITORY / "tools/with-node.sh"), "node", str(REPOSITORY / "tests/domain/time_domain.mjs")]
    done = subprocess.run(command, input=json.dumps(asked | {"rounds": rounds}), capture_output=True, text=True, check=True)
    return {
        "python_ms": round(statistics.median(_timed_ms(work) for _ in range(rounds)), 3),
        "typescript_ms": round(statistics.median(json.loads(done.stdout)["times_ms"]), 3),
    }


def _timed_ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    print(json.dumps({"fold": folding(), "checklist": laying()}))
