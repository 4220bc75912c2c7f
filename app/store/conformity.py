"""The table of how approved jobs kept to their standards, and reading it in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Row, String, Text, delete, insert, or_, select, tuple_
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.domain.events import JsonObject
from app.store.db import Base, UtcTime, table

_ROWS_AT_ONCE = 1_000


class Conformity(Base):
    """How a job kept to one of its standards when it was approved: a cache, as `job_view` is; `flask jobs refold` makes it anew.

    `crew` is a JSON list of user ids. The counts are of rules; `details` is JSON text, `{excepted, broken, left_out}` as
    `app.domain.conformity` gives them, or null when all rules were met. All rows of a job have one `approved_at`.
    """

    __tablename__ = "conformity"
    # All rows of a job lie together in it, so that a report needs neither a sort nor a place to put jobs in.
    __table_args__ = (Index("ix_conformity_approved", "tenant_id", "approved_at", "job_id", "standard_id"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("job_view.job_id"), primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    version: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    station_id: Mapped[str | None] = mapped_column(String(64))
    crew: Mapped[str] = mapped_column(Text)
    visit_ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    approved_at: Mapped[datetime] = mapped_column(UtcTime)
    met: Mapped[int]
    excepted: Mapped[int]
    broken: Mapped[int]
    left_out: Mapped[int]
    details: Mapped[str | None] = mapped_column(Text)


_rows = table(Conformity)
_IN_ORDER = (Conformity.approved_at, Conformity.job_id, Conformity.standard_id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: approved from `since` until before `until`. `station_id` lets in jobs without a station, as lists of jobs do."""

    tenant_id: str
    since: datetime
    until: datetime
    station_id: str | None = None
    standard_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The last row of the page before."""

    approved_at: datetime
    job_id: str
    standard_id: str


def replace(session: Session, job_id: str, rows: Sequence[JsonObject]) -> None:
    """Make these a job's rows."""
    session.execute(delete(_rows).where(_rows.c.job_id == job_id))
    if rows:
        session.execute(insert(_rows), rows)


def of_job(session: Session, job_id: str) -> list[JsonObject]:
    """A job's rows as they are, all columns by name, in order of their standards."""
    query = select(_rows).where(_rows.c.job_id == job_id).order_by(_rows.c.standard_id)
    return [dict(row._mapping) for row in session.execute(query)]


def stream(session: Session, wanted: Filter) -> Iterator[Row[str, str, str, str | None, str, int, int, int, int, str | None]]:
    """All rows, the first approval first, those of a job together; a thousand are in memory at a time."""
    query = select(
        Conformity.job_id,
        Conformity.standard_id,
        Conformity.digest,
        Conformity.station_id,
        Conformity.crew,
        Conformity.met,
        Conformity.excepted,
        Conformity.broken,
        Conformity.left_out,
        Conformity.details,
    )
    ordered = query.where(*_conditions(wanted)).order_by(*_IN_ORDER)
    yield from session.execute(ordered.execution_options(yield_per=_ROWS_AT_ONCE))


def page(session: Session, wanted: Filter, after: Mark | None, limit: int) -> Sequence[Conformity]:
    """At most `limit` rows behind a mark, in the order of `stream`."""
    query = select(Conformity).where(*_conditions(wanted)).order_by(*_IN_ORDER).limit(limit)
    if after is not None:
        # The first condition says nothing new; by it SQLite enters the index where the page begins.
        query = query.where(
            Conformity.approved_at >= after.approved_at,
            tuple_(*_IN_ORDER) > tuple_(after.approved_at, after.job_id, after.standard_id),
        )
    return session.scalars(query).all()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        Conformity.tenant_id == wanted.tenant_id,
        Conformity.approved_at >= wanted.since,
        Conformity.approved_at < wanted.until,
    ]
    if wanted.station_id is not None:
        found.append(or_(Conformity.station_id == wanted.station_id, Conformity.station_id.is_(None)))
    if wanted.standard_id is not None:
        found.append(Conformity.standard_id == wanted.standard_id)
    return found
