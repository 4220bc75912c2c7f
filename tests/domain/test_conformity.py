"""Which rules of a job were met, excepted and broken."""

from typing import Any

from app.domain import checklist, conformity
from app.domain.job import planned

TITLE = {"en": "Title"}
REMEDY = {"text": {"en": "Done again, free of charge."}}


def rule(code: str, *evidence: dict[str, Any], severity: str = "must", **more: Any) -> dict[str, Any]:
    return {"code": code, "phase": "install", "per": "job", "severity": severity, "title": TITLE, "evidence": list(evidence), **more}


def answer(code: str, value: Any, exception: Any = None) -> dict[str, Any]:
    place = {"step_id": code, "unit_id": None, "component": None}
    return place | {"value": value, "exception": exception, "current": True, "at": "2026-11-22T09:30:00.000Z", "rev": 1}


CONFIRM = {"kind": "confirm"}
VOLTAGE = {"kind": "reading", "unit": "V", "min": "198", "max": "242"}
STANDARDS = [
    {
        "standard_id": "one",
        "categories": [],
        "rules": [
            rule("A-01", CONFIRM),
            rule("A-02", CONFIRM, exception={"reasons": [{"reason": "r", "title": TITLE}], "requires": "supervisor"}),
            rule("A-03", VOLTAGE, remedy=REMEDY),
            rule("A-04", CONFIRM, remedy=REMEDY),
            rule("A-05", CONFIRM, severity="should"),
            rule("A-06", CONFIRM, severity="info"),
            rule("A-07"),
        ],
    },
    {"standard_id": "two", "categories": [], "rules": [rule("B-01", CONFIRM), rule("B-02", CONFIRM, when={"service": "haul"})]},
]


def test_each_rule_counts_for_its_standard_as_what_became_of_it() -> None:
    state = planned()
    state["answers"] = [
        answer("A-01", True),
        answer("A-02", None, {"reason": "r", "note": "n"}),
        answer("A-03", "253"),
        answer("B-01", True),
    ]
    one, two = conformity.of_job(checklist.steps(state, STANDARDS), state["answers"])
    at = {"unit_id": None, "component": None, "title": TITLE}
    assert (one.standard_id, one.met, one.conforms) == ("one", 1, False)
    assert one.excepted == [{"step_id": "A-02", **at, "reason": "r", "note": "n", "requires": "supervisor"}]
    assert one.broken == [
        {"step_id": "A-03", **at, "why": "out_of_limits", "remedy": REMEDY},
        {"step_id": "A-04", **at, "why": "missing", "remedy": REMEDY},
    ]
    assert one.left_out == [{"step_id": "A-05", **at}]
    assert (two.standard_id, two.met, two.conforms, two.excepted) == ("two", 1, True, [])


def test_a_job_without_standards_breaks_none() -> None:
    assert conformity.of_job([], []) == []
