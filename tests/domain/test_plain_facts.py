"""The fast way to read a fact takes what phones write, and nothing that the careful way finds fault with (PROTOCOL L1, K1)."""

import json
import random
import re
from typing import Any

import orjson
import pytest

from app.domain.events import KINDS, TYPES, Unreadable, data_problem, is_fact, knows, parse_body
from app.domain.plain_facts import _integer, plain_fact

TRIES = 6_000
FACTS = sorted(kind for kind in KINDS if is_fact(kind))
EDITS = (
    '"',
    "\\",
    ":",
    ",",
    "{",
    "}",
    "[",
    "]",
    "0",
    "-",
    "1",
    "9",
    ".",
    "e",
    " ",
    "\n",
    "\0",
    "null",
    "true",
    "é",
    "\ud800",
    '"note":"x",',
)
SCALARS = {
    "id": ("a", "Z" * 64, "0190d0c0-0000-7000-8000-000000000000"),
    "sha256": ("0" * 64, "f" * 64),
    "time": ("2026-11-22T09:30:00.000Z",),
    "bool": (True, False),
    "value": (True, False, "", "Ja, 是", "x" * 4_000, ["a", "b"], []),
}


def of_type(rng: random.Random, kind: str) -> Any:
    """Some good value of a type of the table, often at its limits."""
    if kind.endswith("?"):
        return None if rng.random() < 0.3 else of_type(rng, kind[:-1])
    if kind.startswith("list<"):
        inner, _, most = kind[5:].rpartition(">:")
        return [of_type(rng, inner) for _ in range(rng.choice((0, 1, 2, int(most))))]
    name, _, limits = kind.partition(":")
    if name in TYPES:
        return members(rng, TYPES[name])
    if name == "text":
        return rng.choice(("", "x" * int(limits), "是" * int(limits), "'<:>'"[: int(limits)]))
    if name == "int":
        low, high = map(int, limits.split(":"))
        return rng.choice((low, high, rng.randint(low, high), rng.randint(low, min(high, low + 300))))
    return rng.choice(limits.split("|") if name == "enum" else SCALARS[name])


def members(rng: random.Random, fields: dict[str, str]) -> dict[str, Any]:
    """An object in an order of its own; what may be absent sometimes is."""
    names = [name for name, kind in fields.items() if not kind.endswith("?") or rng.random() < 0.8]
    return {name: of_type(rng, fields[name]) for name in rng.sample(names, len(names))}


def body(rng: random.Random, kind: str) -> str:
    where = {"lat_e6": rng.randint(-(90 * 10**6), 90 * 10**6), "lon_e6": -180_000_000, "acc_m": rng.randrange(100_000_001)}
    written = {
        "v": 1,
        "event_id": "0190d0c0-0000-7000-8000-000000000000",
        "job_id": rng.choice((None, "job-1")),
        "kind": kind,
        "kv": 1,
        "at": "2026-11-22T09:30:00.000Z",
        "mono_ms": rng.choice((0, 2**53 - 1, 12)),
        "boot": "boot-1",
        "seen": {"rev": rng.randrange(100)},
        "actor": "someone",
        "where": rng.choice((None, where)),
        "data": members(rng, KINDS[kind]["data"]),
    }
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def carefully(text: str) -> Any:
    """The body when it is a good fact of a known kind, else None."""
    try:
        found = parse_body(text)
    except Unreadable:
        return None
    is_good = is_fact(found["kind"]) and knows(found["kind"], found["kv"]) and data_problem(found["kind"], found["data"]) is None
    return found if is_good else None


@pytest.mark.parametrize("kind", FACTS)
def test_l1_k1_what_phones_write_is_read_fast(kind: str) -> None:
    rng = random.Random(kind)
    for _ in range(100):
        text = body(rng, kind)
        assert carefully(text) is not None, text
        found = plain_fact(text, orjson.loads)
        assert found == carefully(text) if len(text) <= 4_096 else found is None, text


def test_l1_k1_the_fast_way_never_takes_what_the_careful_way_does_not() -> None:
    rng, refused = random.Random(1), 0
    for _ in range(TRIES):
        text = body(rng, rng.choice(FACTS))
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(EDITS) + text[at + rng.randrange(3) :]
        found = plain_fact(text, orjson.loads)
        if found is None:
            refused += 1
        else:
            assert json.dumps(found) == json.dumps(carefully(text)), text
    assert TRIES / 4 < refused < TRIES


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("note.added", '{"text":"a","text":"b"}'),
        ("note.added", "{}"),
        ("note.added", '{"text":"a","more":1}'),
        ("step.answered", '{"step_id":"s","exception":{"note":"no reason"}}'),
        ("step.answered", '{"step_id":"s","exception":{"reason":"a","reason":"b"}}'),
        ("photo.retracted", '{"photo_id":"p","reason":"\\u0000"}'),
    ],
)
def test_l1_k1_what_is_not_plain_is_left_to_the_careful_way(kind: str, data: str) -> None:
    text = body(random.Random(1), kind)
    text = text[: text.index('"data":')] + f'"data":{data}}}'
    assert plain_fact(text, orjson.loads) is None


@pytest.mark.parametrize("limits", ["0:0", "0:9", "1:20", "0:100", "0:255", "1:1000", "-12:345", "-100:7"])
def test_k1_a_whole_number_is_within_its_limits(limits: str) -> None:
    low, high = map(int, limits.split(":"))
    is_in = re.compile(_integer(limits)).fullmatch
    assert [number for number in range(-1_200, 12_000) if is_in(str(number))] == list(range(low, high + 1))
    assert not any(is_in(text) for text in ("-0", "00", "01", "-01", "", "-", "+1"))
