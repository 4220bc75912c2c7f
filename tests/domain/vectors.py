"""Reads the vectors under `tests/vectors`, which pytest and vitest share (their form is in `tests/vectors/README.md`).

`python -m tests.domain.vectors FILE…` fills in the `state` of fold vectors that have none yet. Read it against the rules
before it is committed: it says what the fold does, not what it should do.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.domain.events import Event
from app.domain.job import fold, planned

FOLDER = Path(__file__).parent.parent / "vectors"

Vector = dict[str, Any]


def read_all(folder: str) -> Iterator[tuple[str, Vector]]:
    """Each vector below a folder of `tests/vectors`, with its name there."""
    for path in sorted((FOLDER / folder).rglob("*.json")):
        yield str(path.relative_to(FOLDER).with_suffix("")), json.loads(path.read_text("utf-8"))


def title(name: str, vector: Vector) -> str:
    """A test's name: the rules that the vector is about, then its file."""
    return f"{'-'.join(vector['rules'])}:{name}"


def event(wire: Vector) -> Event:
    """The event of a vector, where `flags` and `redacted` may be left out."""
    return Event(**{**wire, "flags": tuple(wire.get("flags", ())), "redacted": wire.get("redacted", False)})


def whole_state(partial: Vector) -> Vector:
    """A state of a vector: members that are left out are those of a planned job."""
    return planned() | partial


def body_text(body: str | list[Any]) -> str:
    """The text of a body, which may be given in parts: a text, or `[text, times]`."""
    if isinstance(body, str):
        return body
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in body)


def canonical(value: object) -> str:
    """One text for each value, whatever the order of its members."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def written(vector: Vector, indent: str = "") -> str:
    """A vector as it stands in its file: one line a member, and one line a record in its lists and in its `state`."""
    inner = indent + "  "
    parts = []
    for name, value in vector.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = f"[\n{inner}  " + f",\n{inner}  ".join(json.dumps(part) for part in value) + f"\n{inner}]"
        if name == "state" and isinstance(value, dict):
            text = written(value, inner)
        parts.append(f"{inner}{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n" + indent + "}"


def fill_in(path: Path) -> None:
    """Write the state of a fold vector that has none."""
    vector = json.loads(path.read_text("utf-8"))
    state = fold([event(wire) for wire in vector["events"]])
    start = planned()
    vector.setdefault("state", {name: value for name, value in state.items() if value != start[name]})
    path.write_text(written(vector) + "\n", "utf-8")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        fill_in(Path(argument))
