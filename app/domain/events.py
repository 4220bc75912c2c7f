"""Event bodies: which are readable, which kinds there are, what each one's data must hold (PROTOCOL L1, K).

`kinds.json` beside this file is the table for both languages; `app/pwa/src/domain/events.ts` reads the same one.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, cast

from app.domain.log import BODY_BYTES_MAX

JsonObject = dict[str, Any]

INTEGER_MAX = 2**53 - 1
NESTING_MAX = 32

_TABLE: JsonObject = json.loads((Path(__file__).parent / "kinds.json").read_text("utf-8"))
TYPES: dict[str, dict[str, str]] = _TABLE["types"]
KINDS: dict[str, JsonObject] = _TABLE["kinds"]

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Event:
    """One event as the fold sees it. `rev` counts within the job; `data` has been checked against the kind's table."""

    rev: int
    device_id: str
    event_id: str
    kind: str
    kv: int
    at: str
    seen_rev: int
    actor: str
    data: JsonObject
    flags: tuple[str, ...] = ()
    redacted: bool = False


class Unreadable(Exception):
    """A body that is not of L1's form. `reason` is the quarantine reason of S7."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_body(text: str) -> JsonObject:
    """The envelope of a body whose form is L1's; its kind may still be unknown and its data wrong.

    Raises `Unreadable` with `oversized` or `unreadable`.
    """
    try:
        if len(text.encode("utf-8")) > BODY_BYTES_MAX:
            raise Unreadable("oversized")
        body = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("unreadable") from error
    if not (isinstance(body, dict) and (_must_be_plain(text) or _plain(body, NESTING_MAX)) and _is_envelope(body)):
        raise Unreadable("unreadable")
    return body


def knows(kind: str, kv: int) -> bool:
    """Whether this build can fold the kind in that version."""
    return kind in KINDS and 1 <= kv <= KINDS[kind]["kv"]


def is_fact(kind: str) -> bool:
    """Whether devices record this kind. Kinds nobody knows count as facts: they came from a device."""
    return kind not in KINDS or KINDS[kind]["by"] == "fact"


def data_problem(kind: str, data: object) -> str | None:
    """What is wrong with the data of a known kind, as `field: what`, or None."""
    return _object_problem(KINDS[kind]["data"], data)


def upcast(kind: str, kv: int, data: JsonObject) -> JsonObject:
    """The data of an old version of a kind, read as the newest one (K4).

    All kinds are at version 1, so there is nothing older to read yet.
    """
    return data


def named_blobs(kind: str, data: Mapping[str, Any]) -> list[str]:
    """The digests of the blobs that an event's data names (K2), without repeats."""
    names: Iterable[object] = ()
    if kind == "photo.captured":
        names = (data.get("sha256"),)
    elif kind == "signoff.recorded":
        names = (data.get("statement_sha256"), data.get("strokes_sha256"))
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > INTEGER_MAX:
        raise ValueError("integer out of range")
    return int(digits)


def _members(pairs: list[tuple[str, Any]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _refuse(token: str) -> object:
    raise ValueError(f"no such number: {token}")


_DECODER = json.JSONDecoder(parse_int=_integer, parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_members)


def _must_be_plain(text: str) -> bool:
    """Whether a JSON text is so short of brackets and escapes that `_plain` need not look into its value.

    The text has bytes in UTF-8 and was read, so half a surrogate pair or NUL could only stand in it as an escape.
    """
    return "\\u" not in text and text.count("{") + text.count("[") <= NESTING_MAX


def _plain(value: object, depth: int) -> bool:
    """Whether no text in a value holds NUL or half a surrogate pair, and it nests at most `depth` deep."""
    if isinstance(value, str):
        return _UNKEEPABLE.search(value) is None
    if not isinstance(value, dict | list):
        return True
    if depth == 0:
        return False
    inside = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return all(_plain(part, depth - 1) for part in inside)


def _is_envelope(body: JsonObject) -> bool:
    seen = body.get("seen")
    where = body.get("where")
    return (
        body.get("v") == 1
        and not isinstance(body.get("v"), bool)
        and _matches(_UUID7, body.get("event_id"))
        and (body.get("job_id") is None or _matches(_ID, body.get("job_id")))
        and _matches(_ID, body.get("kind"))
        and _is_integer(body.get("kv"), 1, 1_000_000)
        and _matches(_TIME, body.get("at"))
        and _is_integer(body.get("mono_ms"), 0, INTEGER_MAX)
        and _matches(_ID, body.get("boot"))
        and isinstance(seen, dict)
        and _is_integer(seen.get("rev"), 0, INTEGER_MAX)
        and _matches(_ID, body.get("actor"))
        and (where is None or _is_place(where))
        and isinstance(body.get("data"), dict)
    )


def _is_place(where: object) -> bool:
    return (
        isinstance(where, dict)
        and _is_integer(where.get("lat_e6"), -90_000_000, 90_000_000)
        and _is_integer(where.get("lon_e6"), -180_000_000, 180_000_000)
        and _is_integer(where.get("acc_m"), 0, 100_000_000)
    )


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_integer(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


Check = Callable[[object], str | None]


def _object_problem(fields: Mapping[str, str], value: object) -> str | None:
    if not isinstance(value, dict):
        return "not an object"
    for name, kind in fields.items():
        problem = _check_of(kind)(value.get(name))
        if problem:
            return f"{name}: {problem}"
    return None


@cache
def _check_of(kind: str) -> Check:
    """What checks a value of a type of the table: `name`, `name:limits`, `list<type>:max`, each with `?` when it may be absent."""
    if kind.endswith("?"):
        present = _check_of(kind[:-1])
        return lambda value: None if value is None else present(value)
    if kind.startswith("list<"):
        inner, _, limit = kind[5:].rpartition(">:")
        return partial(_list_problem, _check_of(inner), int(limit))
    name, _, limits = kind.partition(":")
    if name in TYPES:
        return partial(_object_problem, TYPES[name])
    holds, wrong = _SCALARS[name], f"not {kind}"
    return lambda value: None if holds(value, limits) else wrong


def _list_problem(check: Check, limit: int, value: object) -> str | None:
    if not isinstance(value, list) or len(value) > limit:
        return f"not a list of at most {limit}"
    return next((problem for problem in map(check, value) if problem), None)


def _is_text(value: object, limits: str) -> bool:
    return isinstance(value, str) and len(value) <= int(limits)


def _is_ranged(value: object, limits: str) -> bool:
    low, high = (int(limit) for limit in limits.split(":"))
    return _is_integer(value, low, high)


def _is_answer_value(value: object, limits: str) -> bool:
    if isinstance(value, list):
        return len(value) <= 50 and all(_is_text(part, "200") for part in cast(list[object], value))
    return isinstance(value, bool) or _is_text(value, "4000")


_SCALARS = {
    "id": lambda value, limits: _matches(_ID, value),
    "sha256": lambda value, limits: _matches(_SHA256, value),
    "time": lambda value, limits: _matches(_TIME, value),
    "bool": lambda value, limits: isinstance(value, bool),
    "text": _is_text,
    "int": _is_ranged,
    "enum": lambda value, limits: isinstance(value, str) and value in limits.split("|"),
    "value": _is_answer_value,
}
