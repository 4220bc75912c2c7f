"""Run every workload and print one JSON object a line, as soon as each is measured."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from bench import events, first_load, folds, photos
from bench.ground import DIALECTS, on_fresh_database

Figures = dict[str, Any]


def main() -> None:
    """All workloads, the quick ones first. `python -m bench folds` runs only those whose name holds the word."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    for name, measure in _workloads():
        if wanted in name:
            print(json.dumps({"workload": name, **measure()}), flush=True)


def _workloads() -> Iterator[tuple[str, Callable[[], Figures]]]:
    yield "first_load", first_load.measure
    yield "folds", folds.measure
    for dialect in DIALECTS:
        yield f"events_{dialect}", lambda dialect=dialect: on_fresh_database(dialect, events.measure)  # type: ignore[misc]
    yield "photos_sqlite", lambda: on_fresh_database("sqlite", photos.measure)


if __name__ == "__main__":
    main()
