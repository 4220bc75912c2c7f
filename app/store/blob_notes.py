"""All SQL about blobs on their way in: who named one, whether it is stored, which jobs wait for it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, false, select, text, true, tuple_, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there  # SQLite speaks the same words
from sqlalchemy.orm import Session

from app.store import log
from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.jobs import JobView

_name, _blob, _job = (table(of) for of in (BlobName, Blob, JobView))
_NAMED = (
    select(_blob.c.size)
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(_name.c.device_id == bindparam("device_id"), _name.c.sha256 == bindparam("sha256"), _name.c.tenant_id == bindparam("tenant_id"))
    .limit(1)
)
_WAITING = (
    select(_name.c.job_id)
    .where(_name.c.tenant_id == bindparam("tenant_id"), _name.c.sha256 == bindparam("sha256"), _name.c.job_id.is_not(None))
    .distinct()
)
_LOCK = (
    select(_job.c.job_id)
    .where(_job.c.job_id.in_(bindparam("job_ids", expanding=True)), _job.c.tenant_id == bindparam("tenant_id"))
    .order_by(_job.c.job_id)
    .with_for_update()
)
_INSERT = insert_unless_there(_blob).on_conflict_do_nothing()
_ARRIVED = (
    update(_name)
    .where(_name.c.tenant_id == bindparam("of_tenant"), _name.c.sha256 == bindparam("of_sha256"), _name.c.awaited == true())
    .values(awaited=False)
)
_COUNTED = (
    update(_job).where(_job.c.job_id == bindparam("of_job")).values(blobs_named=bindparam("named"), blobs_missing=bindparam("missing"))
)


Place = tuple[str, str]
"""A tenant's id and a blob's hash."""


@dataclass(frozen=True, slots=True)
class Naming:
    """That a device named a blob; `size` is the blob's when it is noted as stored whole."""

    size: int | None


def named_by(session: Session, tenant_id: str, device_id: str, sha256: str) -> Naming | None:
    """Whether an event of the device names the blob, and what is known of it."""
    found = session.execute(_NAMED, {"tenant_id": tenant_id, "device_id": device_id, "sha256": sha256}).first()
    return None if found is None else Naming(found.size)


def noted(session: Session, places: Collection[Place]) -> set[Place]:
    """Those of the blobs that are noted as stored whole."""
    return _among(session, _blob, places)


def named(session: Session, places: Collection[Place]) -> set[Place]:
    """Those of the blobs that any event names."""
    return _among(session, _name, places)


def _among(session: Session, of: Table, places: Collection[Place]) -> set[Place]:
    found = select(of.c.tenant_id, of.c.sha256).where(tuple_(of.c.tenant_id, of.c.sha256).in_(places)).distinct()
    return {(row.tenant_id, row.sha256) for row in session.execute(found)}


def lock_waiting(session: Session, tenant_id: str, sha256: str) -> Sequence[str]:
    """The jobs whose events name the blob, locked in order of id until the transaction ends."""
    return lock_jobs(session, tenant_id, session.scalars(_WAITING, {"tenant_id": tenant_id, "sha256": sha256}).all())


def lock_jobs(session: Session, tenant_id: str, job_ids: Sequence[str]) -> Sequence[str]:
    """The tenant's jobs of these ids, locked in order of id until the transaction ends."""
    return session.scalars(_LOCK, {"tenant_id": tenant_id, "job_ids": job_ids}).all() if job_ids else []


def waiting_jobs(session: Session) -> list[tuple[str, str]]:
    """All jobs that say they wait for blobs: tenant and id."""
    query = select(_job.c.tenant_id, _job.c.job_id).where(text("job_view.blobs_missing > 0")).order_by(_job.c.job_id)
    return [(row.tenant_id, row.job_id) for row in session.execute(query)]


def note_stored(session: Session, tenant_id: str, sha256: str, size: int, now: datetime) -> None:
    """Note a blob as stored whole, unless it is noted already; no phone is asked for it any more."""
    session.execute(_INSERT, {"tenant_id": tenant_id, "sha256": sha256, "size": size, "verified_at": now})
    session.execute(_ARRIVED, {"of_tenant": tenant_id, "of_sha256": sha256})


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


def count_again(session: Session, job_ids: Iterable[str]) -> None:
    """Count in the rows of locked jobs how many blobs they name, and how many of those are not stored."""
    for job_id in job_ids:
        named, missing = log.count_blobs(session, job_id)
        session.execute(_COUNTED, {"of_job": job_id, "named": named, "missing": missing})
