"""What is true about a job, computed from its events (PROTOCOL F).

`fold` is the only way to learn a job's state. It is pure: the same events in the same order give the same state here and in
`app/pwa/src/domain/job.ts`, and `tests/vectors/fold` holds both to it. State is plain JSON; its members are described in
`tests/vectors/README.md`.
"""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from app.domain.events import Event, JsonObject, is_fact, knows, upcast

FOLD_V = 1

Applied = Callable[[JsonObject, Event, JsonObject], None]

_ON_THE_ROAD = ("planned", "dispatched", "on_the_way", "on_site")
_SETTLED = ("approved", "sealed")


def planned() -> JsonObject:
    """The state of a job of which nothing is known yet."""
    return {
        "stage": "planned",
        "order_ref": None,
        "platform": None,
        "services": [],
        "customer": None,
        "address": None,
        "note": None,
        "slot": None,
        "station_id": None,
        "visit_id": None,
        "crew": [],
        "crew_ever": [],
        "standards": [],
        "units": [],
        "visits": [],
        "scans": [],
        "answers": [],
        "photos": [],
        "handovers": [],
        "issues": [],
        "notes": [],
        "signoffs": [],
        "findings": [],
        "returned": None,
        "approved": None,
        "sealed": None,
        "cancelled": None,
        "anomalies": [],
    }


def fold(events: Iterable[Event], state: JsonObject | None = None) -> JsonObject:
    """Apply `events` in order of `rev` and return the resulting state; `state` itself is left as it was.

    A fact is never refused here. One that cannot count as hoped leaves an anomaly for the supervisor (F1).
    """
    return advance(planned() if state is None else copy.deepcopy(state), events)


def advance(state: JsonObject, events: Iterable[Event]) -> JsonObject:
    """`fold` for a caller that owns `state` and no longer needs it as it was: it is changed and returned."""
    for event in events:
        _apply(state, event)
    return state


def is_late(state: JsonObject) -> bool:
    """Whether facts about the job come too late to change its outcome (F5)."""
    return state["stage"] in (*_SETTLED, "cancelled")


def find(records: list[JsonObject], key: str, value: object) -> JsonObject | None:
    """The first record whose `key` is `value`."""
    return next((record for record in records if record[key] == value), None)


def current_answer(state: JsonObject, step_id: str, unit_id: str | None, component: str | None) -> JsonObject | None:
    """The answer that counts for a step, or None."""
    key = (step_id, unit_id, component)
    return next((answer for answer in state["answers"] if answer["current"] and _key(answer) == key), None)


def open_findings(state: JsonObject) -> list[JsonObject]:
    """The findings that still ask the crew for something."""
    return [finding for finding in state["findings"] if finding["status"] == "open"]


def _apply(state: JsonObject, event: Event) -> None:
    for flag in event.flags:
        if flag != "unknown_kind":
            _anomaly(state, event, flag)
    if event.redacted:
        _anomaly(state, event, "redacted")
    elif not knows(event.kind, event.kv):
        _anomaly(state, event, "unknown_kind", event.kind)
    elif not is_fact(event.kind):
        _DECISIONS[event.kind](state, event, upcast(event.kind, event.kv, event.data))
    else:
        _apply_fact(state, event)


def _apply_fact(state: JsonObject, event: Event) -> None:
    if event.actor not in state["crew_ever"]:
        _anomaly(state, event, "outsider", event.actor)
        return
    if event.actor not in state["crew"]:
        _anomaly(state, event, "not_assigned", event.actor)
    if is_late(state):
        _anomaly(state, event, "cancelled" if state["stage"] == "cancelled" else "late")
    data = upcast(event.kind, event.kv, event.data)
    unit_id = data.get("unit_id")
    if unit_id is not None and find(state["units"], "unit_id", unit_id) is None:
        _anomaly(state, event, "unknown_unit", unit_id)
    _FACTS[event.kind](state, event, data)


def _anomaly(state: JsonObject, event: Event, code: str, about: str | None = None) -> None:
    state["anomalies"].append({"code": code, "event_id": event.event_id, "rev": event.rev, "about": about})


def _record(state: JsonObject, event: Event, data: JsonObject, *names: str) -> JsonObject:
    """A record of the named members of `data`, and of who recorded it and when it was claimed to be."""
    return {name: data.get(name) for name in names} | {
        "event_id": event.event_id,
        "device_id": event.device_id,
        "actor": event.actor,
        "at": event.at,
        "rev": event.rev,
        "late": is_late(state),
    }


def _key(record: JsonObject) -> tuple[Any, Any, Any]:
    return record["step_id"], record["unit_id"], record["component"]


# --- facts -------------------------------------------------------------------------------------------------------


def _log_fact(state: JsonObject, event: Event, data: JsonObject) -> None:
    """`log.opened` and `storage.lost` speak of the device. In a job they say nothing about the job."""


def _visit(state: JsonObject, visit_id: str) -> JsonObject:
    visit = find(state["visits"], "visit_id", visit_id)
    if visit is None:
        visit = {"visit_id": visit_id, "departed": None, "arrived": None, "ended": None, "outcome": None, "reason": None, "note": None}
        state["visits"].append(visit)
    return visit


def _departed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _visit(state, data["visit_id"])["departed"] = _record(state, event, data)
    if data["visit_id"] == state["visit_id"] and state["stage"] in ("planned", "dispatched"):
        state["stage"] = "on_the_way"


def _arrived(state: JsonObject, event: Event, data: JsonObject) -> None:
    _visit(state, data["visit_id"])["arrived"] = _record(state, event, data)
    if data["visit_id"] == state["visit_id"] and state["stage"] in _ON_THE_ROAD:
        state["stage"] = "on_site"


def _end_visit(state: JsonObject, event: Event, data: JsonObject, outcome: str, stage: str) -> None:
    visit = _visit(state, data["visit_id"])
    visit.update(ended=_record(state, event, data), outcome=outcome, reason=data.get("reason"), note=data.get("note"))
    if data["visit_id"] == state["visit_id"] and state["stage"] in (*_ON_THE_ROAD, "finished", "failed"):
        state["stage"] = stage


def _completed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _end_visit(state, event, data, data["outcome"], "finished")


def _failed(state: JsonObject, event: Event, data: JsonObject) -> None:
    _end_visit(state, event, data, "failed", "failed")


def _scanned(state: JsonObject, event: Event, data: JsonObject) -> None:
    members = ("unit_id", "component", "step_id", "raw", "symbology", "method", "gtin", "serial", "verdict")
    state["scans"].append(_record(state, event, data, *members))
    if data["verdict"] == "wrong":
        _anomaly(state, event, "wrong_unit", data.get("serial"))
    expected = _expected_serial(state, data.get("unit_id"), data.get("component"))
    if data["verdict"] == "match" and expected is not None and data.get("serial") != expected:
        _anomaly(state, event, "serial_mismatch", data.get("serial"))


def _expected_serial(state: JsonObject, unit_id: str | None, component: str | None) -> str | None:
    labelled = find(state["units"], "unit_id", unit_id)
    if labelled is not None and component is not None:
        labelled = find(labelled["components"], "component_id", component)
    return labelled["serial"] if labelled else None


def _answered(state: JsonObject, event: Event, data: JsonObject) -> None:
    members = ("step_id", "unit_id", "component", "value", "unit", "exception", "finding_id")
    answer = _record(state, event, data, *members) | {"current": not is_late(state), "conflict": False}
    before = current_answer(state, *_key(answer))
    if before is not None and answer["current"]:
        unseen = before["device_id"] != event.device_id and event.seen_rev < before["rev"]
        if unseen and _said(before) != _said(answer):
            before["conflict"] = answer["conflict"] = True
            _anomaly(state, event, "conflict", data["step_id"])
        before["current"] = False
    state["answers"].append(answer)
    _answer_finding(state, event, data)


def _said(answer: JsonObject) -> tuple[Any, Any, Any]:
    exception = answer["exception"]
    return answer["value"], answer["unit"], exception and (exception["reason"], exception.get("note"))


def _captured(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["photos"], "photo_id", data["photo_id"]) is not None:
        _anomaly(state, event, "duplicate_id", data["photo_id"])
        return
    members = ("photo_id", "role", "step_id", "unit_id", "component", "sha256", "size", "mime", "w", "h", "source", "quality", "finding_id")
    photo = _record(state, event, data, *members)
    photo |= {"retracted": False, "replaced_by": None, "after_signoff": bool(state["signoffs"])}
    state["photos"].append(photo)
    finding = _answer_finding(state, event, data)
    replaced = find(state["photos"], "photo_id", finding["photo_id"]) if finding else None
    if replaced is not None:
        replaced["replaced_by"] = data["photo_id"]


def _retracted(state: JsonObject, event: Event, data: JsonObject) -> None:
    photo = find(state["photos"], "photo_id", data["photo_id"])
    if photo is None:
        _anomaly(state, event, "unknown_photo", data["photo_id"])
    elif not is_late(state):
        photo["retracted"] = True


def _handed_over(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["handovers"].append(_record(state, event, data, "unit_ids", "from", "to", "condition", "note"))
    for unit_id in data["unit_ids"]:
        unit = find(state["units"], "unit_id", unit_id)
        if unit is None:
            _anomaly(state, event, "unknown_unit", unit_id)
            continue
        if unit["holder"] not in (None, data["from"]):
            _anomaly(state, event, "custody_gap", unit_id)
        unit["holder"] = data["to"]


def _raised(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["issues"], "issue_id", data["issue_id"]) is not None:
        _anomaly(state, event, "duplicate_id", data["issue_id"])
        return
    state["issues"].append(_record(state, event, data, "issue_id", "code", "unit_id", "note"))


def _noted(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["notes"].append(_record(state, event, data, "text"))


def _signed_off(state: JsonObject, event: Event, data: JsonObject) -> None:
    if state["signoffs"] and data.get("finding_id") is None:
        _anomaly(state, event, "second_signoff")
    members = ("outcome", "reason", "statement_sha256", "statement_size", "strokes_sha256", "strokes_size")
    state["signoffs"].append(_record(state, event, data, *members, "typed_name", "name", "relation", "language", "finding_id"))
    _answer_finding(state, event, data)


def _answer_finding(state: JsonObject, event: Event, data: JsonObject) -> JsonObject | None:
    """Mark the finding that a fact names as answered, and return it; None when it names none that is open (F7)."""
    finding_id = data.get("finding_id")
    if finding_id is None:
        return None
    finding = find(state["findings"], "finding_id", finding_id)
    if finding is None:
        _anomaly(state, event, "unknown_finding", finding_id)
        return None
    if finding["status"] != "open" or is_late(state):
        return None
    finding.update(status="answered", answered_by=event.event_id)
    if state["stage"] == "returned" and not open_findings(state):
        state["stage"] = "finished"
    return finding


# --- decisions ---------------------------------------------------------------------------------------------------


def _created(state: JsonObject, event: Event, data: JsonObject) -> None:
    for name in ("order_ref", "platform", "services", "customer", "address", "note"):
        state[name] = copy.deepcopy(data.get(name))
    state["units"] = [
        {name: unit.get(name) for name in ("unit_id", "gtin", "category", "name", "serial")}
        | {
            "components": [{name: part.get(name) for name in ("component_id", "name", "serial")} for part in unit["components"]],
            "holder": None,
        }
        for unit in data["units"]
    ]


def _scheduled(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["slot"] = {"from": data["slot"]["from"], "to": data["slot"]["to"]}


def _dispatched(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["visit_id"] = data["visit_id"]
    state["station_id"] = data["station_id"]
    state["crew"] = list(data["crew"])
    state["crew_ever"] = list(dict.fromkeys([*state["crew_ever"], *data["crew"]]))
    state["standards"] = [{name: pinned[name] for name in ("standard_id", "version", "digest")} for pinned in data["standards"]]
    new_visit = find(state["visits"], "visit_id", data["visit_id"]) is None
    if not is_late(state) and (new_visit or state["stage"] == "planned"):
        state["stage"] = "dispatched"
    _visit(state, data["visit_id"])


def _amended(state: JsonObject, event: Event, data: JsonObject) -> None:
    for name in ("customer", "address", "note"):
        if data.get(name) is not None:
            state[name] = copy.deepcopy(data[name])


def _cancelled(state: JsonObject, event: Event, data: JsonObject) -> None:
    if state["stage"] not in _SETTLED:
        state["stage"] = "cancelled"
        state["cancelled"] = _decision(event, data, "reason")


def _finding_opened(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["findings"], "finding_id", data["finding_id"]) is not None:
        _anomaly(state, event, "duplicate_id", data["finding_id"])
        return
    photo = find(state["photos"], "photo_id", data.get("photo_id")) if data.get("photo_id") is not None else None
    target = photo or data
    finding = _decision(event, data, "finding_id", "photo_id", "reason", "note", "mark")
    finding |= {name: target.get(name) for name in ("step_id", "unit_id", "component")}
    state["findings"].append(finding | {"status": "open", "answered_by": None, "verdict": None})


def _finding_closed(state: JsonObject, event: Event, data: JsonObject) -> None:
    finding = find(state["findings"], "finding_id", data["finding_id"])
    if finding is None:
        _anomaly(state, event, "unknown_finding", data["finding_id"])
        return
    finding.update(status="closed", verdict=data["verdict"])
    if state["stage"] == "returned" and not open_findings(state):
        state["stage"] = "finished"


def _job_returned(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["returned"] = _decision(event, data, "note")
    if state["stage"] in ("finished", "failed"):
        state["stage"] = "returned"


def _approved(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["approved"] = _decision(event, data, "note")
    state["stage"] = "approved"


def _sealed(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["sealed"] = _decision(event, data, "proof_sha256", "proof_id")
    state["stage"] = "sealed"


def _decision(event: Event, data: JsonObject, *names: str) -> JsonObject:
    members = {name: copy.deepcopy(data.get(name)) for name in names}
    return members | {"event_id": event.event_id, "actor": event.actor, "at": event.at, "rev": event.rev}


_FACTS: dict[str, Applied] = {
    "log.opened": _log_fact,
    "storage.lost": _log_fact,
    "visit.departed": _departed,
    "visit.arrived": _arrived,
    "visit.completed": _completed,
    "visit.failed": _failed,
    "unit.scanned": _scanned,
    "step.answered": _answered,
    "photo.captured": _captured,
    "photo.retracted": _retracted,
    "custody.handed_over": _handed_over,
    "issue.raised": _raised,
    "note.added": _noted,
    "signoff.recorded": _signed_off,
}

_DECISIONS: dict[str, Applied] = {
    "job.created": _created,
    "job.scheduled": _scheduled,
    "job.dispatched": _dispatched,
    "job.amended": _amended,
    "job.cancelled": _cancelled,
    "finding.opened": _finding_opened,
    "finding.closed": _finding_closed,
    "job.returned": _job_returned,
    "job.approved": _approved,
    "job.sealed": _sealed,
}
