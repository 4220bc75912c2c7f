"""Reading the bodies of facts fast: nearly all have the one form in which phones write them, and that form is a regular expression.

What matches is good by L1 and by its kind's table (`kinds.json`). What does not match may be good all the same: the text has a
backslash in it, say, or its envelope another order. `app.domain.events` tells, several times slower.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from app.domain.events import INTEGER_MAX, KINDS, TYPES, JsonObject, knows
from app.domain.log import BODY_BYTES_MAX

_CHARACTERS_MAX = BODY_BYTES_MAX // 4  # so many have no more bytes than a body may have, whichever they are
_PLAIN = r'[^"\\\x00-\x1f\ud800-\udfff]'
_ID = '"[A-Za-z0-9_.:-]{1,64}"'
_TIME = r'"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z"'


def plain_fact(text: str, quick: Callable[[str], Any]) -> JsonObject | None:
    """The body in a text that is plainly a good one of a kind of facts that this build knows; else None.

    `quick` reads JSON. A body that is found here is one that `parse_body` finds too, and its data has no problem.
    """
    envelope = _ENVELOPE(text)
    form = _FORMS.get(envelope[1]) if envelope and knows(envelope[1], int(envelope[2])) else None
    if envelope is None or form is None or len(text) > _CHARACTERS_MAX or form.data(text, envelope.end()) is None:
        return None
    body: JsonObject = quick(text)
    data = body["data"]
    if text.count('":') != _members(body) or not data.keys() >= form.required:
        return None
    for name, needed in form.inside:
        if data.get(name) is not None and not data[name].keys() >= needed:
            return None
    return body


class _Form(NamedTuple):
    """What a kind's data look like from where they begin to the end of the body, which members they must have, and which must the
    objects inside them have that must have some."""

    data: Callable[[str, int], re.Match[str] | None]
    required: frozenset[str]
    inside: tuple[tuple[str, frozenset[str]], ...]


def _members(body: JsonObject) -> int:
    """How many members the body's objects have; the text has more when it names one twice."""
    data = body["data"]
    found = len(body) + len(body["seen"]) + len(body["where"] or ()) + len(data)
    for value in data.values():
        if type(value) is dict:
            found += len(value)
    return found


def _up_to(most: int) -> str:
    """A whole number from 0 to `most`, without leading zeros."""
    digits = str(most)
    shorter = [rf"[1-9]\d{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    as_long = [
        digits[:at] + (f"[{1 if at == 0 and len(digits) > 1 else 0}-{int(digit) - 1}]") + rf"\d{{{len(digits) - at - 1}}}"
        for at, digit in enumerate(digits)
        if int(digit) > (1 if at == 0 and len(digits) > 1 else 0)
    ]
    return f"(?:{'|'.join(['0', *shorter, *as_long, digits])})"


def _integer(limits: str) -> str:
    low, high = (int(limit) for limit in limits.split(":"))
    if low < 0:
        return f"(?:{_up_to(high)}|-(?!0){_up_to(-low)})"
    return f"(?!0){_up_to(high)}" if low == 1 else _up_to(high)


def _text(longest: int) -> str:
    return f'"{_PLAIN}{{0,{longest}}}"'


_SCALARS: Mapping[str, Callable[[str], str]] = {
    "id": lambda _: _ID,
    "sha256": lambda _: '"[0-9a-f]{64}"',
    "time": lambda _: _TIME,
    "bool": lambda _: "(?:true|false)",
    "text": lambda longest: _text(int(longest)),
    "int": _integer,
    "enum": lambda allowed: f'"(?:{"|".join(map(re.escape, allowed.split("|")))})"',
    "value": lambda _: f"(?:true|false|{_text(4000)}|{_list_of(_text(200), 50)})",
}


def _of_type(kind: str) -> str:
    if kind.endswith("?"):
        return f"(?:null|{_of_type(kind[:-1])})"
    if kind.startswith("list<"):
        inner, _, most = kind[5:].rpartition(">:")
        return _list_of(_of_type(inner), int(most))
    name, _, limits = kind.partition(":")
    return _object(TYPES[name]) if name in TYPES else _SCALARS[name](limits)


def _list_of(one: str, most: int) -> str:
    return rf"\[(?:{one}(?:,{one}){{0,{most - 1}}})?\]"


def _object(fields: Mapping[str, str]) -> str:
    """An object of these members, in any order; whether all are there that must be is seen in the object itself."""
    named = "|".join(f'{name}":{_of_type(kind)}' for name, kind in fields.items())
    member = f'"(?:{named})'
    return rf"\{{(?:{member}(?:,{member})*)?\}}"


def _form_of(fields: Mapping[str, str]) -> _Form:
    inside = ((name, _needed(TYPES[kind.rstrip("?")])) for name, kind in fields.items() if kind.rstrip("?") in TYPES)
    data = re.compile(_object(fields) + r"\}", re.ASCII).fullmatch
    return _Form(data, _needed(fields), tuple((name, needed) for name, needed in inside if needed))


def _needed(fields: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name, kind in fields.items() if not kind.endswith("?"))


def _is_flat(fields: Mapping[str, str]) -> bool:
    """Whether objects stand in the data themselves only, where their members are counted, and in no list or other object."""
    inside = [TYPES[kind.rstrip("?")] for kind in fields.values() if kind.rstrip("?") in TYPES]
    lists = [kind for kind in fields.values() if kind.startswith("list<") and kind[5:].partition(">")[0] in TYPES]
    return not lists and not any(kind.rstrip("?") in TYPES or "<" in kind for one in inside for kind in one.values())


_PLACE = "".join(
    (
        r"\{",
        f'"lat_e6":{_integer("-90000000:90000000")},"lon_e6":{_integer("-180000000:180000000")},"acc_m":{_up_to(100_000_000)}',
        r"\}",
    )
)
_WHOLE = _up_to(INTEGER_MAX)
_ENVELOPE = re.compile(
    r'\{"v":1,"event_id":"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",'
    rf'"job_id":(?:null|{_ID}),"kind":"([a-z_.]+)","kv":([1-9]),"at":{_TIME},"mono_ms":{_WHOLE},"boot":{_ID},'
    rf'"seen":\{{"rev":{_WHOLE}\}},"actor":{_ID},"where":(?:null|{_PLACE}),"data":',
    re.ASCII,
).match
_FORMS = {kind: _form_of(known["data"]) for kind, known in KINDS.items() if known["by"] == "fact" and _is_flat(known["data"])}
