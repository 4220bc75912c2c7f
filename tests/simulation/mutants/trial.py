"""Running a mutant's test in a tree, and telling a test that found something from one that could not run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.simulation.mutants.trees import ROOT
from tests.simulation.mutants.warm import LIMIT_S, Warm

GREEN, RED, BROKEN = "green", "red", "broken"
_PYTEST = {0: GREEN, 1: RED}
# A bug that cannot even run shows nothing: any test would find it.
_ACCIDENTS = ("NameError", "SyntaxError", "ImportError", "ModuleNotFoundError", "ReferenceError")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: all passed, a test failed, or nothing was shown. `said` is the end of its output."""

    ended: str
    said: str


def run(argv: Sequence[str], tree: Path, warm: Warm) -> Outcome:
    """Run a mutant's `found_by` in a tree."""
    tool, *words = argv
    if tool == "pytest":
        outcome = _pytest(words, tree, warm)
    elif tool == "vitest":
        outcome = _vitest(words, tree)
    else:
        outcome = _simulation(words, tree)
    accident = outcome.ended == RED and any(name in outcome.said for name in _ACCIDENTS)
    return Outcome(BROKEN, outcome.said) if accident else outcome


def _pytest(words: Sequence[str], tree: Path, warm: Warm) -> Outcome:
    code, said = warm.pytest(words, tree)
    return Outcome(_PYTEST.get(code, BROKEN), said)


def _vitest(words: Sequence[str], tree: Path) -> Outcome:
    """A file that cannot be loaded fails too, but has no failed test."""
    found = tree / "vitest.json"
    found.unlink(missing_ok=True)
    command = [str(ROOT / "tools" / "with-node.sh"), "npx", "vitest", "run", "--reporter=json", f"--outputFile={found}", *words]
    _, said = _finished(command, tree / "app" / "pwa")
    if not found.exists():
        return Outcome(BROKEN, said)
    report = json.loads(found.read_text("utf-8"))
    if report["numFailedTests"]:
        return Outcome(RED, said)
    return Outcome(GREEN if report["success"] and report["numPassedTests"] else BROKEN, said)


def _simulation(words: Sequence[str], tree: Path) -> Outcome:
    """A simulation's last line lists what it found."""
    code, said = _finished([sys.executable, *words], tree)
    try:
        failures = json.loads(said.strip().splitlines()[-1])["failures"]
    except (IndexError, ValueError, KeyError, TypeError):
        return Outcome(BROKEN, said)
    if code == 0:
        return Outcome(BROKEN if failures else GREEN, said)
    return Outcome(RED if failures else BROKEN, said)


def _finished(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit code and output of a command; it and all it started are ended when that takes too long."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    process = subprocess.Popen(
        command, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = process.communicate(timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        return -1, f"{said}\nnot finished within {LIMIT_S} s"
    return process.returncode, said
