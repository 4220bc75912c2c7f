"""The Python and the TypeScript domain say the same about random logs, bodies, standards and codes.

`DOORSTEP_FUZZ` multiplies how many are drawn, `DOORSTEP_FUZZ_SEED` draws others; a failure names the seed that shows it alone.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from app.domain import checklist, events, scan
from app.domain.job import fold
from app.domain.job_state import ANOMALY_CODES
from tests.domain import job_logs
from tests.domain.vectors import canonical, event

REPOSITORY = Path(__file__).parents[2]
SEED = int(os.environ.get("DOORSTEP_FUZZ_SEED", "20261122"))
TIMES = float(os.environ.get("DOORSTEP_FUZZ", "1"))
LOGS, BODIES, SCANS = (int(count * TIMES) for count in (300, 3000, 3000))

Json = dict[str, Any]


@dataclass(frozen=True)
class Drawn:
    """What was asked of both, and what the TypeScript domain answered."""

    asked: Json
    answered: Json

    def pairs(self, questions: str, answers: str) -> Iterator[tuple[int, Json, Json]]:
        for number, (question, answer) in enumerate(zip(self.asked[questions], self.answered[answers], strict=True)):
            yield number, question, answer


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    print(f"DOORSTEP_FUZZ_SEED={SEED}")
    asked = {
        "logs": [draw_case(Random(f"log {SEED} {number}")) for number in range(LOGS)],
        "bodies": [job_logs.draw_body(Random(f"body {SEED} {number}")) for number in range(BODIES)],
        "scans": [draw_scan(Random(f"scan {SEED} {number}")) for number in range(SCANS)],
    }
    command = [str(REPOSITORY / "tools/with-node.sh"), "node", str(REPOSITORY / "tests/domain/differ.mjs")]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return Drawn(asked, json.loads(done.stdout))


def draw_case(rng: Random) -> Json:
    log = job_logs.draw_log(rng)
    cut = rng.randint(0, len(log))
    before = fold([event(wire) for wire in log[:cut]])
    return {"log": log, "cut": cut, "before": before, "standards": job_logs.draw_standards(rng)}


def draw_scan(rng: Random) -> Json:
    raw, symbology = job_logs.draw_code(rng)
    unit_id = rng.choice((None, None, None, *job_logs.IDS))
    return {"raw": raw, "symbology": symbology, "log_index": rng.randrange(LOGS), "unit_id": unit_id}


def test_f2_f12_both_folds_give_the_same_state(drawn: Drawn) -> None:
    for number, case, answer in drawn.pairs("logs", "folded"):
        where = f"log {SEED} {number}"
        log = [event(wire) for wire in case["log"]]
        state = canonical(fold(log))
        assert canonical(answer["state"]) == state, where
        assert canonical(answer["before"]) == canonical(case["before"]), f"{where}: the first {case['cut']}"
        assert canonical(answer["resumed"]) == state, f"{where}: TypeScript on Python's state, F12"
        assert canonical(fold(log[case["cut"] :], answer["before"])) == state, f"{where}: Python on TypeScript's state, F12"


def test_f6_both_checklists_say_the_same(drawn: Drawn) -> None:
    verdicts: set[str] = set()
    lacked: set[str] = set()
    for number, case, answer in drawn.pairs("logs", "folded"):
        laid = checklist.steps(answer["state"], case["standards"])
        members = ("step_id", "unit_id", "component", "standard_id", "missing", "verdict")
        said = [[step[name] for name in members] for step in laid]
        assert answer["steps"] == said, f"log {SEED} {number}"
        blocking = [[step["step_id"], step["unit_id"]] for step in checklist.blocking(laid)]
        assert answer["blocking"] == blocking, f"log {SEED} {number}"
        verdicts |= {step["verdict"] for step in laid}
        lacked |= {missing.partition(":")[0] for step in laid for missing in step["missing"]}
    assert verdicts == {"missing", "met", "excepted", "out_of_limits"}
    assert lacked == {"value", "photo", "scan", "acknowledge", "signoff", "finding"}


def test_l1_k_both_read_a_body_alike(drawn: Drawn) -> None:
    seen = set()
    for number, text, answer in drawn.pairs("bodies", "read"):
        said = read(str(text))
        assert canonical(answer) == canonical(said), f"body {SEED} {number}: {text!r}"
        seen.add(said.get("refused") or ("bad" if said["problem"] else "good"))
    assert seen >= {"unreadable", "bad", "good"}


def test_f11_both_understand_a_code_alike(drawn: Drawn) -> None:
    kinds, verdicts = set(), set()
    for number, case, answer in drawn.pairs("scans", "scanned"):
        state = drawn.answered["folded"][case["log_index"]]["state"]
        parsed = scan.parse(case["raw"], case["symbology"])
        assert answer["parsed"] == parsed, f"scan {SEED} {number}: {case['raw']!r}"
        match = scan.match(parsed, state, case["unit_id"])
        assert answer["match"] == match, f"scan {SEED} {number}: {case['raw']!r}"
        kinds.add(parsed["kind"])
        verdicts.add(match["verdict"])
    assert kinds == {"label", "unit", "serial", "model", "unusable"}
    assert verdicts == {"match", "wrong", "unknown"}


def test_the_logs_hold_every_kind_and_every_anomaly(drawn: Drawn) -> None:
    """What is never drawn is not compared."""
    kinds = {wire["kind"] for case in drawn.asked["logs"] for wire in case["log"]}
    anomalies = {anomaly["code"] for answer in drawn.answered["folded"] for anomaly in answer["state"]["anomalies"]}
    stages = {answer["state"]["stage"] for answer in drawn.answered["folded"]}
    assert set(events.KINDS) - kinds == set()
    assert set(ANOMALY_CODES) - anomalies == set()
    assert {"planned", "dispatched", "on_site", "finished", "failed", "returned", "approved", "sealed", "cancelled"} - stages == set()


def read(text: str) -> Json:
    try:
        body = events.parse_body(text)
    except events.Unreadable as error:
        return {"refused": error.reason}
    known = events.knows(body["kind"], body["kv"])
    return {"body": body, "problem": events.data_problem(body["kind"], body["data"]) if known else "unknown_kind"}
