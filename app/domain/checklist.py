"""The checklist of a job: the pinned standards' rules, laid over its units, and what is still missing.

The same functions stand in `app/pwa/src/domain/checklist.ts`; `tests/vectors/checklist` holds both to them.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from app.domain.events import JsonObject
from app.domain.job import current_answer, open_findings
from app.domain.standard import PHASES, VALUE_KINDS, is_decimal

__all__ = ["applies", "blocking", "is_decimal", "steps", "within_limits"]

_BLANKS = " \t\r\n\u00a0\u3000"


def steps(state: JsonObject, standards: Sequence[JsonObject]) -> list[JsonObject]:
    """All applicable steps of a job, each `{step_id, unit_id, component, standard_id, rule, missing, verdict}`.

    `missing` names what is still asked: `value`, `photo:<role>`, `scan`, `signoff`, `finding`.
    `verdict` is `missing`, `met`, `excepted` or `out_of_limits`.
    The order is by phase, then the job's own steps before its units', then as the standards have them.
    """
    laid: list[tuple[int, int, JsonObject]] = []
    for standard in standards:
        for rule in standard["rules"]:
            for place, unit_id in _places(rule, standard, state):
                if applies(rule.get("when"), state, unit_id):
                    laid.append((PHASES.index(rule["phase"]), place, _step(state, standard, rule, unit_id)))
    laid.sort(key=lambda entry: entry[:2])
    return [step for _, _, step in laid]


def blocking(laid: Iterable[JsonObject]) -> list[JsonObject]:
    """The steps that keep a visit from being completed: a `must` with something missing, or a finding to answer."""
    return [step for step in laid if step["missing"] and (step["rule"]["severity"] == "must" or "finding" in step["missing"])]


def applies(condition: JsonObject | None, state: JsonObject, unit_id: str | None) -> bool:
    """Whether a rule's condition holds. An answer is looked for on the same unit first, then on the job."""
    if condition is None:
        return True
    checks = []
    if "all" in condition:
        checks.append(all(applies(part, state, unit_id) for part in condition["all"]))
    if "any" in condition:
        checks.append(any(applies(part, state, unit_id) for part in condition["any"]))
    if "not" in condition:
        checks.append(not applies(condition["not"], state, unit_id))
    if "service" in condition:
        checks.append(condition["service"] in state["services"])
    if "answer" in condition:
        answer = current_answer(state, condition["answer"], unit_id, None) or current_answer(state, condition["answer"], None, None)
        checks.append(answer is not None and _is_same(answer["value"], condition["is"]))
    return all(checks)


def within_limits(asked: JsonObject, value: Any) -> bool:
    """Whether a reading lies within the rule's limits, both inclusive. Limits and reading are exact decimals."""
    reading = Decimal(value)
    low, high = asked.get("min"), asked.get("max")
    return (low is None or reading >= Decimal(low)) and (high is None or reading <= Decimal(high))


def _places(rule: JsonObject, standard: JsonObject, state: JsonObject) -> list[tuple[int, str | None]]:
    if rule["per"] == "job":
        return [(0, None)]
    categories = standard["categories"]
    return [
        (place, unit["unit_id"]) for place, unit in enumerate(state["units"], start=1) if not categories or unit["category"] in categories
    ]


def _step(state: JsonObject, standard: JsonObject, rule: JsonObject, unit_id: str | None) -> JsonObject:
    answer = current_answer(state, rule["code"], unit_id, None)
    lacking = _missing(state, rule, unit_id, answer)
    return {
        "step_id": rule["code"],
        "unit_id": unit_id,
        "component": None,
        "standard_id": standard["standard_id"],
        "rule": rule,
        "missing": lacking,
        "verdict": _verdict(rule, answer, lacking),
    }


def _missing(state: JsonObject, rule: JsonObject, unit_id: str | None, answer: JsonObject | None) -> list[str]:
    lacking = ["finding"] if any(_key(finding) == (rule["code"], unit_id) for finding in open_findings(state)) else []
    if answer is not None and answer["exception"] is not None:
        return lacking
    for asked in rule["evidence"]:
        kind = asked["kind"]
        if kind in VALUE_KINDS and not _is_given(asked, answer):
            lacking.append("value")
        elif kind == "photo" and _photo_count(state, rule, unit_id, asked["role"]) < asked["min"]:
            lacking.append(f"photo:{asked['role']}")
        elif kind == "scan" and not any(scan["unit_id"] == unit_id and scan["verdict"] != "wrong" for scan in state["scans"]):
            lacking.append("scan")
        elif kind == "signoff" and not state["signoffs"]:
            lacking.append("signoff")
    return lacking


def _verdict(rule: JsonObject, answer: JsonObject | None, lacking: list[str]) -> str:
    if lacking:
        return "missing"
    if answer is None:
        return "met"
    if answer["exception"] is not None:
        return "excepted"
    reading = next((asked for asked in rule["evidence"] if asked["kind"] == "reading"), None)
    return "met" if reading is None or within_limits(reading, answer["value"]) else "out_of_limits"


def _is_given(asked: JsonObject, answer: JsonObject | None) -> bool:
    value = answer["value"] if answer else None
    if asked["kind"] == "confirm":
        return value is True
    if asked["kind"] == "reading":
        return is_decimal(value)
    if asked["kind"] == "choice":
        return any(_is_same(option["value"], value) for option in asked["options"])
    return isinstance(value, str) and value.strip(_BLANKS) != ""


def _is_same(value: Any, other: Any) -> bool:
    """Whether two values are the same boolean, the same text or the same list of texts; true is not 1."""
    return type(value) is type(other) and bool(value == other)


def _photo_count(state: JsonObject, rule: JsonObject, unit_id: str | None, role: str) -> int:
    return sum(
        _key(photo) == (rule["code"], unit_id) and photo["role"] == role and not photo["retracted"] and photo["replaced_by"] is None
        for photo in state["photos"]
    )


def _key(record: JsonObject) -> tuple[Any, Any]:
    return record["step_id"], record["unit_id"]
