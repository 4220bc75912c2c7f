"""All SQL of the write path: lock a log, lock jobs, read what is there, put events in."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.store.blobs import Blob, BlobName
from app.store.devices import Device, LogHead, Seal
from app.store.events import EventRow, ForkEvent
from app.store.jobs import JobCrew, JobView


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one epoch of a log: `seq` 0 and 64 zeros when it is empty."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is in its place: its hash, and its flags as JSON."""

    hash: str
    flags: str


def lock_head(session: Session, tenant_id: str, device_id: str, epoch: int) -> Head:
    """The head of a log, with its row locked until the transaction ends; made when the epoch is new."""
    session.execute(select(Device.device_id).where(Device.device_id == device_id).with_for_update())
    found = session.execute(select(LogHead.seq, LogHead.hash).where(LogHead.device_id == device_id, LogHead.epoch == epoch)).first()
    if found is not None:
        return Head(found.seq, found.hash)
    session.execute(insert(LogHead).values(device_id=device_id, epoch=epoch, tenant_id=tenant_id, seq=0, hash="0" * 64))
    session.execute(update(Device).where(Device.device_id == device_id, Device.epoch_offered < epoch).values(epoch_offered=epoch))
    return Head(0, "0" * 64)


def head_of(session: Session, device_id: str, epoch: int) -> Head:
    """The head of a log as it is now, without a lock."""
    found = session.execute(select(LogHead.seq, LogHead.hash).where(LogHead.device_id == device_id, LogHead.epoch == epoch)).first()
    return Head(found.seq, found.hash) if found else Head(0, "0" * 64)


def move_head(session: Session, device_id: str, epoch: int, head: Head) -> None:
    """Note how far a log is stored now."""
    session.execute(update(LogHead).where(LogHead.device_id == device_id, LogHead.epoch == epoch).values(seq=head.seq, hash=head.hash))


def offer_epoch(session: Session, device_id: str) -> int:
    """A new epoch's number, given out once (PROTOCOL S9)."""
    session.execute(update(Device).where(Device.device_id == device_id).values(epoch_offered=Device.epoch_offered + 1))
    return session.scalars(select(Device.epoch_offered).where(Device.device_id == device_id)).one()


def hashes_at(session: Session, device_id: str, epoch: int, seqs: Collection[int]) -> dict[int, Stored]:
    """What is stored in some places of a log, by seq."""
    if not seqs:
        return {}
    rows = session.execute(
        select(EventRow.seq, EventRow.hash, EventRow.flags).where(
            EventRow.device_id == device_id, EventRow.epoch == epoch, EventRow.seq.in_(seqs)
        )
    )
    return {row.seq: Stored(row.hash, row.flags) for row in rows}


def known_event_ids(session: Session, tenant_id: str, event_ids: Collection[str]) -> dict[str, bytes | None]:
    """The stored bodies under some event ids; None for one that was redacted."""
    if not event_ids:
        return {}
    rows = session.execute(
        select(EventRow.event_id, EventRow.body).where(EventRow.tenant_id == tenant_id, EventRow.event_id.in_(event_ids))
    )
    return {row.event_id: row.body for row in rows if row.event_id is not None}


def lock_jobs(session: Session, tenant_id: str, job_ids: Iterable[str]) -> dict[str, JobView]:
    """The tenant's jobs of these ids, locked in order of id until the transaction ends. Unknown and foreign ones are left out."""
    wanted = sorted(set(job_ids))
    if not wanted:
        return {}
    rows = session.scalars(
        select(JobView).where(JobView.job_id.in_(wanted), JobView.tenant_id == tenant_id).order_by(JobView.job_id).with_for_update()
    )
    return {row.job_id: row for row in rows}


def insert_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put events into their places."""
    if rows:
        session.execute(insert(EventRow), rows)


def insert_fork(session: Session, row: dict[str, Any]) -> None:
    """Keep an event of a second branch; one that is kept already stays as it is."""
    key = (row["device_id"], row["epoch"], row["seq"], row["hash"])
    if session.get(ForkEvent, key) is None:
        session.add(ForkEvent(**row))


def insert_seal(session: Session, row: dict[str, Any]) -> None:
    """Keep the seal of a batch; the first one for a head is enough."""
    if session.get(Seal, (row["device_id"], row["epoch"], row["seq"], row["hash"])) is None:
        session.add(Seal(**row))


def name_blobs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note which events name which blobs."""
    if rows:
        session.execute(insert(BlobName), rows)


def count_blobs(session: Session, tenant_id: str, job_id: str) -> tuple[int, int]:
    """How many blobs a job's events name, and how many of them are not verified."""
    named, held = session.execute(
        select(func.count(BlobName.sha256.distinct()), func.count(Blob.sha256.distinct()))
        .select_from(BlobName)
        .outerjoin(Blob, (Blob.tenant_id == BlobName.tenant_id) & (Blob.sha256 == BlobName.sha256))
        .where(BlobName.job_id == job_id, BlobName.tenant_id == tenant_id)
    ).one()
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
