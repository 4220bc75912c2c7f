"""The quick way to read a body finds what the slow one finds, or leaves the body to it (PROTOCOL L1)."""

import json
import random
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from app.domain.events import _DECODER, NESTING_MAX, _plain, _read_plain

TRIES = 4_000
SCALARS = ("1", "-0", "0", "1.5", "1e3", "true", "null", "NaN", "9007199254740991", "9007199254740992", "-9007199254740993", "1" * 30)
TEXTS = ("a", "", ":", '\\"', "\\u0000", "\\ud800", "\\u00e9", "\x7f", "é", "😀", "{", "[", " ", ",")


def drawn(rng: random.Random, depth: int) -> str:
    """Some JSON, or nearly: with members named twice, blanks in odd places, and numbers and texts of every sort."""
    choice = rng.random()
    if depth == 0 or choice < 0.3:
        return rng.choice(SCALARS) if rng.random() < 0.3 else f'"{rng.choice(TEXTS)}"'
    blank = rng.choice(("", "", " ", "\n"))
    parts = [drawn(rng, depth - 1) for _ in range(rng.randrange(4))]
    if choice < 0.5:
        return f"[{blank}{f',{blank}'.join(parts)}]"
    return "{" + f",{blank}".join(f'"{rng.choice(("a", "b", "c", rng.choice(TEXTS)))}"{blank}:{blank}{part}' for part in parts) + "}"


def slowly(text: str) -> object:
    """What the strict reader makes of a text; a refusal is told apart from every value."""
    try:
        value = _DECODER.decode(text)
    except (ValueError, RecursionError):
        return ValueError
    return value if _plain(value, NESTING_MAX) else ValueError


@pytest.mark.parametrize("quick", [json.loads, orjson.loads])
def test_l1_the_quick_reader_never_says_anything_else_than_the_strict_one(quick: Callable[[str], Any]) -> None:
    rng, taken = random.Random(1), 0
    for _ in range(TRIES):
        text = drawn(rng, rng.randrange(5))
        found = _read_plain(text, quick)
        if found is not None:
            taken += 1
            assert json.dumps(found) == json.dumps(slowly(text)), text
    assert taken > TRIES / 10, "the quick way is taken at all"


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":2}',
        '{"a" :1,"a":":"}',
        '{"a":1.0}',
        '{"a":9007199254740992}',
        '{"a":"\\u0000"}',
        '{"a":"\\ud800"}',
        '{"a":' * 40 + "1" + "}" * 40,
    ],
)
def test_l1_what_the_strict_reader_refuses_the_quick_one_leaves(text: str) -> None:
    assert slowly(text) is ValueError
    assert _read_plain(text, orjson.loads) is None
    assert _read_plain(text, json.loads) is None
