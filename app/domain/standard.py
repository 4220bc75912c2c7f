"""The service standard as data: what a document must hold beyond its form, and reading one (docs/STANDARD.md).

A standard is immutable and named by the SHA-256 of its bytes. A job pins versions at dispatch.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.domain.events import JsonObject
from app.domain.standard_format import (
    CONDITION_DEPTH,
    EVIDENCE_KINDS,
    FORMAT,
    PHASES,
    SEVERITIES,
    VALUE_KINDS,
    StandardInvalid,
    check,
    is_decimal,
    need,
)

__all__ = [
    "EVIDENCE_KINDS",
    "FORMAT",
    "PHASES",
    "SEVERITIES",
    "VALUE_KINDS",
    "StandardInvalid",
    "concerns",
    "digest_of",
    "for_publishing",
    "is_decimal",
    "read",
    "value_asked",
]

DOCUMENT_BYTES_MAX = 1_048_576
# An answer is looked for on the component, then on its unit, then on the job; never the other way.
_REACH = ("job", "unit", "component")
_LEAVES = ("is", "includes", "at_least", "below")


def digest_of(document: bytes) -> str:
    """The name of a standard's version: hex SHA-256 of its exact bytes."""
    return hashlib.sha256(document).hexdigest()


def read(document: bytes) -> JsonObject:
    """The standard in a document.

    Raises `StandardInvalid` with the place and the reason.
    """
    need(len(document) <= DOCUMENT_BYTES_MAX, "", "too_large", most=DOCUMENT_BYTES_MAX)
    try:
        found = json.loads(document.decode("utf-8"), parse_float=_no_number, parse_constant=_no_number, object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        raise StandardInvalid("", "not_json", error=error) from error
    standard = check(found)
    need(len(set(standard["languages"])) == len(standard["languages"]), "/languages", "language_twice")
    _rules(standard["rules"], standard["photo_roles"])
    for place, reason in _each_with_place(standard.get("failure_reasons") or (), "/failure_reasons", "reason"):
        _evidence(reason["evidence"], standard["photo_roles"], "job", f"{place}/evidence")
    return standard


def for_publishing(document: bytes) -> JsonObject:
    """As `read`, and with what is asked of new versions only, since the versions that are in use stay readable.

    Raises `StandardInvalid`.
    """
    standard = read(document)
    per = {rule["code"]: rule["per"] for rule in standard["rules"]}
    for index, rule in enumerate(standard["rules"]):
        for place, code in _asked_about(rule.get("when"), f"/rules/{index}/when"):
            seen = _REACH.index(per[code]) <= _REACH.index(rule["per"])
            need(seen, f"{place}/answer", "answer_not_seen", per=rule["per"], other=per[code])
    return standard


def _asked_about(condition: JsonObject | None, at: str) -> Iterator[tuple[str, str]]:
    """The codes whose answers a condition speaks of, each with its place."""
    for name in ("all", "any"):
        for index, part in enumerate((condition or {}).get(name) or ()):
            yield from _asked_about(part, f"{at}/{name}/{index}")
    if condition and condition.get("not") is not None:
        yield from _asked_about(condition["not"], f"{at}/not")
    if condition and condition.get("answer") is not None:
        yield at, condition["answer"]


def concerns(standard: JsonObject, services: Collection[str], categories: Collection[str]) -> bool:
    """Whether any rule could come to apply at an order of these services, for units of these categories, whatever is answered."""
    fits = not standard["categories"] or not set(standard["categories"]).isdisjoint(categories)
    return fits and any(True in _outcomes(rule.get("when"), services) for rule in standard["rules"])


def _outcomes(condition: JsonObject | None, services: Collection[str]) -> set[bool]:
    """How a condition may come out when only the services are known. Each part is looked at alone: rather one too many than one too few."""
    said = {name: part for name, part in (condition or {}).items() if part is not None}
    parts = [_outcomes(part, services) for part in said.get("all", ())]
    if "any" in said:
        parts.append(_negated(_together([_negated(_outcomes(part, services)) for part in said["any"]])))
    if "not" in said:
        parts.append(_negated(_outcomes(said["not"], services)))
    if "service" in said:
        parts.append({said["service"] in services})
    if {"answer", "category"} & said.keys():
        parts.append({True, False})
    return _together(parts)


def _together(parts: Sequence[set[bool]]) -> set[bool]:
    may_hold, may_fail = all(True in part for part in parts), any(False in part for part in parts)
    return {outcome for outcome, may_be in ((True, may_hold), (False, may_fail)) if may_be}


def _negated(outcomes: set[bool]) -> set[bool]:
    return {not outcome for outcome in outcomes}


def value_asked(rule: JsonObject) -> JsonObject | None:
    """The one answer that a rule asks for, or None."""
    return next((asked for asked in rule["evidence"] if asked["kind"] in VALUE_KINDS), None)


def _rules(rules: list[JsonObject], roles: JsonObject) -> None:
    before: dict[str, JsonObject] = {}
    for at, rule in _each_with_place(rules, "/rules", "code"):
        need(rule["per"] == "component" or rule.get("component") is None, f"{at}/component", "per_not_component")
        _condition(rule.get("when"), before, f"{at}/when", CONDITION_DEPTH)
        _evidence(rule["evidence"], roles, rule["per"], f"{at}/evidence")
        if rule.get("exception") is not None:
            for _ in _each_with_place(rule["exception"]["reasons"], f"{at}/exception/reasons", "reason"):
                pass
        remedy = rule.get("remedy") or {}
        need(
            (remedy.get("amount") is None) == (remedy.get("currency") is None),
            f"{at}/remedy/currency",
            "amount_and_currency",
        )
        before[rule["code"]] = rule


def _evidence(evidence: list[JsonObject], roles: JsonObject, per: str, at: str) -> None:
    values = [asked for asked in evidence if asked["kind"] in VALUE_KINDS]
    need(len(values) <= 1, at, "one_value", allowed=", ".join(VALUE_KINDS))
    for index, asked in enumerate(evidence):
        place, kind = f"{at}/{index}", asked["kind"]
        others = evidence[:index]
        if kind == "photo":
            need(asked["role"] in roles, f"{place}/role", "no_such_role")
            need(not any(other.get("role") == asked["role"] for other in others), f"{place}/role", "role_twice")
        elif kind in ("scan", "signoff", "acknowledge"):
            need(not any(other["kind"] == kind for other in others), place, "asked_twice")
        if kind == "scan":
            need(per != "job", f"{place}/kind", "nothing_to_scan")
        elif kind == "signoff":
            need(per == "job", f"{place}/kind", "signoff_of_job")
        elif kind in ("choice", "multi"):
            options = list(_each_with_place(asked["options"], f"{place}/options", "value"))
            need((asked.get("min") or 0) <= len(options), f"{place}/min", "more_than_options")
        elif kind == "reading":
            _limits(asked, place)


def _limits(asked: JsonObject, at: str) -> None:
    low, high, decimals = asked.get("min"), asked.get("max"), asked.get("decimals")
    for name, limit in (("min", low), ("max", high)):
        if limit is not None and decimals is not None:
            need(len(limit.partition(".")[2]) <= decimals, f"{at}/{name}", "too_many_decimals", most=decimals)
    if low is not None and high is not None:
        need(Decimal(low) <= Decimal(high), f"{at}/max", "below_min")


def _condition(condition: JsonObject | None, before: Mapping[str, JsonObject], at: str, depth: int) -> None:
    """A condition may speak only of rules that stand before it, so there can be no cycle."""
    if condition is None:
        return
    need(depth > 0, at, "too_deep", most=CONDITION_DEPTH)
    for name in ("all", "any"):
        for index, part in enumerate(condition.get(name) or ()):
            _condition(part, before, f"{at}/{name}/{index}", depth - 1)
    _condition(condition.get("not"), before, f"{at}/not", depth - 1)
    asked_about = [name for name in _LEAVES if condition.get(name) is not None]
    code = condition.get("answer")
    if code is None:
        need(not asked_about and condition.get("unit") is None, f"{at}/answer", "answer_missing")
        return
    need(code in before, f"{at}/answer", "no_rule_before")
    need(bool(asked_about), f"{at}/is", "value_missing")
    _fits(condition, asked_about, value_asked(before[code]), at)


def _fits(condition: JsonObject, asked_about: list[str], asked: JsonObject | None, at: str) -> None:
    """Whether the answer that a condition speaks of can be what it should be."""
    need(asked is not None, f"{at}/answer", "no_answer")
    kind = asked["kind"] if asked else ""
    for name in asked_about:
        allowed = {"is": kind != "reading", "includes": kind == "multi"}.get(name, kind == "reading")
        need(allowed, f"{at}/{name}", "does_not_fit", kind=kind)
    if kind == "reading" and asked:
        need(condition.get("unit") == asked["unit"], f"{at}/unit", "other_unit", needed=asked["unit"])
    else:
        need(condition.get("unit") is None, f"{at}/unit", "unit_of_reading")
    wanted = condition.get("is")
    if kind in ("choice", "multi") and asked:
        options = [option["value"] for option in asked["options"]]
        told = wanted if isinstance(wanted, list) else [] if wanted is None else [wanted]
        told = [*told, *([condition["includes"]] if condition.get("includes") is not None else [])]
        for value in told:
            need(value in options, f"{at}/{asked_about[0]}", "no_such_option", value=str(value)[:40])
    if wanted is not None:
        fits = {"confirm": bool, "multi": list}.get(kind, str)
        need(isinstance(wanted, fits), f"{at}/is", {bool: "not_true_or_false", list: "not_a_list"}.get(fits, "not_a_text"))


def _each_with_place(entries: Any, at: str, named: str) -> Iterator[tuple[str, JsonObject]]:
    """The entries of a list, each with its place; the member that names them is in the list only once."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        need(entry[named] not in seen, f"{at}/{index}/{named}", "named_twice", name=str(entry[named])[:64])
        seen.add(entry[named])
        yield f"{at}/{index}", entry


def _members(pairs: list[tuple[str, Any]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is named twice")
    return members


def _no_number(token: str) -> object:
    raise ValueError(f"no such number: {token[:40]}")
