"""What each kind of fact does to a job's state (PROTOCOL F4 to F11). The same functions stand in `app/pwa/src/domain/facts.ts`."""

from collections.abc import Callable, Mapping
from typing import Any

from app.domain.events import Event, JsonObject
from app.domain.job_state import (
    add_anomaly,
    current_answer,
    find,
    is_late,
    key_of,
    recorded,
    settle_findings,
    visit_of,
)
from app.domain.serial import normal_serial

_ON_THE_ROAD = ("planned", "dispatched", "on_the_way", "on_site")


def _log_fact(state: JsonObject, event: Event, data: JsonObject) -> None:
    """`log.opened` and `storage.lost` speak of the device. In a job they say nothing about the job."""


def _departed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _mark_visit(state, event, data, departed=recorded(state, event, data))
    if data["visit_id"] == state["visit_id"] and state["stage"] == "dispatched":
        state["stage"] = "on_the_way"


def _arrived(state: JsonObject, event: Event, data: JsonObject) -> None:
    _mark_visit(state, event, data, arrived=recorded(state, event, data))
    if data["visit_id"] == state["visit_id"] and state["stage"] in _ON_THE_ROAD:
        state["stage"] = "on_site"


def _end_visit(state: JsonObject, event: Event, data: JsonObject, outcome: str, stage: str) -> None:
    ended = recorded(state, event, data)
    _mark_visit(state, event, data, ended=ended, outcome=outcome, reason=data.get("reason"), note=data.get("note"))
    if data["visit_id"] == state["visit_id"] and state["stage"] in (*_ON_THE_ROAD, "finished", "failed"):
        state["stage"] = stage


def _mark_visit(state: JsonObject, event: Event, data: JsonObject, **members: Any) -> None:
    """Set members of the fact's visit, the first of them being what happened; a late fact replaces nothing (F5)."""
    visit = visit_of(state, data["visit_id"])
    if not is_late(state) or visit[next(iter(members))] is None:
        visit.update(members)


def _completed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _end_visit(state, event, data, data["outcome"], "finished")


def _failed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _end_visit(state, event, data, "failed", "failed")


def _scanned(state: JsonObject, event: Event, data: JsonObject) -> None:
    members = ("unit_id", "component", "step_id", "raw", "symbology", "method", "gtin", "serial", "verdict")
    state["scans"].append(recorded(state, event, data, *members))
    if data["verdict"] == "wrong":
        add_anomaly(state, event, "wrong_unit", data.get("serial"))
    expected = _expected_serial(state, data.get("unit_id"), data.get("component"))
    serial = data.get("serial")
    read_another = serial is not None and expected is not None and normal_serial(serial) != normal_serial(expected)
    if data["verdict"] == "match" and read_another:
        add_anomaly(state, event, "serial_mismatch", data.get("serial"))


def _expected_serial(state: JsonObject, unit_id: str | None, component: str | None) -> str | None:
    labelled = find(state["units"], "unit_id", unit_id)
    if labelled is not None and component is not None:
        labelled = find(labelled["components"], "component_id", component)
    return labelled["serial"] if labelled else None


def _answered(state: JsonObject, event: Event, data: JsonObject) -> None:
    members = ("step_id", "unit_id", "component", "value", "unit", "exception", "finding_id")
    answer = recorded(state, event, data, *members) | {"current": not is_late(state), "conflict": False}
    before = current_answer(state, *key_of(answer))
    if before is not None and answer["current"]:
        unseen = before["device_id"] != event.device_id and event.seen_rev < before["rev"]
        if unseen and _said(before) != _said(answer):
            before["conflict"] = answer["conflict"] = True
            add_anomaly(state, event, "conflict", data["step_id"])
        before["current"] = False
    state["answers"].append(answer)
    _answer_finding(state, event, data)


def _acknowledged(state: JsonObject, event: Event, data: JsonObject) -> None:
    members = ("step_id", "unit_id", "component", "text_sha256", "text_size", "strokes_sha256", "strokes_size")
    state["acknowledgements"].append(recorded(state, event, data, *members, "typed_name", "name", "relation", "language", "finding_id"))
    _answer_finding(state, event, data)


def _said(answer: JsonObject) -> tuple[Any, Any, Any]:
    exception = answer["exception"]
    return answer["value"], answer["unit"], exception and (exception["reason"], exception.get("note"))


def _captured(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["photos"], "photo_id", data["photo_id"]) is not None:
        add_anomaly(state, event, "duplicate_id", data["photo_id"])
        return
    what = ("photo_id", "role", "step_id", "unit_id", "component", "of")
    photo = recorded(state, event, data, *what, "sha256", "size", "mime", "w", "h", "source", "quality", "finding_id")
    photo |= {"retracted": False, "replaced_by": None, "after_signoff": bool(state["signoffs"])}
    finding = _answer_finding(state, event, data)
    replaced = find(state["photos"], "photo_id", finding["photo_id"]) if finding else None
    if replaced is not None:
        replaced["replaced_by"] = data["photo_id"]
    state["photos"].append(photo)


def _retracted(state: JsonObject, event: Event, data: JsonObject) -> None:
    photo = find(state["photos"], "photo_id", data["photo_id"])
    if photo is None:
        add_anomaly(state, event, "unknown_photo", data["photo_id"])
    elif not is_late(state):
        photo["retracted"] = True


def _handed_over(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["handovers"].append(recorded(state, event, data, "unit_ids", "from", "to", "condition", "note"))
    for unit_id in data["unit_ids"]:
        unit = find(state["units"], "unit_id", unit_id)
        if unit is None:
            add_anomaly(state, event, "unknown_unit", unit_id)
            continue
        if unit["holder"] not in (None, data["from"]):
            add_anomaly(state, event, "custody_gap", unit_id)
        unit["holder"] = data["to"]


def _raised(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["issues"], "issue_id", data["issue_id"]) is not None:
        add_anomaly(state, event, "duplicate_id", data["issue_id"])
        return
    state["issues"].append(recorded(state, event, data, "issue_id", "code", "unit_id", "note"))


def _noted(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["notes"].append(recorded(state, event, data, "text"))


def _signed_off(state: JsonObject, event: Event, data: JsonObject) -> None:
    if state["signoffs"] and data.get("finding_id") is None:
        add_anomaly(state, event, "second_signoff")
    members = ("outcome", "reason", "statement_sha256", "statement_size", "strokes_sha256", "strokes_size")
    state["signoffs"].append(recorded(state, event, data, *members, "typed_name", "name", "relation", "language", "finding_id"))
    _answer_finding(state, event, data)


def _answer_finding(state: JsonObject, event: Event, data: JsonObject) -> JsonObject | None:
    """Mark the finding that a fact names as answered, and return it; None when it names none that is open (F7)."""
    finding_id = data.get("finding_id")
    if finding_id is None:
        return None
    finding = find(state["findings"], "finding_id", finding_id)
    if finding is None:
        add_anomaly(state, event, "unknown_finding", finding_id)
        return None
    if finding["status"] != "open" or is_late(state):
        return None
    finding.update(status="answered", answered_by=event.event_id)
    settle_findings(state)
    return finding


Applied = Callable[[JsonObject, Event, JsonObject], None]

FACTS: Mapping[str, Applied] = {
    "log.opened": _log_fact,
    "storage.lost": _log_fact,
    "visit.departed": _departed,
    "visit.arrived": _arrived,
    "visit.completed": _completed,
    "visit.failed": _failed,
    "unit.scanned": _scanned,
    "step.answered": _answered,
    "step.acknowledged": _acknowledged,
    "photo.captured": _captured,
    "photo.retracted": _retracted,
    "custody.handed_over": _handed_over,
    "issue.raised": _raised,
    "note.added": _noted,
    "signoff.recorded": _signed_off,
}
