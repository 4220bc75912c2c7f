"""Whether jobs' rows are what their events say: views, revs, crews, counters, references."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.services.job_view import HELD_BY_PHONES, difference, state_of
from app.store.db import is_sqlite, reading
from app.store.events import FOLDED, EventRow
from app.store.jobs import JobCrew, JobView

_JOBS_AT_ONCE = 200
_ROWS_AT_ONCE = 1_000


def view_faults() -> Iterator[str]:
    """Jobs whose row, counters among it, or crew is not what their events fold to."""
    after = ""
    while True:
        with reading() as session:
            query = select(JobView).where(JobView.job_id > after).order_by(JobView.job_id).limit(_JOBS_AT_ONCE)
            views = session.scalars(query).all()
            found = [fault for view in views for fault in _faults_of(session, view)]
            after = views[-1].job_id if views else ""
            session.expunge_all()
        yield from found
        if not views:
            return


def rev_faults() -> Iterator[str]:
    """Each job's revs count 1, 2, 3, … without a hole."""
    job_id, expected = None, 0
    with reading() as session:
        rows = session.execute(
            select(EventRow.job_id, EventRow.rev)
            .where(EventRow.standing == FOLDED)
            .order_by(EventRow.job_id, EventRow.rev)
            .execution_options(yield_per=_ROWS_AT_ONCE)
        )
        for row in rows:
            if row.job_id != job_id:
                job_id, expected = row.job_id, 0
            expected += 1
            if row.rev is not None and row.rev != expected:
                yield f"Job {job_id}: rev {expected} is missing. An event was deleted from the database: bring it from a backup."
                expected = row.rev


def orphans() -> Iterator[str]:
    """Rows that refer to what is not there. PostgreSQL lets none come about; a SQLite file may have been changed by hand."""
    with reading() as session:
        if is_sqlite(session):
            for table, rowid, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
                yield f"Table {table}: row {rowid} refers to a row of {parent} that is not there. Bring that one from a backup."


def _faults_of(session: Session, view: JobView) -> Iterator[str]:
    if difference(session, view):
        yield f"Job {view.job_id}: the view differs from its events."
    rows: Sequence[JobCrew] = session.scalars(select(JobCrew).where(JobCrew.job_id == view.job_id)).all()
    held = view.stage in HELD_BY_PHONES
    if {(row.user_id, row.is_open) for row in rows} != {(user_id, held) for user_id in state_of(view)["crew"]}:
        yield f"Job {view.job_id}: the rows of its crew differ from its events."
