"""The checklist of a job: the pinned standards' rules, laid over its units, and what is still missing.

The same functions stand in `app/pwa/src/domain/checklist.ts`; `tests/vectors/checklist` holds both to them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.events import JsonObject
from app.domain.job import current_answer, open_findings
from app.domain.job_state import counted_photos, key_of
from app.domain.standard_format import PHASES, VALUE_KINDS, is_decimal

__all__ = ["applies", "blocking", "is_decimal", "steps", "within_limits"]

_BLANKS = " \t\r\n\u00a0\u3000"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def steps(state: JsonObject, standards: Sequence[JsonObject]) -> list[JsonObject]:
    """All applicable steps of a job, each `{step_id, unit_id, component, standard_id, rule, missing, verdict}`.

    `missing` names what is still asked: `value`, `photo:<role>`, `scan`, `acknowledge`, `signoff`, `finding`.
    `verdict` is `missing`, `met`, `excepted` or `out_of_limits`.
    The order is by phase, then the job's own steps before its units', then as the standards have them.
    """
    laid: list[tuple[int, int, JsonObject]] = []
    for standard in standards:
        for rule in standard["rules"]:
            for place, unit_id, component in _places(rule, standard, state):
                if applies(rule.get("when"), state, unit_id, component):
                    laid.append((PHASES.index(rule["phase"]), place, _step(state, standard, rule, (rule["code"], unit_id, component))))
    laid.sort(key=lambda entry: entry[:2])
    return [step for _, _, step in laid]


def blocking(laid: Iterable[JsonObject]) -> list[JsonObject]:
    """The steps that keep a visit from being completed: a `must` with something missing, or a finding to answer."""
    return [step for step in laid if step["missing"] and (step["rule"]["severity"] == "must" or "finding" in step["missing"])]


def applies(condition: JsonObject | None, state: JsonObject, unit_id: str | None, component: str | None = None) -> bool:
    """Whether all that a rule's condition says holds.

    An answer is looked for on the same component first, then on its unit, then on the job.
    """
    if condition is None:
        return True
    said = {name: part for name, part in condition.items() if part is not None}
    if not all(applies(part, state, unit_id, component) for part in said.get("all", ())):
        return False
    if "any" in said and not any(applies(part, state, unit_id, component) for part in said["any"]):
        return False
    if "not" in said and applies(said["not"], state, unit_id, component):
        return False
    if "service" in said and said["service"] not in state["services"]:
        return False
    if "category" in said and said["category"] not in _categories(state, unit_id):
        return False
    return "answer" not in said or _answer_fits(said, _answer_near(state, said["answer"], unit_id, component))


def _categories(state: JsonObject, unit_id: str | None) -> list[str]:
    """What a step is about: its unit's category, or those of all the job's units."""
    return [unit["category"] for unit in state["units"] if unit_id is None or unit["unit_id"] == unit_id]


def _answer_near(state: JsonObject, code: str, unit_id: str | None, component: str | None) -> JsonObject | None:
    own = current_answer(state, code, unit_id, component) if component is not None else None
    return own or current_answer(state, code, unit_id, None) or current_answer(state, code, None, None)


def _answer_fits(said: JsonObject, answer: JsonObject | None) -> bool:
    if answer is None:
        return False
    value = answer["value"]
    if "is" in said and not _is_same(value, said["is"]):
        return False
    if "includes" in said and not (isinstance(value, list) and said["includes"] in value):
        return False
    if "at_least" in said or "below" in said:
        if not is_decimal(value):
            return False
        reading = Decimal(value)
        return ("at_least" not in said or reading >= Decimal(said["at_least"])) and (
            "below" not in said or reading < Decimal(said["below"])
        )
    return True


def within_limits(asked: JsonObject, value: Any) -> bool:
    """Whether a reading lies within the rule's limits, both inclusive. Limits and reading are exact decimals."""
    reading = Decimal(value)
    low, high = asked.get("min"), asked.get("max")
    return (low is None or reading >= Decimal(low)) and (high is None or reading <= Decimal(high))


Key = tuple[str, str | None, str | None]
"""A step's place: its rule's code, its unit and its component."""


def _places(rule: JsonObject, standard: JsonObject, state: JsonObject) -> Iterator[tuple[int, str | None, str | None]]:
    if rule["per"] == "job":
        yield 0, None, None
        return
    categories = standard["categories"]
    for place, unit in enumerate(state["units"], start=1):
        if not categories or unit["category"] in categories:
            for component in _components(rule, unit) if rule["per"] == "component" else (None,):
                yield place, unit["unit_id"], component


def _components(rule: JsonObject, unit: JsonObject) -> Sequence[str | None]:
    """The unit's components that a rule is about: `outdoor` is about `outdoor` and `outdoor-2`.

    A unit whose order names none of them is asked as a whole: a rule does not go away because an order is short.
    """
    wanted = rule.get("component")
    ids = [component["component_id"] for component in unit["components"]]
    found = [one for one in ids if wanted is None or one == wanted or one.startswith(f"{wanted}-")]
    return found or (None,)


def _step(state: JsonObject, standard: JsonObject, rule: JsonObject, key: Key) -> JsonObject:
    answer = current_answer(state, *key)
    lacking = _missing(state, rule, key, answer)
    return {
        "step_id": key[0],
        "unit_id": key[1],
        "component": key[2],
        "standard_id": standard["standard_id"],
        "rule": rule,
        "missing": lacking,
        "verdict": _verdict(rule, answer, lacking),
    }


def _missing(state: JsonObject, rule: JsonObject, key: Key, answer: JsonObject | None) -> list[str]:
    lacking = ["finding"] if any(key_of(finding) == key for finding in open_findings(state)) else []
    if answer is not None and answer["exception"] is not None:
        agrees = (rule.get("exception") or {}).get("requires") == "customer"
        return [*lacking, "acknowledge"] if agrees and not _is_acknowledged(state, key, answer["rev"]) else lacking
    for asked in rule["evidence"]:
        kind = asked["kind"]
        if kind in VALUE_KINDS and not _is_given(asked, answer):
            lacking.append("value")
        elif kind == "photo" and _photo_count(state, key, asked["role"]) < asked["min"]:
            lacking.append(f"photo:{asked['role']}")
        elif kind == "scan" and not _is_scanned(state, key):
            lacking.append("scan")
        elif kind == "acknowledge" and not _is_acknowledged(state, key, 0):
            lacking.append("acknowledge")
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
    if answer is None:
        return False
    value, kind = answer["value"], asked["kind"]
    if kind == "confirm":
        return value is True
    if kind == "reading":
        return is_decimal(value)
    if kind == "choice":
        return any(_is_same(option["value"], value) for option in asked["options"])
    if kind == "multi":
        return _is_chosen(asked, value)
    if kind == "date":
        return _is_day(asked, value, answer["at"])
    return isinstance(value, str) and value.strip(_BLANKS) != ""


def _is_chosen(asked: JsonObject, value: Any) -> bool:
    """Whether a value is a list of different options, as many as are asked for at least."""
    if not isinstance(value, list) or len(set(value)) != len(value):
        return False
    options = [option["value"] for option in asked["options"]]
    return len(value) >= (asked.get("min") or 0) and all(one in options for one in value)


def _is_day(asked: JsonObject, value: Any, at: str) -> bool:
    """Whether a value is a day of the calendar; where only past ones will do, one that had begun somewhere when it was answered."""
    day = _day(value)
    answered = _day(at[:10])
    return day is not None and (not asked.get("past") or answered is None or day.toordinal() <= answered.toordinal() + 1)


def _day(text: Any) -> date | None:
    if not isinstance(text, str) or _DAY.fullmatch(text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _is_scanned(state: JsonObject, key: Key) -> bool:
    _, unit_id, component = key
    return any(
        scan["unit_id"] == unit_id and (component is None or scan["component"] == component) and scan["verdict"] != "wrong"
        for scan in state["scans"]
    )


def _is_acknowledged(state: JsonObject, key: Key, after_rev: int) -> bool:
    """Whether the customer agreed to it, by strokes or by a typed name, after that rev."""
    return any(
        key_of(one) == key and one["rev"] > after_rev and (one["strokes_sha256"] or one["typed_name"]) for one in state["acknowledgements"]
    )


def _photo_count(state: JsonObject, key: Key, role: str) -> int:
    return sum(key_of(photo) == key and photo["role"] == role for photo in counted_photos(state))


def _is_same(value: Any, other: Any) -> bool:
    """Whether two values are the same boolean, the same text or the same list of texts; true is not 1."""
    return type(value) is type(other) and bool(value == other)
