"""The service standard as data: what a document must hold, and reading one (docs/STANDARD.md).

A standard is immutable and named by the SHA-256 of its bytes. A job pins versions at dispatch.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import cast

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
VALUE_KINDS = ("confirm", "choice", "reading", "text")
EVIDENCE_KINDS = (*VALUE_KINDS, "photo", "scan", "signoff")
SEVERITIES = ("must", "should", "info")

_DECIMAL = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,6})?", re.ASCII)


class StandardInvalid(Exception):
    """A document that is no standard. `pointer` says where (RFC 6901), the message says why."""

    def __init__(self, pointer: str, why: str) -> None:
        super().__init__(f"{pointer}: {why}")
        self.pointer = pointer
        self.why = why


def digest_of(document: bytes) -> str:
    """The name of a standard's version: hex SHA-256 of its exact bytes."""
    return hashlib.sha256(document).hexdigest()


def read(document: bytes) -> JsonObject:
    """The standard in a document.

    Raises `StandardInvalid` with the place and the reason.
    """
    try:
        standard = json.loads(document.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise StandardInvalid("", "not JSON, or with numbers that are not whole") from error
    _need(isinstance(standard, dict) and standard.get("format") == FORMAT, "/format", f"not {FORMAT}")
    for name in ("standard_id", "version"):
        _text(standard.get(name), f"/{name}")
    languages = [str(language) for language in _texts(standard.get("languages"), "/languages")]
    _need(bool(languages), "/languages", "at least one language is needed")
    _texts(standard.get("categories"), "/categories")
    _translated(standard.get("title"), languages, "/title")
    roles = _object(standard.get("photo_roles"), "/photo_roles")
    for role, spec in roles.items():
        _photo_role(_object(spec, f"/photo_roles/{role}"), languages, f"/photo_roles/{role}")
    _rules(standard.get("rules"), languages, roles)
    for at, reason in _each(standard.get("failure_reasons", []), "/failure_reasons"):
        _text(reason.get("reason"), f"{at}/reason")
        _translated(reason.get("title"), languages, f"{at}/title")
        _evidence(reason.get("evidence"), languages, roles, f"{at}/evidence")
    return cast(JsonObject, standard)


def _photo_role(spec: JsonObject, languages: list[str], at: str) -> None:
    _translated(spec.get("title"), languages, f"{at}/title")
    if spec.get("hint") is not None:
        _translated(spec["hint"], languages, f"{at}/hint")
    _need(_is_integer(spec.get("max_side"), 320, 8192), f"{at}/max_side", "320 to 8192 pixels are needed")
    _need(_is_integer(spec.get("quality"), 1, 100), f"{at}/quality", "1 to 100 is needed")


def _rules(rules: object, languages: list[str], roles: JsonObject) -> None:
    _need(isinstance(rules, list) and 0 < len(rules) <= 500, "/rules", "1 to 500 rules are needed")
    codes: set[str] = set()
    for at, rule in _each(rules, "/rules"):
        code = _text(rule.get("code"), f"{at}/code")
        _need(code not in codes, f"{at}/code", "the code is used twice")
        _need(rule.get("phase") in PHASES, f"{at}/phase", "no such phase")
        _need(rule.get("per") in ("job", "unit"), f"{at}/per", "job or unit is needed")
        _need(rule.get("severity") in SEVERITIES, f"{at}/severity", "must, should or info is needed")
        for name in ("title", "text"):
            _translated(rule.get(name), languages, f"{at}/{name}")
        _condition(rule.get("when"), codes, f"{at}/when")
        _evidence(rule.get("evidence"), languages, roles, f"{at}/evidence")
        if rule.get("exception") is not None:
            exception = _object(rule["exception"], f"{at}/exception")
            for place, reason in _each(exception.get("reasons"), f"{at}/exception/reasons"):
                _text(reason.get("reason"), f"{place}/reason")
                _translated(reason.get("title"), languages, f"{place}/title")
        if rule.get("remedy") is not None:
            _translated(_object(rule["remedy"], f"{at}/remedy").get("text"), languages, f"{at}/remedy/text")
        codes.add(code)


def _evidence(evidence: object, languages: list[str], roles: JsonObject, at: str) -> None:
    values = 0
    for place, asked in _each(evidence, at):
        kind = asked.get("kind")
        _need(kind in EVIDENCE_KINDS, f"{place}/kind", "no such evidence")
        values += kind in VALUE_KINDS
        if kind == "photo":
            _need(isinstance(asked.get("role"), str) and asked["role"] in roles, f"{place}/role", "the role is not in photo_roles")
            _need(_is_integer(asked.get("min"), 1, 20), f"{place}/min", "1 to 20 is needed")
        elif kind == "choice":
            _need(bool(asked.get("options")), f"{place}/options", "options are needed")
            for option_at, option in _each(asked.get("options"), f"{place}/options"):
                _text(option.get("value"), f"{option_at}/value")
                _translated(option.get("title"), languages, f"{option_at}/title")
        elif kind == "reading":
            _text(asked.get("unit"), f"{place}/unit")
            for limit in ("min", "max"):
                _need(asked.get(limit) is None or is_decimal(asked[limit]), f"{place}/{limit}", "a decimal as text is needed")
    _need(values <= 1, at, "at most one confirm, choice, reading or text")


def _condition(condition: object, codes: set[str], at: str, depth: int = 8) -> None:
    """A condition may speak only of rules that stand before it, so there can be no cycle."""
    if condition is None:
        return
    parts = _object(condition, at)
    known = {"all", "any", "not", "answer", "is", "service"}
    _need(bool(parts) and set(parts) <= known and depth > 0, at, "unknown condition, or nested more than 8 deep")
    for name in ("all", "any"):
        for place, part in _each(parts.get(name, []), f"{at}/{name}"):
            _condition(part, codes, place, depth - 1)
    if "not" in parts:
        _condition(_object(parts["not"], f"{at}/not"), codes, f"{at}/not", depth - 1)
    if "service" in parts:
        _text(parts["service"], f"{at}/service")
    if "answer" in parts:
        _need(_text(parts["answer"], f"{at}/answer") in codes, f"{at}/answer", "no rule before this one has that code")
    _need(("answer" in parts) == ("is" in parts), f"{at}/is", "answer and is belong together")
    wanted = parts.get("is", "")
    is_value = isinstance(wanted, bool | str) or (isinstance(wanted, list) and all(isinstance(text, str) for text in wanted))
    _need(is_value, f"{at}/is", "a boolean, a text or a list of texts is needed")


def is_decimal(value: object) -> bool:
    """Whether a value is a decimal as PROTOCOL K3 has it."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def _translated(text: object, languages: Iterable[str], at: str) -> None:
    for language in languages:
        _text(text.get(language) if isinstance(text, dict) else None, f"{at}/{language}")


def _each(value: object, at: str) -> Iterator[tuple[str, JsonObject]]:
    """The objects in a list, each with its place."""
    _need(isinstance(value, list), at, "a list is needed")
    for index, part in enumerate(cast(list[object], value)):
        yield f"{at}/{index}", _object(part, f"{at}/{index}")


def _texts(value: object, at: str) -> list[str]:
    _need(isinstance(value, list), at, "a list of texts is needed")
    return [_text(part, f"{at}/{index}") for index, part in enumerate(cast(list[object], value))]


def _object(value: object, at: str) -> JsonObject:
    _need(isinstance(value, dict), at, "an object is needed")
    return cast(JsonObject, value)


def _text(value: object, at: str) -> str:
    _need(isinstance(value, str) and value != "", at, "a text is needed")
    return cast(str, value)


def _is_integer(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _no_number(token: str) -> object:
    raise ValueError(f"no such number: {token}")


def _need(holds: bool, pointer: str, why: str) -> None:
    if not holds:
        raise StandardInvalid(pointer, why)
