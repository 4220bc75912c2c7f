"""The long form of every simulation, and its one-page report: `python -m tests.simulation.soak` (`make soak`).

Parts run one after the other, so that each has the machine to itself. What a part found is written down when it ends, with the
commit that it was found of; with `--only` a later call runs some anew, and the report has the newest of each.
"""

import argparse
import json
import os
import platform
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.simulation import apart
from tests.simulation.apart import ROOT

SEED_MAX = 2**31


@dataclass(frozen=True, slots=True)
class Part:
    """One simulation: its module in `tests.simulation`, what is counted, and how many a whole soak runs."""

    name: str
    counts: str
    whole: int


PARTS = (
    Part("model", "schedules", 1_000_000),
    Part("engine", "schedules", 20_000),
    Part("server_kills", "kills", 1_200),
    Part("browser_kills", "kills", 500),
    Part("mutants", "planted bugs", 0),
    Part("restore_drills", "drills", 50),
    Part("slow_line", "cuts", 100),
    Part("slow_phones", "connections", 300),
)


def main(arguments: Sequence[str]) -> int:
    """Run the parts asked for and write the report; 1 when any of them failed."""
    options = _options(arguments)
    folder: Path = options.into
    folder.mkdir(parents=True, exist_ok=True)
    commit = _commit()
    found = _earlier(folder)
    for part in PARTS:
        if options.only and part.name not in options.only:
            continue
        print(f"soak: {part.name}, seed {options.seed}", file=sys.stderr, flush=True)
        found[part.name] = _run(part, max(1, round(part.whole * options.scale)), options.seed) | {"scale": options.scale, "commit": commit}
        (folder / "results.json").write_text(json.dumps(found, indent=1), "utf-8")
        (folder / "report.md").write_text("\n".join(_report(found)) + "\n", "utf-8")
    print((folder / "report.md").read_text("utf-8"))
    return int(any(result["exit"] for result in found.values()))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.soak", description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of parts, with commas between")
    parser.add_argument("--scale", type=float, default=1.0, help="this share of each part's number")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(SEED_MAX), help="the first seed; drawn when not given")
    parser.add_argument("--into", type=Path, default=ROOT / "var" / "soak", help="folder of the report")
    return parser.parse_args(arguments)


def _earlier(folder: Path) -> dict[str, dict[str, Any]]:
    """What earlier calls found, each part with its commit."""
    path = folder / "results.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    return found


def _run(part: Part, count: int, seed: int) -> dict[str, Any]:
    counted = ["--count", str(count)] if part.whole else []
    ended, result = apart.found_by(part.name, "--seed", str(seed), *counted)
    return result | {"exit": ended, "at": datetime.now(UTC).isoformat(timespec="seconds")}


def _report(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "# Soak report"
    yield ""
    yield f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}."
    yield ""
    yield "| part | how many | facts | faults | lost | duplicated | holes | seeds | seconds | commit | result |"
    yield "|---|---:|---:|---|---:|---:|---:|---|---:|---|---|"
    for part in PARTS:
        if part.name in found:
            yield _line(part, found[part.name])
    for name, result in found.items():
        for failure in result.get("failures", []):
            yield f"\n**{name}**, seed {failure.get('seed', '?')}: {failure.get('why')}"


def _line(part: Part, result: Mapping[str, Any]) -> str:
    number = result.get(part.counts.replace(" ", "_"), "?")
    faults = ", ".join(f"{name} {count:,}" for name, count in result.get("faults", {}).items()) or "–"
    seeds = "–".join(str(seed) for seed in result.get("seeds", [])) or "–"
    zeros = [str(result.get(name, "–")) for name in ("lost", "duplicated", "holes")]
    verdict = "failed" if result["exit"] else "passed"
    whole = "" if result.get("scale", 1.0) == 1.0 else f" (scale {result['scale']:g})"
    cells = [
        f"{part.name}{whole}",
        _counted(number, part),
        _number(result.get("facts")),
        faults,
        *zeros,
        seeds,
        _number(result.get("seconds")),
        result["commit"],
        verdict,
    ]
    return f"| {' | '.join(cells)} |"


def _counted(number: Any, part: Part) -> str:
    return f"{_number(number)} {part.counts}"


def _number(value: Any) -> str:
    return f"{value:,.0f}" if isinstance(value, int | float) else "–"


def _commit() -> str:
    """The commit, with a plus when files differ from it."""
    ask = ("git", "-C", str(ROOT))
    commit = subprocess.run([*ask, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    changed = subprocess.run([*ask, "status", "--porcelain", "--untracked-files=no"], capture_output=True, text=True, check=True).stdout
    return commit + ("+" if changed.strip() else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
