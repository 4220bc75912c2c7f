"""What each kind of decision does to a job's state (PROTOCOL F7, F8). The same functions stand in `app/pwa/src/domain/decisions.ts`."""

from collections.abc import Callable, Mapping

from app.domain.events import Event, JsonObject
from app.domain.job_state import SETTLED, add_anomaly, decided, find, is_late, picked, settle_findings, visit_of


def _created(state: JsonObject, event: Event, data: JsonObject) -> None:
    state.update(picked(data, "order_ref", "platform", "services", "customer", "address", "note"))
    state["units"] = [
        picked(unit, "unit_id", "gtin", "category", "name", "serial")
        | {
            "components": [picked(part, "component_id", "name", "serial") for part in unit["components"]],
            "holder": None,
        }
        for unit in data["units"]
    ]


def _scheduled(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["slot"] = picked(data["slot"], "from", "to")


def _dispatched(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["visit_id"] = data["visit_id"]
    state["station_id"] = data["station_id"]
    state["crew"] = list(data["crew"])
    state["crew_ever"] = list(dict.fromkeys([*state["crew_ever"], *data["crew"]]))
    state["standards"] = [picked(pinned, "standard_id", "version", "digest") for pinned in data["standards"]]
    new_visit = find(state["visits"], "visit_id", data["visit_id"]) is None
    if not is_late(state) and (new_visit or state["stage"] == "planned"):
        state["stage"] = "dispatched"
    visit_of(state, data["visit_id"])


def _amended(state: JsonObject, event: Event, data: JsonObject) -> None:
    given = picked(data, "customer", "address", "note")
    state.update({name: value for name, value in given.items() if value is not None})


def _cancelled(state: JsonObject, event: Event, data: JsonObject) -> None:
    if state["stage"] not in SETTLED:
        state["stage"] = "cancelled"
        state["cancelled"] = decided(event, data, "reason")


def _finding_opened(state: JsonObject, event: Event, data: JsonObject) -> None:
    if find(state["findings"], "finding_id", data["finding_id"]) is not None:
        add_anomaly(state, event, "duplicate_id", data["finding_id"])
        return
    photo = find(state["photos"], "photo_id", data.get("photo_id")) if data.get("photo_id") is not None else None
    target = photo or data
    finding = decided(event, data, "finding_id", "photo_id", "reason", "note", "mark")
    finding |= picked(target, "step_id", "unit_id", "component")
    state["findings"].append(finding | {"status": "open", "answered_by": None, "verdict": None})


def _finding_closed(state: JsonObject, event: Event, data: JsonObject) -> None:
    finding = find(state["findings"], "finding_id", data["finding_id"])
    if finding is None:
        add_anomaly(state, event, "unknown_finding", data["finding_id"])
        return
    finding.update(status="closed", verdict=data["verdict"])
    settle_findings(state)


def _job_returned(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["returned"] = decided(event, data, "note")
    if state["stage"] in ("finished", "failed"):
        state["stage"] = "returned"


def _approved(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["approved"] = decided(event, data, "note")
    state["stage"] = "approved"


def _sealed(state: JsonObject, event: Event, data: JsonObject) -> None:
    state["sealed"] = decided(event, data, "proof_sha256", "proof_id")
    state["stage"] = "sealed"


Applied = Callable[[JsonObject, Event, JsonObject], None]

DECISIONS: Mapping[str, Applied] = {
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
