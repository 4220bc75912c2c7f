"""Whether jobs keep to their standards: shown of any job as it is, kept of each job as it was approved.

Rows are written when a job is approved and never by what phones send, so a push costs nothing. They say what the job was then: the fold of
its events up to the approval, whatever comes in late. A job whose visit failed has none, for nobody could do what the rules ask.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.domain import checklist, conformity
from app.domain.events import JsonObject
from app.domain.job import fold
from app.domain.job_state import SETTLED, find
from app.services import standards
from app.services.job_view import state_of, stored_events
from app.store import conformity as store
from app.store import log
from app.store.db import reading, writing
from app.store.jobs import JobView

_JOBS_AT_ONCE = 100
# Who holds a unit that did not stay with the customer (PROTOCOL F11).
_NOT_LEFT = ("crew", "station")


def of_job(state: JsonObject, laid: Iterable[JsonObject]) -> list[JsonObject]:
    """What became of each standard's rules at a job as it is, from its checklist:
    `{standard_id, version, digest, conforms, met, excepted, broken, left_out}`, the last three lists as in `app.domain.conformity`.
    """
    pinned = {one["standard_id"]: one for one in state["standards"]}
    return [
        pinned[part.standard_id]
        | {"conforms": part.conforms, "met": part.met}
        | {"excepted": part.excepted, "broken": part.broken, "left_out": part.left_out}
        for part in _parts(state, laid)
    ]


def keep(session: Session, view: JobView) -> None:
    """Write the rows of a job that was approved just now and whose row is locked, in the caller's transaction."""
    store.replace(session, view.job_id, _rows(session, view, state_of(view)))


def faults() -> Iterator[str]:
    """Jobs whose rows are others than their events say, or are missing; a hundred jobs are in memory at a time, and nothing is locked."""
    yield from (f"Job {job_id}: its rows of conformity differ from its events." for job_id in _differing())


def refold(check_only: bool) -> list[str]:
    """The ids of all jobs whose rows differed from their events, or were missing; unless `check_only`, they are written anew."""
    found = []
    for job_id in _differing():
        found.append(job_id)
        if not check_only:
            with writing() as session:
                view = session.scalars(select(JobView).where(JobView.job_id == job_id).with_for_update()).one()
                store.replace(session, job_id, _refolded(session, view))
    return found


def _differing() -> Iterator[str]:
    after = ""
    while True:
        with reading() as session:
            views = _concerned(session, after)
            found = [view.job_id for view in views if store.of_job(session, view.job_id) != _refolded(session, view)]
            after = views[-1].job_id if views else ""
            session.expunge_all()
        yield from found
        if not views:
            return


def _concerned(session: Session, after: str) -> Sequence[JobView]:
    """The next jobs that have rows, or should."""
    has_rows = select(store.Conformity.job_id).where(store.Conformity.job_id == JobView.job_id).exists()
    query = select(JobView).where(JobView.job_id > after, or_(JobView.stage.in_(SETTLED), has_rows))
    return session.scalars(query.order_by(JobView.job_id).limit(_JOBS_AT_ONCE)).all()


def _refolded(session: Session, view: JobView) -> list[JsonObject]:
    """The rows that a job's events give: as it was at its last approval."""
    events = stored_events(log.job_events(session, view.tenant_id, view.job_id))
    approved = max((event.rev for event in events if event.kind == "job.approved"), default=0)
    return _rows(session, view, fold([event for event in events if event.rev <= approved]))


def _rows(session: Session, view: JobView, state: JsonObject) -> list[JsonObject]:
    """The rows of a job in a state, all columns by name, in order of their standards; none of a job that is not approved."""
    if state["approved"] is None:
        return []
    shared = {
        "job_id": view.job_id,
        "tenant_id": view.tenant_id,
        "station_id": state["station_id"],
        "crew": orjson.dumps(state["crew"]).decode(),
        "visit_ended_at": _visit_ended_at(state),
        "approved_at": clock.parse(state["approved"]["at"]),
    }
    pinned = {one["standard_id"]: one for one in state["standards"]}
    laid = checklist.steps(state, standards.pinned(session, view.tenant_id, state))
    return [shared | pinned[part.standard_id] | _counted(part) for part in sorted(_parts(state, laid), key=lambda part: part.standard_id)]


def _parts(state: JsonObject, laid: Iterable[JsonObject]) -> list[conformity.Conformity]:
    visit = find(state["visits"], "visit_id", state["visit_id"])
    outcome = None if visit is None else visit["outcome"]
    # Of a unit that came back nobody could do what the rules ask.
    back = {unit["unit_id"] for unit in state["units"] if unit["holder"] in _NOT_LEFT} if outcome == "partial" else set()
    return [] if outcome == "failed" else conformity.of_job([step for step in laid if step["unit_id"] not in back], state["answers"])


def _counted(part: conformity.Conformity) -> JsonObject:
    lists = {"excepted": part.excepted, "broken": part.broken, "left_out": part.left_out}
    counts = {name: len(found) for name, found in lists.items()}
    details = orjson.dumps(lists).decode() if any(counts.values()) else None
    return {"met": part.met, "details": details} | counts


def _visit_ended_at(state: JsonObject) -> datetime | None:
    """When the visit ended, as its phone said; None of a day that no calendar has, which must not keep a job from being approved."""
    visit = find(state["visits"], "visit_id", state["visit_id"])
    try:
        return clock.parse(visit["ended"]["at"]) if visit is not None and visit["ended"] is not None else None
    except ValueError:
        return None
