"""What is true about a job, computed from its events (PROTOCOL F).

`fold` is the only way to learn a job's state. It is pure: the same events in the same order give the same state here and in
`app/pwa/src/domain/job.ts`, and `tests/vectors/fold` holds both to it. State is plain JSON; its members are described in
`tests/vectors/README.md`.
"""

from collections.abc import Iterable

from app.domain.decisions import DECISIONS
from app.domain.events import Event, JsonObject, is_fact, knows, upcast
from app.domain.facts import FACTS
from app.domain.job_state import add_anomaly, copied, current_answer, find, is_late, open_findings, planned

__all__ = ["FOLD_V", "advance", "current_answer", "find", "fold", "is_late", "open_findings", "planned"]

FOLD_V = 3


def fold(events: Iterable[Event], state: JsonObject | None = None) -> JsonObject:
    """Apply `events` in order of `rev` and return the resulting state; `state` itself is left as it was.

    A fact is never refused here. One that cannot count as hoped leaves an anomaly for the supervisor (F1).
    """
    return advance(planned() if state is None else copied(state), events)


def advance(state: JsonObject, events: Iterable[Event]) -> JsonObject:
    """`fold` for a caller that owns `state` and no longer needs it as it was: it is changed and returned."""
    for event in events:
        _apply(state, event)
    return state


def _apply(state: JsonObject, event: Event) -> None:
    for flag in event.flags:
        if flag != "unknown_kind":
            add_anomaly(state, event, flag)
    if event.redacted:
        add_anomaly(state, event, "redacted")
    elif not knows(event.kind, event.kv):
        add_anomaly(state, event, "unknown_kind", event.kind)
    elif not is_fact(event.kind):
        DECISIONS[event.kind](state, event, upcast(event.kind, event.kv, event.data))
    else:
        _apply_fact(state, event)


def _apply_fact(state: JsonObject, event: Event) -> None:
    if event.actor not in state["crew_ever"]:
        add_anomaly(state, event, "outsider", event.actor)
        return
    if event.actor not in state["crew"]:
        add_anomaly(state, event, "not_assigned", event.actor)
    if is_late(state):
        add_anomaly(state, event, "cancelled" if state["stage"] == "cancelled" else "late")
    data = upcast(event.kind, event.kv, event.data)
    unit_id = data.get("unit_id")
    if unit_id is not None and find(state["units"], "unit_id", unit_id) is None:
        add_anomaly(state, event, "unknown_unit", unit_id)
    FACTS[event.kind](state, event, data)
