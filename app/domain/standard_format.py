"""The form of a standard's document, as data: what checks it, and the JSON Schema that is made of it (docs/STANDARD.md).

A shape names its members and their kinds. A kind is a name, with limits behind colons and `?` behind all when the member may be
left out or null: `id`, `text:80`, `bool`, `int:1:20`, `decimal`, `enum:a|b`, `words:80` (a text in each language of the document),
`value` (true, false, a text or a list of texts), `list<kind>:1:500`, `map<kind>:60`, or the name of another shape. A shape that is a
choice of several is told by its member `kind`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from app.domain.events import JsonObject

FORMAT = "doorstep-standard-v1"
PHASES = (
    "book",
    "call_ahead",
    "load",
    "arrive",
    "protect",
    "inspect_pack",
    "unpack",
    "match_serial",
    "pre_check",
    "install",
    "test_run",
    "explain",
    "clean",
    "take_back",
    "accept",
    "close",
)
SEVERITIES = ("must", "should", "info")
REMEDIES = ("redo", "repair", "replace", "refund", "compensate")
OVERLAYS = ("plate", "upright", "wide", "square")
# What a reading may be given in. One spelling each, so that a limit cannot be compared with a reading in another.
UNITS = (
    *("mm", "cm", "m", "m²", "°", "kg", "N·m"),
    *("V", "A", "mA", "W", "kW", "Ω", "MΩ"),
    *("°C", "K", "%", "ppm", "dB"),
    *("Pa", "kPa", "MPa", "bar", "L", "L/min"),
    *("s", "min", "h", "days", "years", "pcs"),
)
CONDITION_DEPTH = 8

Members = Mapping[str, str]

SHAPES: Mapping[str, Members] = {
    "standard": {
        "format": f"enum:{FORMAT}",
        "standard_id": "id",
        "version": "id",
        "languages": "list<enum:en|zh-Hans>:1:2",
        "title": "words:80",
        "summary": "words:600?",
        "categories": "list<id>:0:20",
        "jurisdiction": "text:80?",
        "photo_roles": "map<photo_role>:60",
        "rules": "list<rule>:1:500",
        "failure_reasons": "list<failure_reason>:0:30?",
    },
    "photo_role": {
        "title": "words:80",
        "hint": "words:300?",
        "overlay": f"enum:{'|'.join(OVERLAYS)}?",
        "max_side": "int:320:8192",
        "quality": "int:1:100",
    },
    "rule": {
        "code": "id",
        "phase": f"enum:{'|'.join(PHASES)}",
        "per": "enum:job|unit|component",
        "component": "id?",
        "severity": f"enum:{'|'.join(SEVERITIES)}",
        "actor": "enum:installer|customer|dispatcher?",
        "title": "words:80",
        "text": "words:600",
        "customer_text": "words:600?",
        "when": "condition?",
        "evidence": "list<evidence>:0:12",
        "exception": "exception?",
        "remedy": "remedy?",
        "sources": "list<source>:0:10?",
    },
    "condition": {
        "all": "list<condition>:0:20?",
        "any": "list<condition>:0:20?",
        "not": "condition?",
        "service": "id?",
        "category": "id?",
        "answer": "id?",
        "is": "value?",
        "includes": "text:200?",
        "at_least": "decimal?",
        "below": "decimal?",
        "unit": f"enum:{'|'.join(UNITS)}?",
    },
    "exception": {"reasons": "list<reason>:1:20", "requires": "enum:note|customer|supervisor?"},
    "reason": {"reason": "id", "title": "words:120"},
    "remedy": {"kind": f"enum:{'|'.join(REMEDIES)}?", "text": "words:300", "amount": "decimal?", "currency": "text:3?"},
    "source": {"title": "text:200", "url": "text:300?", "status": "enum:reference-only"},
    "failure_reason": {"reason": "id", "title": "words:120", "evidence": "list<evidence>:0:6"},
    "option": {"value": "text:200", "title": "words:120"},
}
CHOICES: Mapping[str, Mapping[str, Members]] = {
    "evidence": {
        "confirm": {},
        "choice": {"options": "list<option>:2:30"},
        "multi": {"options": "list<option>:1:30", "min": "int:0:30?"},
        "reading": {
            "unit": f"enum:{'|'.join(UNITS)}",
            "min": "decimal?",
            "max": "decimal?",
            "decimals": "int:0:6?",
            "instrument": "words:200?",
        },
        "text": {},
        "date": {"past": "bool?"},
        "photo": {"role": "id", "min": "int:1:20"},
        "scan": {"of": "enum:unit|component?"},
        "acknowledge": {"text": "words:1000"},
        "signoff": {},
    }
}
EVIDENCE_KINDS = tuple(CHOICES["evidence"])
VALUE_KINDS = ("confirm", "choice", "multi", "reading", "text", "date")

# Why a document is refused. The console has each in every language.
REASONS: Mapping[str, str] = {
    "not_json": "not JSON, or not as a standard has it: {error}",
    "too_large": "more than {most} bytes",
    "other_format": "not {needed}",
    "not_an_object": "an object is needed",
    "not_a_list": "a list is needed",
    "not_a_text": "a text is needed",
    "not_words": "a text in each language is needed",
    "not_true_or_false": "true or false is needed",
    "not_a_whole_number": "a whole number from {low} to {high} is needed",
    "not_a_decimal": 'a decimal as text is needed, like "-12.5"',
    "not_an_id": "an id is needed: letters, digits and _ . : - , at most 64",
    "not_one_of": "one of {allowed} is needed",
    "no_such_member": "no such member; there are {allowed}",
    "missing": "is missing",
    "wrong_count": "{low} to {high} entries are needed, not {found}",
    "too_many": "at most {most} entries may be there",
    "too_long": "at most {most} characters may be there",
    "too_deep": "nested more than {most} deep",
    "half_a_character": "half a character is there",
    "translation_missing": "the translation is missing",
    "no_such_language": "the document has no such language",
    "language_twice": "a language is there twice",
    "named_twice": "{name} is there twice",
    "per_not_component": "stands only where per is component",
    "amount_and_currency": "amount and currency belong together",
    "one_value": "at most one of {allowed}",
    "no_such_role": "the role is not in photo_roles",
    "role_twice": "the role is asked for twice",
    "asked_twice": "is asked for twice",
    "nothing_to_scan": "a rule of the whole job has no unit to scan",
    "signoff_of_job": "the sign-off is of the whole job",
    "more_than_options": "more than there are options",
    "too_many_decimals": "has more than {most} decimals",
    "below_min": "is below min",
    "answer_missing": "is missing: which rule's answer?",
    "value_missing": "is missing: what should the answer be?",
    "no_rule_before": "no rule before this one has that code",
    "no_answer": "that rule asks for no answer",
    "answer_not_seen": "a rule per {per} does not see answers per {other}",
    "does_not_fit": "does not fit an answer that is a {kind}",
    "other_unit": "that reading is in {needed}",
    "unit_of_reading": "stands only beside a reading's limit",
    "no_such_option": "the rule has no option {value}",
    "version_taken": "this version is published with another content",
    "code_taken": "{code} is also a rule of {standard}, which is used at the same jobs",
}

_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)
_DEPTH_MAX = 40


class StandardInvalid(Exception):
    """A document that is no standard. `pointer` says where (RFC 6901), `reason` which of `REASONS` it is, `values` what that speaks of, and
    `why` the same as a sentence.
    """

    def __init__(self, pointer: str, reason: str, **values: object) -> None:
        self.pointer, self.reason = pointer, reason
        self.values = {name: str(value)[:200] for name, value in values.items()}
        self.why = REASONS[reason].format(**self.values)
        super().__init__(f"{pointer}: {self.why}")


def need(holds: bool, pointer: str, reason: str, **values: object) -> None:
    """Raise `StandardInvalid` unless it holds."""
    if not holds:
        raise StandardInvalid(pointer, reason, **values)


def is_decimal(value: object) -> bool:
    """Whether a value is a decimal as PROTOCOL K3 has it."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def check(document: object) -> JsonObject:
    """The document when it has the form of a standard. Raises `StandardInvalid` with the first place that has not."""
    languages = document.get("languages") if isinstance(document, dict) else None
    need(isinstance(document, dict) and document.get("format") == FORMAT, "/format", "other_format", needed=FORMAT)
    _list(languages, "enum:en|zh-Hans", 1, 2, [], "/languages")
    _shape(document, SHAPES["standard"], cast(list[str], languages), "")
    return cast(JsonObject, document)


def _value(value: object, kind: str, languages: list[str], at: str) -> None:
    """Check a value that is there against its kind, without `?`."""
    if kind.startswith(("list<", "map<")):
        of, _, limits = kind.partition("<")[2].rpartition(">")
        if kind.startswith("list<"):
            low, high = map(int, limits[1:].split(":"))
            _list(value, of, low, high, languages, at)
        else:
            _map(value, of, int(limits[1:]), languages, at)
        return
    name, _, limits = kind.partition(":")
    if name in SHAPES:
        _shape(value, SHAPES[name], languages, at)
    elif name in CHOICES:
        _choice(value, CHOICES[name], languages, at)
    else:
        _SCALARS[name](value, limits, languages, at)


def _shape(value: object, members: Members, languages: list[str], at: str) -> None:
    need(isinstance(value, dict), at, "not_an_object")
    need(at.count("/") <= _DEPTH_MAX, at, "too_deep", most=_DEPTH_MAX)
    given = cast(JsonObject, value)
    for name in given:
        need(name in members, f"{at}/{_escaped(name)}", "no_such_member", allowed=", ".join(members))
    for name, kind in members.items():
        if given.get(name) is None:
            need(kind.endswith("?"), f"{at}/{name}", "missing")
        else:
            _value(given[name], kind.removesuffix("?"), languages, f"{at}/{name}")


def _choice(value: object, kinds: Mapping[str, Members], languages: list[str], at: str) -> None:
    need(isinstance(value, dict), at, "not_an_object")
    kind = cast(JsonObject, value).get("kind")
    need(isinstance(kind, str) and kind in kinds, f"{at}/kind", "not_one_of", allowed=", ".join(kinds))
    _shape(value, {"kind": "text:64", **kinds[cast(str, kind)]}, languages, at)


def _list(value: object, of: str, low: int, high: int, languages: list[str], at: str) -> None:
    need(isinstance(value, list), at, "not_a_list")
    entries = cast(list[object], value)
    need(low <= len(entries) <= high, at, "wrong_count", low=low, high=high, found=len(entries))
    for index, entry in enumerate(entries):
        _value(entry, of, languages, f"{at}/{index}")


def _map(value: object, of: str, high: int, languages: list[str], at: str) -> None:
    need(isinstance(value, dict), at, "not_an_object")
    entries = cast(JsonObject, value)
    need(len(entries) <= high, at, "too_many", most=high)
    for name, entry in entries.items():
        need(_ID.fullmatch(name) is not None, f"{at}/{_escaped(name)}", "not_an_id")
        _value(entry, of, languages, f"{at}/{_escaped(name)}")


def _id(value: object, _limits: str, _languages: list[str], at: str) -> None:
    need(isinstance(value, str) and _ID.fullmatch(value) is not None, at, "not_an_id")


def _text(value: object, limits: str, _languages: list[str], at: str) -> None:
    need(isinstance(value, str) and value.strip() != "", at, "not_a_text")
    need(len(cast(str, value)) <= int(limits), at, "too_long", most=limits)
    need(_has_bytes(cast(str, value)), at, "half_a_character")


def _words(value: object, limits: str, languages: list[str], at: str) -> None:
    need(isinstance(value, dict), at, "not_words")
    words = cast(JsonObject, value)
    for language in languages:
        need(language in words, f"{at}/{language}", "translation_missing")
    for language, text in words.items():
        need(language in languages, f"{at}/{_escaped(language)}", "no_such_language")
        _text(text, limits, languages, f"{at}/{language}")


def _bool(value: object, _limits: str, _languages: list[str], at: str) -> None:
    need(isinstance(value, bool), at, "not_true_or_false")


def _int(value: object, limits: str, _languages: list[str], at: str) -> None:
    low, high = map(int, limits.split(":"))
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    need(is_integer and low <= cast(int, value) <= high, at, "not_a_whole_number", low=low, high=high)


def _decimal(value: object, _limits: str, _languages: list[str], at: str) -> None:
    need(is_decimal(value), at, "not_a_decimal")


def _enum(value: object, limits: str, _languages: list[str], at: str) -> None:
    allowed = limits.split("|")
    need(isinstance(value, str) and value in allowed, at, "not_one_of", allowed=", ".join(allowed))


def _answer_value(value: object, _limits: str, languages: list[str], at: str) -> None:
    if isinstance(value, list):
        _list(value, "text:200", 0, 50, languages, at)
    elif not isinstance(value, bool):
        _text(value, "200", languages, at)


_SCALARS: Mapping[str, Callable[[object, str, list[str], str], None]] = {
    "id": _id,
    "text": _text,
    "words": _words,
    "bool": _bool,
    "int": _int,
    "decimal": _decimal,
    "enum": _enum,
    "value": _answer_value,
}


def _has_bytes(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _escaped(name: str) -> str:
    """A member's name in a JSON pointer, not longer than anybody wants to read."""
    return name[:64].replace("~", "~0").replace("/", "~1")


def json_schema() -> dict[str, Any]:
    """The form as a JSON Schema of draft 2020-12. It says all that `check` asks, but for the languages of texts."""
    definitions = {name: _object_schema(members) for name, members in SHAPES.items() if name != "standard"}
    for name, kinds in CHOICES.items():
        definitions[name] = {"oneOf": [_object_schema({"kind": f"enum:{kind}", **members}) for kind, members in kinds.items()]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A Doorstep service standard",
        **_object_schema(SHAPES["standard"]),
        "$defs": definitions,
    }


def _object_schema(members: Members) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: _kind_schema(kind) for name, kind in members.items()},
        "required": [name for name, kind in members.items() if not kind.endswith("?")],
        "additionalProperties": False,
    }


def _kind_schema(kind: str) -> dict[str, Any]:
    if kind.endswith("?"):
        return {"anyOf": [_kind_schema(kind[:-1]), {"type": "null"}]}
    if kind.startswith("list<"):
        of, _, limits = kind[5:].rpartition(">:")
        low, high = map(int, limits.split(":"))
        return {"type": "array", "items": _kind_schema(of), "minItems": low, "maxItems": high}
    if kind.startswith("map<"):
        of, _, high_text = kind[4:].rpartition(">:")
        names = {"pattern": f"^{_ID.pattern}$"}
        return {"type": "object", "propertyNames": names, "additionalProperties": _kind_schema(of), "maxProperties": int(high_text)}
    name, _, limits = kind.partition(":")
    if name in SHAPES or name in CHOICES:
        return {"$ref": f"#/$defs/{name}"}
    return _scalar_schema(name, limits)


def _scalar_schema(name: str, limits: str) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "pattern": r"\S"}
    if name == "id":
        return {"type": "string", "pattern": f"^{_ID.pattern}$"}
    if name == "text":
        return text | {"maxLength": int(limits)}
    if name == "words":
        return {"type": "object", "additionalProperties": text | {"maxLength": int(limits)}, "minProperties": 1}
    if name == "int":
        low, high = map(int, limits.split(":"))
        return {"type": "integer", "minimum": low, "maximum": high}
    if name == "decimal":
        return {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"}
    if name == "enum":
        return {"enum": limits.split("|")}
    if name == "value":
        return {
            "anyOf": [{"type": "boolean"}, text | {"maxLength": 200}, {"type": "array", "items": text | {"maxLength": 200}, "maxItems": 50}]
        }
    return {"type": "boolean"}
