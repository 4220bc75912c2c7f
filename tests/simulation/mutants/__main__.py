"""`python -m tests.simulation.mutants`: every planted bug must be found. `--only NAME,NAME` runs some, `--count N` a seeded choice."""

import argparse
import importlib
import json
import pkgutil
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.simulation import mutants
from tests.simulation.mutants import Mutant, trees, trial
from tests.simulation.mutants.warm import Warm

AT_ONCE = 2
_TAIL = 1_500


def main(arguments: Sequence[str]) -> int:
    """Run the trials; 1 when a bug was not found, or a test is red without one."""
    options = _options(arguments)
    began = time.monotonic()
    chosen = _chosen(planted(), options)
    folder = Path(tempfile.mkdtemp(prefix="doorstep-mutants-"))
    try:
        failures = _trials(chosen, folder)
    finally:
        shutil.rmtree(folder)
    found = {
        "what": "mutants",
        "planted_bugs": len(chosen),
        "found": len(chosen) - len({failure["mutant"] for failure in failures} - {None}),
        "seeds": [options.seed, options.seed],
        "seconds": round(time.monotonic() - began, 1),
        "failures": failures,
    }
    print(json.dumps(found, ensure_ascii=False))
    return int(bool(failures))


def planted() -> list[Mutant]:
    """The mutants of all lists in this folder, by name."""
    found: list[Mutant] = []
    for module in pkgutil.iter_modules(mutants.__path__, f"{mutants.__name__}."):
        if not module.name.endswith("__main__"):
            found += getattr(importlib.import_module(module.name), "MUTANTS", ())
    names = [mutant.name for mutant in found]
    if len(set(names)) != len(names):
        raise ValueError(f"two mutants have one name: {sorted({name for name in names if names.count(name) > 1})}")
    return sorted(found, key=lambda mutant: mutant.name)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.mutants", description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), help="names of mutants, with commas between")
    parser.add_argument("--count", type=int, default=0, help="so many of them, chosen by the seed; all when 0")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args(arguments)


def _chosen(known: list[Mutant], options: argparse.Namespace) -> list[Mutant]:
    if options.only:
        by_name = {mutant.name: mutant for mutant in known}
        return [by_name[name] for name in options.only]
    if 0 < options.count < len(known):
        return random.Random(options.seed).sample(known, options.count)
    return known


def _trials(chosen: Iterable[Mutant], folder: Path) -> list[dict[str, object]]:
    """What went wrong: a test that is not green without any bug, a bug that its test lets through."""
    base = folder / "base"
    trees.copy(base)
    idle: SimpleQueue[Warm] = SimpleQueue()
    with ThreadPoolExecutor(AT_ONCE) as pool, warmed(AT_ONCE) as all_warm:
        for one in all_warm:
            idle.put(one)
        sound = list(pool.map(lambda argv: _sound(argv, base, idle), _together(chosen)))
        missed = list(pool.map(lambda mutant: _missed(mutant, base, folder / mutant.name, idle), chosen))
    return [failure for failure in (*sound, *missed) if failure is not None]


@contextmanager
def warmed(count: int) -> Iterator[list[Warm]]:
    """So many processes to run pytest in."""
    found = [Warm() for _ in range(count)]
    try:
        yield found
    finally:
        for one in found:
            one.end()


def _tried(argv: Sequence[str], tree: Path, idle: "SimpleQueue[Warm]") -> trial.Outcome:
    warm = idle.get()
    try:
        return trial.run(argv, tree, warm)
    finally:
        idle.put(warm)


def _together(chosen: Iterable[Mutant]) -> list[tuple[str, ...]]:
    """The tests of all mutants in as few runs as may be: the same ones are needed by several, and must be green but once."""
    runs: dict[str, dict[str, None]] = {}
    alone: dict[tuple[str, ...], None] = {}
    for tool, *words in (mutant.found_by for mutant in chosen):
        if tool == "pytest":
            runs.setdefault(tool, {}).update(dict.fromkeys(words))
        elif tool == "vitest":
            runs.setdefault(tool, {}).update(dict.fromkeys(word for word in words if word.endswith((".ts", ".tsx"))))
        else:
            alone[(tool, *words)] = None
    return [*((tool, *words) for tool, words in runs.items()), *alone]


def _sound(argv: Sequence[str], base: Path, idle: "SimpleQueue[Warm]") -> dict[str, object] | None:
    outcome = _tried(argv, base, idle)
    _say(f"without a bug: {outcome.ended}")
    return None if outcome.ended == trial.GREEN else _failure(None, f"{' '.join(argv)} without a bug is {outcome.ended}", outcome)


def _missed(mutant: Mutant, base: Path, tree: Path, idle: "SimpleQueue[Warm]") -> dict[str, object] | None:
    began = time.monotonic()
    try:
        trees.plant(mutant, base, tree)
    except (ValueError, OSError) as error:
        return {"seed": 0, "mutant": mutant.name, "why": f"{mutant.name}: {error}"}
    outcome = _tried(mutant.found_by, tree, idle)
    _say(f"{mutant.name}: {outcome.ended}, {time.monotonic() - began:.1f} s")
    shutil.rmtree(tree)
    return (
        None
        if outcome.ended == trial.RED
        else _failure(mutant.name, f"{mutant.name} ({mutant.imitates}): its test is {outcome.ended}", outcome)
    )


def _failure(name: str | None, why: str, outcome: trial.Outcome) -> dict[str, object]:
    return {"seed": 0, "mutant": name, "why": why, "said": outcome.said[-_TAIL:]}


def _say(words: str) -> None:
    print(f"mutants: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
