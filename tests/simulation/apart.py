"""A simulation in a process of its own: what it leaves running or open touches nobody else, and it may have an event loop."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def found_by(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `python -m tests.simulation.<name>`, and what its last line of output says it found."""
    ran = subprocess.run(
        [sys.executable, "-m", f"tests.simulation.{name}", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False
    )
    last = (ran.stdout.strip().splitlines() or ["nothing"])[-1]
    try:
        result: dict[str, Any] = json.loads(last)
    except ValueError:
        result = {"failures": [{"why": f"ended with {ran.returncode} and without a result: {last[:200]}"}]}
    return ran.returncode, result
