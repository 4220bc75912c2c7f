"""The model simulator: `python -m tests.simulation.model --count N --seed S`.

Phones whose every decision is made by the sync core that ships, over a modelled disk, line and server (`tests/simulation/model/`), one
seed to a schedule, on all cores. What was shown as saved must reach the server exactly once, complete and unaltered, or the office
must have been told. `test_model_replay.py` holds the modelled server to the real one.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PWA = ROOT / "app" / "pwa"
_HERE = Path(__file__).parent
_NODE = str(ROOT / "tools" / "with-node.sh")
_SLICE_MAX = 10_000  # schedules in one process of node, which is slow at first
_SUMS = ("schedules", "facts", "requests", "lost", "duplicated", "holes")

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Run the schedules, print what was met as one line of JSON; 1 when any failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.model", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    found = run(options.seed, options.count)
    print(json.dumps(found))
    return int(bool(found["failures"]))


def run(seed: int, count: int) -> Json:
    """What `count` schedules from `seed` on met and failed, in the form of the soak's results."""
    began = time.monotonic()
    cores = os.cpu_count() or 1
    slice_size = max(1, min(_SLICE_MAX, -(-count // cores)))
    starts = range(seed, seed + count, slice_size)
    with bundled() as built, ThreadPoolExecutor(cores) as pool:
        parts = list(pool.map(lambda start: _slice(built, start, min(slice_size, seed + count - start)), starts))
    faults: Counter[str] = Counter()
    for part in parts:
        faults.update(part["faults"])
    sums = {name: sum(part[name] for part in parts) for name in _SUMS}
    failures = [failure for part in parts for failure in part["failures"]]
    seconds = round(time.monotonic() - began, 1)
    return {
        "what": "model",
        **sums,
        "faults": dict(faults.most_common()),
        "seeds": [seed, seed + count - 1],
        "seconds": seconds,
        "failures": failures,
    }


def traces(seed: int, count: int) -> Iterator[Json]:
    """What the modelled server was asked and answered, schedule by schedule: `{seed, lines}`."""
    with bundled() as built:
        ran = subprocess.run([_NODE, "node", str(built), str(seed), str(count), "trace"], stdout=subprocess.PIPE, text=True, check=True)
    for line in ran.stdout.splitlines():
        yield json.loads(line)


@contextmanager
def bundled() -> Iterator[Path]:
    """The simulator as one module for node, made of the app's own sources."""
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / "model.mjs"
        command = [_NODE, "node", str(_HERE / "engine" / "build.mjs"), str(PWA), str(built), str(_HERE / "model" / "main.ts")]
        subprocess.run(command, check=True)
        yield built


def _slice(built: Path, seed: int, count: int) -> Json:
    ran = subprocess.run([_NODE, "node", str(built), str(seed), str(count)], stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode != 0:
        blame = [{"seed": seed, "why": f"the simulator itself ended with {ran.returncode} between {seed} and {seed + count - 1}"}]
        return dict.fromkeys(_SUMS, 0) | {"faults": {}, "failures": blame}
    found: Json = json.loads(ran.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
