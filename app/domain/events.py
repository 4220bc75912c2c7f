"""Event bodies: which are readable, which kinds there are, what each one's data must hold (PROTOCOL L1, K).

`kinds.json` beside this file is the table for both languages; `app/pwa/src/domain/events.ts` reads the same one.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, NamedTuple, cast

from app.domain.log import BODY_BYTES_MAX

JsonObject = dict[str, Any]
Check = Callable[[object], str | None]
Holds = Callable[[object], bool]
Whole = Callable[[str], re.Match[str] | None]

INTEGER_MAX = 2**53 - 1
NESTING_MAX = 32

_TABLE: JsonObject = json.loads((Path(__file__).parent / "kinds.json").read_text("utf-8"))
TYPES: dict[str, dict[str, str]] = _TABLE["types"]
KINDS: dict[str, JsonObject] = _TABLE["kinds"]

_NAMING = {
    "photo.captured": ("sha256",),
    "step.acknowledged": ("text_sha256", "strokes_sha256"),
    "signoff.recorded": ("statement_sha256", "strokes_sha256"),
}
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII).fullmatch
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z", re.ASCII).fullmatch
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII).fullmatch


class Event(NamedTuple):
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


def parse_body(text: str, quick: Callable[[str], Any] = json.loads) -> JsonObject:
    """The envelope of a body whose form is L1's; its kind may still be unknown and its data wrong.

    `quick` reads JSON; it may be any reader that finds what the standard library's finds, or refuses. Raises `Unreadable` with
    `oversized` or `unreadable`.
    """
    try:
        if len(text.encode("utf-8")) > BODY_BYTES_MAX:
            raise Unreadable("oversized")
        body = _read_plain(text, quick)
        if body is None:
            body = _DECODER.decode(text)
            if not _plain(body, NESTING_MAX):
                raise Unreadable("unreadable")
    except (ValueError, RecursionError) as error:
        raise Unreadable("unreadable") from error
    if not (isinstance(body, dict) and _is_envelope(body)):
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
    return _members_problem(_checks_of_kind(kind), data)


def upcast(kind: str, kv: int, data: JsonObject) -> JsonObject:
    """The data of an old version of a kind, read as the newest one (K4).

    Version 2 of `photo.captured` has members more, which an older one simply does not have.
    """
    return data


def named_blobs(kind: str, data: Mapping[str, Any]) -> list[str]:
    """The digests of the blobs that an event's data names (K2), without repeats."""
    members = _NAMING.get(kind)
    if members is None:
        return []
    return list(dict.fromkeys(name for name in map(data.get, members) if isinstance(name, str)))


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


def _read_plain(text: str, quick: Callable[[str], Any]) -> object:
    """What `_DECODER` and `_plain` would find in a text that gives them no trouble, several times faster; else None.

    A text without a backslash has two quotes for each of its strings, so a member that was named twice shows by quotes too many; and
    NUL and half a surrogate pair, which have no bytes of their own there, could only stand in it as an escape.
    """
    if "\\" in text or text.count("{") + text.count("[") > NESTING_MAX:
        return None
    try:
        value = quick(text)
    except ValueError:
        return None
    return value if text.count('"') == 2 * _strings(value) else None


def _strings(value: object) -> int:
    """How many strings, keys included, stand in a value; minus a great many when a number in it is not L1's."""
    kind = type(value)
    if kind is str:
        return 1
    if kind is dict:
        inside: Iterable[object] = cast(JsonObject, value).values()
        found = len(cast(JsonObject, value))
    elif kind is list:
        inside, found = cast(list[object], value), 0
    else:
        is_good = value is None or kind is bool or (kind is int and -INTEGER_MAX <= cast(int, value) <= INTEGER_MAX)
        return 0 if is_good else -BODY_BYTES_MAX
    for part in inside:
        found += 1 if type(part) is str else _strings(part)
    return found


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
    seen, where, job_id = body.get("seen"), body.get("where"), body.get("job_id")
    return (
        _is_integer(body.get("v"), 1, 1)
        and _matches(_UUID7, body.get("event_id"))
        and (job_id is None or _matches(_ID, job_id))
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


def _matches(whole: Whole, value: object) -> bool:
    return isinstance(value, str) and whole(value) is not None


def _is_integer(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _members_problem(checks: Iterable[tuple[str, Check]], value: object) -> str | None:
    """What is wrong with an object whose members must pass these checks; others are not looked at."""
    if not isinstance(value, dict):
        return "not an object"
    for name, check in checks:
        problem = check(value.get(name))
        if problem is not None:
            return f"{name}: {problem}"
    return None


@cache
def _checks_of_kind(kind: str) -> list[tuple[str, Check]]:
    return _checks(KINDS[kind]["data"])


def _checks(fields: Mapping[str, str]) -> list[tuple[str, Check]]:
    return [(name, _check_of(kind)) for name, kind in fields.items()]


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
        return partial(_members_problem, _checks(TYPES[name]))
    holds, wrong = _SCALARS[name](limits), f"not {kind}"
    return lambda value: None if holds(value) else wrong


def _list_problem(check: Check, limit: int, value: object) -> str | None:
    if not isinstance(value, list) or len(value) > limit:
        return f"not a list of at most {limit}"
    return next((problem for problem in map(check, value) if problem), None)


def _of_pattern(whole: Whole) -> Callable[[str], Holds]:
    return lambda limits: lambda value: isinstance(value, str) and whole(value) is not None


def _text(limits: str) -> Holds:
    longest = int(limits)
    return lambda value: isinstance(value, str) and len(value) <= longest


def _ranged(limits: str) -> Holds:
    low, high = (int(limit) for limit in limits.split(":"))
    return lambda value: type(value) is int and low <= value <= high


def _one_of(limits: str) -> Holds:
    allowed = frozenset(limits.split("|"))
    return lambda value: isinstance(value, str) and value in allowed


def _is_answer_value(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= 50 and all(isinstance(part, str) and len(part) <= 200 for part in cast(list[object], value))
    return isinstance(value, bool) or (isinstance(value, str) and len(value) <= 4000)


# Each takes what stands behind the type's colon and gives what tells whether a value is of it.
_SCALARS: Mapping[str, Callable[[str], Holds]] = {
    "id": _of_pattern(_ID),
    "sha256": _of_pattern(_SHA256),
    "time": _of_pattern(_TIME),
    "bool": lambda limits: lambda value: isinstance(value, bool),
    "text": _text,
    "int": _ranged,
    "enum": _one_of,
    "value": lambda limits: _is_answer_value,
}
