"""All SQL about blobs on their way in: who named one, whether it is stored, which jobs wait for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, false, select, text, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there  # SQLite speaks the same words
from sqlalchemy.orm import Session

from app.store import log
from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.jobs import JobView
from app.store.prepared import Bound, Prepared, among

_name, _blob, _job = (table(of) for of in (BlobName, Blob, JobView))
_NAMED = Prepared(
    select(_blob.c.size)
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(_name.c.device_id == bindparam("device_id"), _name.c.sha256 == bindparam("sha256"), _name.c.tenant_id == bindparam("tenant_id"))
    .limit(1)
)
_WAITING = Prepared(
    select(_name.c.job_id)
    .where(_name.c.tenant_id == bindparam("tenant_id"), among(_name.c.sha256, "sha256s"), _name.c.job_id.is_not(None))
    .distinct()
)
_LOCK = Prepared(
    select(_job.c.job_id)
    .where(among(_job.c.job_id, "job_ids"), _job.c.tenant_id == bindparam("tenant_id"))
    .order_by(_job.c.job_id)
    .with_for_update()
)
_INSERT = Prepared(insert_unless_there(_blob).on_conflict_do_nothing())
_ARRIVED = Prepared(
    update(_name)
    .where(_name.c.tenant_id == bindparam("of_tenant"), among(_name.c.sha256, "sha256s"), _name.c.awaited == true())
    .values(awaited=false())
)
_COUNTED = Prepared(
    update(_job).where(_job.c.job_id == bindparam("of_job")).values(blobs_named=bindparam("named"), blobs_missing=bindparam("missing"))
)


Place = tuple[str, str]
"""A tenant's id and a blob's hash."""


@dataclass(frozen=True, slots=True)
class Naming:
    """That a device named a blob; `size` is the blob's when it is noted as stored whole."""

    size: int | None


def named_by(bound: Bound, tenant_id: str, device_id: str, sha256: str) -> Naming | None:
    """Whether an event of the device names the blob, and what is known of it."""
    found = _NAMED.first(bound, {"tenant_id": tenant_id, "device_id": device_id, "sha256": sha256})
    return None if found is None else Naming(*found)


def noted(session: Session, places: Collection[Place]) -> set[Place]:
    """Those of the blobs that are noted as stored whole."""
    return _among(session, _blob, places)


def named(session: Session, places: Collection[Place]) -> set[Place]:
    """Those of the blobs that any event names."""
    return _among(session, _name, places)


def _among(session: Session, of: Table, places: Collection[Place]) -> set[Place]:
    found = select(of.c.tenant_id, of.c.sha256).where(tuple_(of.c.tenant_id, of.c.sha256).in_(places)).distinct()
    return {(row.tenant_id, row.sha256) for row in session.execute(found)}


def lock_waiting(bound: Bound, tenant_id: str, sha256s: Collection[str]) -> list[str]:
    """The jobs whose events name any of the blobs, locked in order of id until the transaction ends."""
    waiting = _WAITING.rows(bound, {"tenant_id": tenant_id, "sha256s": sha256s})
    return lock_jobs(bound, tenant_id, [job_id for (job_id,) in waiting])


def lock_jobs(bound: Bound, tenant_id: str, job_ids: Collection[str]) -> list[str]:
    """The tenant's jobs of these ids, locked in order of id until the transaction ends."""
    rows = _LOCK.rows(bound, {"tenant_id": tenant_id, "job_ids": job_ids}) if job_ids else []
    return [job_id for (job_id,) in rows]


def waiting_jobs(session: Session) -> list[tuple[str, str]]:
    """All jobs that say they wait for blobs: tenant and id."""
    query = select(_job.c.tenant_id, _job.c.job_id).where(text("job_view.blobs_missing > 0")).order_by(_job.c.job_id)
    return [(row.tenant_id, row.job_id) for row in session.execute(query)]


def note_stored(bound: Bound, tenant_id: str, sizes: Mapping[str, int], now: datetime) -> None:
    """Note blobs, given by hash with their sizes, as stored whole, unless they are already; no phone is asked for them any more."""
    rows = [{"tenant_id": tenant_id, "sha256": sha256, "size": sizes[sha256], "verified_at": now} for sha256 in sorted(sizes)]
    _INSERT.run_many(bound, rows)
    _ARRIVED.run(bound, {"of_tenant": tenant_id, "sha256s": list(sizes)})


def forget_stored(session: Session, tenant_id: str, sha256: str) -> None:
    """Take back that a blob is stored: whoever named it is asked for it."""
    session.execute(delete(_blob).where(_blob.c.tenant_id == tenant_id, _blob.c.sha256 == sha256))
    session.execute(update(_name).where(_name.c.tenant_id == tenant_id, _name.c.sha256 == sha256).values(awaited=True))


def settle_awaited(session: Session) -> None:
    """Make each name's `awaited` what the blobs' own rows say."""
    here = _is_noted()
    session.execute(update(_name).where(_name.c.awaited == true(), here).values(awaited=False))
    session.execute(update(_name).where(_name.c.awaited == false(), ~here).values(awaited=True))


def unasked(session: Session, at_once: int) -> Iterator[Place]:
    """Blobs that are named, not stored, and that no phone is asked for; each name once."""
    query = select(_name.c.tenant_id, _name.c.sha256).where(_name.c.awaited == false(), ~_is_noted())
    for row in session.execute(query.execution_options(yield_per=at_once)):
        yield row.tenant_id, row.sha256


def _is_noted() -> ColumnElement[bool]:
    return exists().where(_blob.c.tenant_id == _name.c.tenant_id, _blob.c.sha256 == _name.c.sha256)


def holders(session: Session, sha256: str) -> Sequence[str]:
    """The tenants for whom a blob is noted as stored."""
    return session.scalars(select(_blob.c.tenant_id).where(_blob.c.sha256 == sha256)).all()


def count_again(bound: Bound, job_ids: Collection[str]) -> None:
    """Count in the rows of locked jobs how many blobs they name, and how many of those are not stored."""
    counted = log.count_blobs_of(bound, job_ids)
    found = ((job_id, *counted.get(job_id, (0, 0))) for job_id in job_ids)
    rows = [{"of_job": job_id, "named": named, "missing": missing} for job_id, named, missing in found]
    if rows:
        _COUNTED.run_many(bound, rows)
