"""All SQL of the write path: lock a log, lock jobs, read what is there, put events in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.log import ZERO_HASH
from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.devices import Device, LogHead, Seal
from app.store.events import EventRow, ForkEvent
from app.store.jobs import JobCrew, JobView

# What every batch needs is put together once: making a statement anew costs more than running it.
_event, _head, _device, _seal, _name, _blob = (table(of) for of in (EventRow, LogHead, Device, Seal, BlobName, Blob))
_LOCK_DEVICE = select(_device.c.device_id).where(_device.c.device_id == bindparam("device_id")).with_for_update()
_HEAD = select(_head.c.seq, _head.c.hash).where(_head.c.device_id == bindparam("device_id"), _head.c.epoch == bindparam("epoch"))
_MOVE_HEAD = (
    update(_head)
    .where(_head.c.device_id == bindparam("of_device"), _head.c.epoch == bindparam("of_epoch"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_AT = select(_event.c.seq, _event.c.hash, _event.c.flags).where(
    _event.c.device_id == bindparam("device_id"), _event.c.epoch == bindparam("epoch"), _event.c.seq.in_(bindparam("seqs", expanding=True))
)
_KNOWN = select(_event.c.event_id, _event.c.body).where(
    _event.c.tenant_id == bindparam("tenant_id"), _event.c.event_id.in_(bindparam("event_ids", expanding=True))
)
_LOCK_JOBS = (
    select(JobView)
    .where(JobView.job_id.in_(bindparam("job_ids", expanding=True)), JobView.tenant_id == bindparam("tenant_id"))
    .order_by(JobView.job_id)
    .with_for_update()
)
_INSERT_EVENT, _INSERT_SEAL, _INSERT_NAME = insert(_event), insert(_seal), insert(_name)
_SEALED = select(_seal.c.seq).where(*(_seal.c[name] == bindparam(name) for name in ("device_id", "epoch", "seq", "hash")))
_COUNT_BLOBS = (
    select(func.count(_name.c.sha256.distinct()), func.count(_blob.c.sha256.distinct()))
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(_name.c.job_id == bindparam("job_id"), _name.c.tenant_id == bindparam("tenant_id"))
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one epoch of a log: `seq` 0 and 64 zeros when it is empty."""

    seq: int
    hash: str


EMPTY = Head(0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is in its place: its hash, and its flags as JSON."""

    hash: str
    flags: str


def lock_head(session: Session, tenant_id: str, device_id: str, epoch: int) -> Head:
    """The head of a log, with its row locked until the transaction ends; made when the epoch is new."""
    session.execute(_LOCK_DEVICE, {"device_id": device_id})
    found = session.execute(_HEAD, {"device_id": device_id, "epoch": epoch}).first()
    if found is not None:
        return Head(found.seq, found.hash)
    session.execute(insert(LogHead).values(device_id=device_id, epoch=epoch, tenant_id=tenant_id, seq=EMPTY.seq, hash=EMPTY.hash))
    session.execute(update(Device).where(Device.device_id == device_id, Device.epoch_offered < epoch).values(epoch_offered=epoch))
    return EMPTY


def head_of(session: Session, device_id: str, epoch: int) -> Head:
    """The head of a log as it is now, without a lock."""
    found = session.execute(_HEAD, {"device_id": device_id, "epoch": epoch}).first()
    return Head(found.seq, found.hash) if found else EMPTY


def move_head(session: Session, device_id: str, epoch: int, head: Head) -> None:
    """Note how far a log is stored now."""
    session.execute(_MOVE_HEAD, {"of_device": device_id, "of_epoch": epoch, "new_seq": head.seq, "new_hash": head.hash})


def offer_epoch(session: Session, device_id: str) -> int:
    """A new epoch's number, given out once (PROTOCOL S9)."""
    session.execute(update(Device).where(Device.device_id == device_id).values(epoch_offered=Device.epoch_offered + 1))
    return session.scalars(select(Device.epoch_offered).where(Device.device_id == device_id)).one()


def hashes_at(session: Session, device_id: str, epoch: int, seqs: Collection[int]) -> dict[int, Stored]:
    """What is stored in some places of a log, by seq."""
    if not seqs:
        return {}
    rows = session.execute(_AT, {"device_id": device_id, "epoch": epoch, "seqs": list(seqs)})
    return {row.seq: Stored(row.hash, row.flags) for row in rows}


def known_event_ids(session: Session, tenant_id: str, event_ids: Collection[str]) -> dict[str, bytes | None]:
    """The stored bodies under some event ids; None for one that was redacted."""
    if not event_ids:
        return {}
    rows = session.execute(_KNOWN, {"tenant_id": tenant_id, "event_ids": list(event_ids)})
    return {row.event_id: row.body for row in rows}


def lock_jobs(session: Session, tenant_id: str, job_ids: Iterable[str]) -> dict[str, JobView]:
    """The tenant's jobs of these ids, locked in order of id until the transaction ends. Unknown and foreign ones are left out."""
    wanted = sorted(set(job_ids))
    if not wanted:
        return {}
    return {row.job_id: row for row in session.scalars(_LOCK_JOBS, {"tenant_id": tenant_id, "job_ids": wanted})}


def insert_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put events into their places."""
    if rows:
        session.connection().execute(_INSERT_EVENT, rows)


def insert_fork(session: Session, row: dict[str, Any]) -> None:
    """Keep an event of a second branch; one that is kept already stays as it is."""
    key = (row["device_id"], row["epoch"], row["seq"], row["hash"])
    if session.get(ForkEvent, key) is None:
        session.add(ForkEvent(**row))


def insert_seal(session: Session, row: dict[str, Any]) -> None:
    """Keep the seal of a batch; the first one for a head is enough."""
    if session.execute(_SEALED, {name: row[name] for name in ("device_id", "epoch", "seq", "hash")}).first() is None:
        session.connection().execute(_INSERT_SEAL, row)


def name_blobs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note which events name which blobs."""
    if rows:
        session.connection().execute(_INSERT_NAME, rows)


def count_blobs(session: Session, tenant_id: str, job_id: str) -> tuple[int, int]:
    """How many blobs a job's events name, and how many of them are not verified."""
    named, held = session.execute(_COUNT_BLOBS, {"tenant_id": tenant_id, "job_id": job_id}).one()
    return named, named - held


def set_crew(session: Session, tenant_id: str, job_id: str, crew: Collection[str], is_open: bool) -> None:
    """Make the rows of who is in a job's crew equal to `crew`."""
    session.execute(delete(JobCrew).where(JobCrew.job_id == job_id))
    if crew:
        session.execute(
            insert(JobCrew),
            [{"job_id": job_id, "user_id": user_id, "tenant_id": tenant_id, "is_open": is_open} for user_id in sorted(set(crew))],
        )


def job_events(session: Session, tenant_id: str, job_id: str) -> Sequence[EventRow]:
    """All folded events of a job in order of `rev`."""
    return session.scalars(select(EventRow).where(EventRow.job_id == job_id, EventRow.tenant_id == tenant_id).order_by(EventRow.rev)).all()
