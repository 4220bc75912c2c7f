"""Run every workload and print one JSON object a line, as soon as each is measured."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from bench import first_load, folds, lighthouse, moments, phone, photos, pull, push, scan
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
    yield "phone", partial(on_fresh_database, "sqlite", phone.measure)
    yield "moments", partial(on_fresh_database, "sqlite", moments.measure)
    yield "lighthouse", partial(on_fresh_database, "sqlite", lighthouse.measure)
    yield "scan", partial(on_fresh_database, "sqlite", scan.measure)
    for workload in (push, photos, pull):
        for dialect in DIALECTS:
            yield f"{workload.__name__.removeprefix('bench.')}_{dialect}", partial(on_fresh_database, dialect, workload.measure)


if __name__ == "__main__":
    main()
