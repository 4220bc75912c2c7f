"""A job's state: what it begins with, its records and how to look into it. `tests/vectors/README.md` describes every member.

The same functions stand in `app/pwa/src/domain/jobState.ts`.
"""

from typing import Any

from app.domain.events import Event, JsonObject

SETTLED = ("approved", "sealed")
_CLOSED = (*SETTLED, "cancelled")
# What the fold itself may find. A flag of an event (PROTOCOL S15) becomes an anomaly of its own name besides these.
ANOMALY_CODES = (
    "redacted",
    "unknown_kind",
    "outsider",
    "not_assigned",
    "late",
    "cancelled",
    "unknown_unit",
    "wrong_unit",
    "serial_mismatch",
    "conflict",
    "duplicate_id",
    "unknown_photo",
    "custody_gap",
    "second_signoff",
    "unknown_finding",
)


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
        "acknowledgements": [],
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


def is_late(state: JsonObject) -> bool:
    """Whether facts about the job come too late to change its outcome (F5)."""
    return state["stage"] in _CLOSED


def find(records: list[JsonObject], key: str, value: object) -> JsonObject | None:
    """The first record whose `key` is `value`."""
    for record in records:
        if record[key] == value:
            return record
    return None


def current_answer(state: JsonObject, step_id: str, unit_id: str | None, component: str | None) -> JsonObject | None:
    """The answer that counts for a step, or None."""
    for answer in state["answers"]:
        if answer["step_id"] == step_id and answer["current"] and answer["unit_id"] == unit_id and answer["component"] == component:
            found: JsonObject = answer
            return found
    return None


def open_findings(state: JsonObject) -> list[JsonObject]:
    """The findings that still ask the crew for something."""
    return [finding for finding in state["findings"] if finding["status"] == "open"]


def counted_photos(state: JsonObject) -> list[JsonObject]:
    """The photos that still count: neither taken back nor replaced, and no marked copies (F14)."""
    return [photo for photo in state["photos"] if not photo["retracted"] and photo["replaced_by"] is None and photo.get("of") is None]


def add_anomaly(state: JsonObject, event: Event, code: str, about: str | None = None) -> None:
    """Note that a fact counts differently than hoped (F1)."""
    state["anomalies"].append({"code": code, "event_id": event.event_id, "rev": event.rev, "about": about})


def recorded(state: JsonObject, event: Event, data: JsonObject, *names: str) -> JsonObject:
    """A record of the named members of `data`, of who recorded it, when it was claimed to be, and whether it is late."""
    record = picked(data, *names)
    record["event_id"], record["device_id"], record["actor"] = event.event_id, event.device_id, event.actor
    record["at"], record["rev"], record["late"] = event.at, event.rev, is_late(state)
    return record


def decided(event: Event, data: JsonObject, *names: str) -> JsonObject:
    """A record of the named members of `data` and of who decided."""
    return picked(data, *names) | {"event_id": event.event_id, "actor": event.actor, "at": event.at, "rev": event.rev}


def picked(data: JsonObject, *names: str) -> JsonObject:
    """The named members of `data`, copied, so that no event and no earlier state shares a part; None for what is absent."""
    found = dict(zip(names, map(data.get, names), strict=True))
    for name, value in found.items():
        if type(value) is dict or type(value) is list:
            found[name] = copied(value)
    return found


def copied(value: Any) -> Any:
    """A copy of plain JSON that shares no part with it; the library's own way costs several times as much."""
    if type(value) is dict:
        return {name: copied(part) for name, part in value.items()}
    return [copied(part) for part in value] if type(value) is list else value


def visit_of(state: JsonObject, visit_id: str) -> JsonObject:
    """The visit of that id, made when it is the first time that it is spoken of."""
    visit = find(state["visits"], "visit_id", visit_id)
    if visit is None:
        visit = {"visit_id": visit_id, "departed": None, "arrived": None, "ended": None, "outcome": None, "reason": None, "note": None}
        state["visits"].append(visit)
    return visit


def settle_findings(state: JsonObject) -> None:
    """Move a returned job on when nothing is asked of the crew any more (F8)."""
    if state["stage"] == "returned" and not open_findings(state):
        state["stage"] = "finished"


def key_of(record: JsonObject) -> tuple[Any, Any, Any]:
    """What an answer is an answer to."""
    return record["step_id"], record["unit_id"], record["component"]
