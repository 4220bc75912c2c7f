"""Lists of jobs: filtered, ordered and cut in SQL, one page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.store.jobs import JobView

ENDED = ("finished", "failed")
OPEN_STAGES = ("planned", "dispatched", "on_the_way", "on_site", *ENDED, "returned")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs a list is about. `station_id` lets in the jobs that no station has yet; `queue` is `review`, `waiting` or `all`."""

    tenant_id: str
    queue: str = "all"
    stage: str | None = None
    words: str | None = None
    station_id: str | None = None
    slot_from: datetime | None = None
    slot_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of the page before: what it was ordered by (None where that is the job's id alone) and its id."""

    at: datetime | None
    job_id: str


def page(session: Session, wanted: Filter, after: Mark | None, limit: int) -> Sequence[JobView]:
    """At most `limit` jobs behind a mark, in the order of `order_of`."""
    order = order_of(wanted)
    query: Select[JobView] = select(JobView).where(*_conditions(wanted)).limit(limit)
    if order is None:
        query = query.order_by(JobView.job_id.desc())
        return session.scalars(query.where(JobView.job_id < after.job_id) if after else query).all()
    query = query.order_by(order, JobView.job_id)
    if after is not None:
        query = query.where(or_(order > after.at, and_(order == after.at, JobView.job_id > after.job_id)))
    return session.scalars(query).all()


def order_of(wanted: Filter) -> ColumnElement[datetime | None] | None:
    """What a list is ordered by before the job's id: reviews by their end, a day by slot, oldest first; None is newest job first."""
    if wanted.queue in ("review", "waiting"):
        return func.coalesce(JobView.ended_at, JobView.updated_at)
    return JobView.slot_from.expression if wanted.slot_from is not None else None


def mark_of(wanted: Filter, view: JobView) -> Mark:
    """Where the list goes on behind a job."""
    if wanted.queue in ("review", "waiting"):
        return Mark(view.ended_at or view.updated_at, view.job_id)
    return Mark(view.slot_from if wanted.slot_from is not None else None, view.job_id)


def count_open(session: Session, wanted: Filter) -> Sequence[Row[str, int, int]]:
    """How many open jobs there are by stage, and how many of them wait for blobs: `(stage, jobs, waiting)`, within tenant and station."""
    scope = [JobView.tenant_id == wanted.tenant_id, JobView.stage.in_(OPEN_STAGES), *_station(wanted.station_id)]
    waiting = func.count().filter(JobView.blobs_missing > 0)
    return session.execute(select(JobView.stage, func.count(), waiting).where(*scope).group_by(JobView.stage)).all()


def _conditions(wanted: Filter) -> Collection[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [JobView.tenant_id == wanted.tenant_id, *_station(wanted.station_id)]
    if wanted.queue in ("review", "waiting"):
        found.append(JobView.stage.in_(ENDED))
    if wanted.queue == "waiting":
        found.append(JobView.blobs_missing > 0)
    if wanted.stage is not None:
        found.append(JobView.stage == wanted.stage)
    if wanted.slot_from is not None and wanted.slot_until is not None:
        found += [JobView.slot_from >= wanted.slot_from, JobView.slot_from < wanted.slot_until]
    if wanted.words:
        found.append(
            or_(
                JobView.order_ref.icontains(wanted.words, autoescape=True),
                JobView.customer_name.icontains(wanted.words, autoescape=True),
                JobView.job_id == wanted.words,
            )
        )
    return found


def _station(station_id: str | None) -> list[ColumnElement[bool]]:
    return [] if station_id is None else [or_(JobView.station_id == station_id, JobView.station_id.is_(None))]
