"""The service standard as data: what a document must hold, and reading one (docs/STANDARD.md).

A standard is immutable and named by the SHA-256 of its bytes. A job pins versions at dispatch.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

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
        standard = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise StandardInvalid("", "not JSON") from error
    if not isinstance(standard, dict) or standard.get("format") != FORMAT:
        raise StandardInvalid("/format", f"not {FORMAT}")
    for name in ("standard_id", "version"):
        _need(isinstance(standard.get(name), str) and standard[name] != "", f"/{name}", "a text is needed")
    languages: list[str] = standard.get("languages") or []
    _need(isinstance(languages, list) and bool(languages), "/languages", "at least one language is needed")
    _translated(standard.get("title"), languages, "/title")
    roles = standard.get("photo_roles", {})
    for role, spec in roles.items():
        _translated(spec.get("title"), languages, f"/photo_roles/{role}/title")
    _rules(standard.get("rules"), languages, roles)
    for index, reason in enumerate(standard.get("failure_reasons", [])):
        _translated(reason.get("title"), languages, f"/failure_reasons/{index}/title")
        _evidence(reason.get("evidence"), languages, roles, f"/failure_reasons/{index}/evidence")
    return standard


def _rules(rules: Any, languages: Iterable[str], roles: JsonObject) -> None:
    _need(isinstance(rules, list) and 0 < len(rules) <= 500, "/rules", "1 to 500 rules are needed")
    codes: set[str] = set()
    for index, rule in enumerate(rules):
        at = f"/rules/{index}"
        _need(isinstance(rule, dict) and isinstance(rule.get("code"), str), f"{at}/code", "a code is needed")
        _need(rule["code"] not in codes, f"{at}/code", "the code is used twice")
        _need(rule.get("phase") in PHASES, f"{at}/phase", "no such phase")
        _need(rule.get("per") in ("job", "unit"), f"{at}/per", "job or unit is needed")
        _need(rule.get("severity") in SEVERITIES, f"{at}/severity", "must, should or info is needed")
        for name in ("title", "text"):
            _translated(rule.get(name), languages, f"{at}/{name}")
        _condition(rule.get("when"), codes, f"{at}/when")
        _evidence(rule.get("evidence"), languages, roles, f"{at}/evidence")
        exception = rule.get("exception")
        for place, reason in enumerate(exception["reasons"] if exception else []):
            _translated(reason.get("title"), languages, f"{at}/exception/reasons/{place}/title")
        codes.add(rule["code"])


def _evidence(evidence: Any, languages: Iterable[str], roles: JsonObject, at: str) -> None:
    _need(isinstance(evidence, list), at, "a list is needed")
    values = 0
    for index, asked in enumerate(evidence):
        kind = asked.get("kind")
        _need(kind in EVIDENCE_KINDS, f"{at}/{index}/kind", "no such evidence")
        values += kind in VALUE_KINDS
        if kind == "photo":
            _need(asked.get("role") in roles, f"{at}/{index}/role", "the role is not in photo_roles")
            _need(isinstance(asked.get("min"), int) and 0 < asked["min"] <= 20, f"{at}/{index}/min", "1 to 20 is needed")
        if kind == "choice":
            for place, option in enumerate(asked.get("options", [])):
                _translated(option.get("title"), languages, f"{at}/{index}/options/{place}/title")
        if kind == "reading":
            _need(isinstance(asked.get("unit"), str), f"{at}/{index}/unit", "a unit is needed")
    _need(values <= 1, at, "at most one confirm, choice, reading or text")


def _condition(condition: Any, codes: set[str], at: str) -> None:
    """A condition may speak only of rules that stand before it, so there can be no cycle."""
    if condition is None:
        return
    _need(isinstance(condition, dict), at, "a condition is an object")
    for name in ("all", "any"):
        for index, part in enumerate(condition.get(name, [])):
            _condition(part, codes, f"{at}/{name}/{index}")
    if "not" in condition:
        _condition(condition["not"], codes, f"{at}/not")
    if "answer" in condition:
        _need(condition["answer"] in codes, f"{at}/answer", "no rule before this one has that code")
    known = {"all", "any", "not", "answer", "is", "service"}
    _need(bool(condition) and set(condition) <= known, at, "unknown condition")


def _translated(text: Any, languages: Iterable[str], at: str) -> None:
    for language in languages:
        _need(
            isinstance(text, dict) and isinstance(text.get(language), str) and text[language] != "", f"{at}/{language}", "a text is missing"
        )


def _need(holds: bool, pointer: str, why: str) -> None:
    if not holds:
        raise StandardInvalid(pointer, why)
