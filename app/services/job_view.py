"""Keeping `job_view` equal to the fold of a job's events."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.domain.events import Event, JsonObject, data_problem, knows, parse_body
from app.domain.job import FOLD_V, advance, fold, open_findings, planned
from app.store import log
from app.store.db import writing
from app.store.events import EventRow
from app.store.jobs import JobView
from app.store.log import Folded, Refolded

ENDED = ("finished", "failed")
HELD_BY_PHONES = ("dispatched", "on_the_way", "on_site", "finished", "failed", "returned")
_UNFOLDABLE_KV = 1_000_000


def new_view(tenant_id: str, job_id: str, now: datetime) -> JobView:
    """The row of a job that has no event yet."""
    return JobView(
        job_id=job_id,
        tenant_id=tenant_id,
        rev=0,
        fold_v=FOLD_V,
        state=orjson.dumps(planned()),
        stage="planned",
        blobs_named=0,
        blobs_missing=0,
        anomalies=0,
        open_findings=0,
        updated_at=now,
    )


def state_of(view: JobView) -> JsonObject:
    """The folded state that a row keeps; the caller owns it. Members that an older fold did not have are as in a planned job."""
    state: JsonObject = orjson.loads(view.state)
    return planned() | state


def refresh(session: Session, row: Folded, events: Sequence[Event], blobs: tuple[int, int], now: datetime) -> Refolded:
    """What a job's row, which the caller has locked and will write, is to be after new events; its crew is written here.

    `blobs` is how many it names now, and how many are missing.
    """
    state = planned() | orjson.loads(row.state)
    crew, stage, listed = state["crew"], state["stage"], _columns(state)
    if row.fold_v == FOLD_V:
        state = advance(state, events)
    else:  # another release folded it: all of it is folded anew, the new events among the stored ones
        state = fold(stored_events(log.job_events(session, row.tenant_id, row.job_id)))
    columns = _columns(state)
    is_held = columns["stage"] in HELD_BY_PHONES
    if state["crew"] is not crew or is_held != (stage in HELD_BY_PHONES):
        log.set_crew(session, row.tenant_id, row.job_id, state["crew"], is_held)
    members = {
        **columns,
        "rev": events[-1].rev,
        "fold_v": FOLD_V,
        "state": orjson.dumps(state),
        "blobs_named": blobs[0],
        "blobs_missing": blobs[1],
        "updated_at": now,
        "ended_at": now if columns["stage"] in ENDED and stage not in ENDED else row.ended_at,
    }
    return Refolded(members, listed=columns | {"anomalies": 0} != listed | {"anomalies": 0})


def event_of(body: JsonObject, device_id: str, rev: int, flags: Sequence[str], *, judged: bool = False) -> Event:
    """An event as the fold takes it. Data that this build cannot read is folded as an unknown version.

    `judged` says that the data of a kind that is known was found good a moment ago.
    """
    kind, kv = body["kind"], body["kv"]
    readable = judged or (knows(kind, kv) and data_problem(kind, body["data"]) is None)
    return Event(
        rev=rev,
        device_id=device_id,
        event_id=body["event_id"],
        kind=kind,
        kv=kv if readable else _UNFOLDABLE_KV,
        at=body["at"],
        seen_rev=body["seen"]["rev"],
        actor=body["actor"],
        data=body["data"],
        flags=tuple(flags),
    )


def stored_events(rows: Iterable[EventRow]) -> list[Event]:
    """The fold's input from stored rows, in order of `rev`; redacted ones say so."""
    return [_stored_event(row) for row in rows]


def difference(session: Session, view: JobView) -> bool:
    """Whether a row differs from what its events fold to now."""
    rows = log.job_events(session, view.tenant_id, view.job_id)
    named, missing = log.count_blobs(session, view.job_id)
    state = fold(stored_events(rows))
    return (
        state != state_of(view)
        or view.rev != len(rows)
        or view.fold_v != FOLD_V
        or (view.blobs_named, view.blobs_missing) != (named, missing)
        or _columns(state) != {name: getattr(view, name) for name in _columns(state)}
    )


def refold(check_only: bool) -> list[str]:
    """The ids of all jobs whose row differed from their events; unless `check_only`, each of them is put right."""
    with writing() as session:
        differing = []
        for job_id in session.scalars(select(JobView.job_id).order_by(JobView.job_id)).all():
            view = session.scalars(select(JobView).where(JobView.job_id == job_id).with_for_update()).one()
            if difference(session, view):
                differing.append(job_id)
                if not check_only:
                    _put_right(session, view)
            session.expunge(view) if check_only else session.flush()
        return differing


def _put_right(session: Session, view: JobView) -> None:
    rows = log.job_events(session, view.tenant_id, view.job_id)
    state = fold(stored_events(rows))
    view.rev, view.fold_v = len(rows), FOLD_V
    view.blobs_named, view.blobs_missing = log.count_blobs(session, view.job_id)
    _write(view, state)
    log.set_crew(session, view.tenant_id, view.job_id, state["crew"], view.stage in HELD_BY_PHONES)


def _stored_event(row: EventRow) -> Event:
    rev = row.rev or 0
    if row.body is None:
        return Event(rev, row.device_id, row.event_id or "", row.kind or "", 1, "", 0, "", {}, redacted=True)
    body = parse_body(row.body.decode("utf-8"))
    return event_of(body, row.device_id, rev, orjson.loads(row.flags))


def _write(view: JobView, state: JsonObject) -> None:
    view.state = orjson.dumps(state)
    view.fold_v = FOLD_V
    for name, value in _columns(state).items():
        setattr(view, name, value)


def _columns(state: JsonObject) -> dict[str, Any]:
    """The members of a row that lists are filtered and sorted by."""
    slot, customer = state["slot"], state["customer"]
    return {
        "stage": state["stage"],
        "order_ref": state["order_ref"],
        "customer_name": customer["name"] if customer else None,
        "station_id": state["station_id"],
        "slot_from": clock.parse(slot["from"]) if slot else None,
        "slot_to": clock.parse(slot["to"]) if slot else None,
        "anomalies": len(state["anomalies"]),
        "open_findings": len(open_findings(state)),
    }
