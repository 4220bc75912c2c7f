"""The short form of `python -m tests.simulation.mutants`: all of them, for a test suite that cannot see bugs is worth nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutants import Mutant, trees, trial
from tests.simulation.mutants.__main__ import planted, warmed

HARMLESS = Mutant(
    name="harmless",
    file="app/clock.py",
    find='"""The only reader of time."""',
    replace='"""The only reader of clocks."""',
    imitates="nothing",
    found_by=("pytest", "tests/architecture/test_problems.py::test_slugs_are_used_once_and_say_their_class"),
)


def test_every_planted_bug_is_found() -> None:
    ran = subprocess.run([sys.executable, "-m", "tests.simulation.mutants"], cwd=trees.ROOT, capture_output=True, text=True, check=False)
    found = json.loads(ran.stdout.splitlines()[-1])
    assert (ran.returncode, found["failures"]) == (0, [])
    assert found["found"] == found["planted_bugs"] == len(planted()) >= 20


def test_a_bug_that_nobody_sees_and_a_test_that_cannot_run_are_told_apart_from_one_that_is_found(tmp_path: Path) -> None:
    """Else a misspelt test, or a bug that stops the program from starting, would count as found."""
    base = tmp_path / "base"
    trees.copy(base)
    stopped = Mutant("stopped", "app/problems.py", "class Problem(Exception):", "class Problem(Nothing):", "", HARMLESS.found_by)
    seen = Mutant("seen", "app/problems.py", 'title, status = "not-found",', 'title, status = "internal",', "", HARMLESS.found_by)
    with warmed(1) as (warm,):
        ended = {}
        for mutant in (HARMLESS, stopped, seen):
            trees.plant(mutant, base, tmp_path / mutant.name)
            ended[mutant.name] = trial.run(mutant.found_by, tmp_path / mutant.name, warm).ended
        misspelt = trial.run(("pytest", "tests/architecture/test_problems.py::test_nothing"), base, warm).ended
    assert ended == {"harmless": trial.GREEN, "stopped": trial.BROKEN, "seen": trial.RED}
    assert misspelt == trial.BROKEN


def test_a_list_that_is_out_of_date_says_so(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "twice.py").write_text("x = 1\nx = 1\n", "utf-8")
    for find, replace in (("x = 1", "x = 2"), ("y", "z"), ("x = 1\nx = 1", "x = 1\nx = 1")):
        with pytest.raises(ValueError, match=r"times in twice\.py"):
            trees.plant(Mutant("old", "twice.py", find, replace, "", ()), base, tmp_path / "old")
