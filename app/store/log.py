"""All SQL of the write path: lock a log, lock jobs, read what is there, put events in."""

from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_unless_there  # SQLite speaks the same words
from sqlalchemy.orm import Session

from app.domain.log import ZERO_HASH
from app.store.blobs import Blob, BlobName
from app.store.db import is_sqlite, table
from app.store.devices import Device, LogHead, Seal
from app.store.events import EventRow, ForkEvent
from app.store.jobs import JobCrew, JobView
from app.store.prepared import Bound, Prepared, among

_event, _head, _device, _seal, _name, _blob, _fork, _job, _crew = (
    table(of) for of in (EventRow, LogHead, Device, Seal, BlobName, Blob, ForkEvent, JobView, JobCrew)
)
_LOCK_DEVICES = Prepared(
    select(_device.c.device_id).where(among(_device.c.device_id, "device_ids")).order_by(_device.c.device_id).with_for_update()
)
_HEADS = Prepared(
    select(_head.c.device_id, _head.c.epoch, _head.c.seq, _head.c.hash).where(
        among(_head.c.device_id, "device_ids"), among(_head.c.epoch, "epochs")
    )
)
_MOVE_HEAD = Prepared(
    update(_head)
    .where(_head.c.device_id == bindparam("of_device"), _head.c.epoch == bindparam("of_epoch"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)
_AT = Prepared(
    select(_event.c.seq, _event.c.hash, _event.c.flags).where(
        _event.c.device_id == bindparam("device_id"), _event.c.epoch == bindparam("epoch"), among(_event.c.seq, "seqs")
    )
)
_KNOWN = Prepared(
    select(_event.c.event_id, _event.c.body).where(_event.c.tenant_id == bindparam("tenant_id"), among(_event.c.event_id, "event_ids"))
)
_LOCK_JOBS = (
    select(JobView)
    .where(JobView.job_id.in_(bindparam("job_ids", expanding=True)), JobView.tenant_id == bindparam("tenant_id"))
    .order_by(JobView.job_id)
    .with_for_update()
)
_LOCK_FOLDED = Prepared(
    select(*(_job.c[name] for name in ("job_id", "tenant_id", "rev", "fold_v", "state", "ended_at", "blobs_named", "blobs_missing")))
    .where(among(_job.c.job_id, "job_ids"), _job.c.tenant_id == bindparam("tenant_id"))
    .order_by(_job.c.job_id)
    .with_for_update()
)
_ALWAYS_NEW = ("rev", "fold_v", "state", "blobs_named", "blobs_missing", "anomalies", "updated_at")
_LISTED = ("stage", "order_ref", "customer_name", "station_id", "slot_from", "slot_to", "open_findings", "ended_at")
_KEEP, _KEEP_AND_LIST = (
    Prepared(update(_job).where(_job.c.job_id == bindparam("of_job")).values({name: bindparam(name) for name in names}))
    for names in (_ALWAYS_NEW, (*_ALWAYS_NEW, *_LISTED))
)
_INSERT_EVENT, _INSERT_CREW = Prepared(insert(_event)), Prepared(insert(_crew))
_INSERT_NAME = Prepared(
    text(
        """INSERT INTO blob_name (tenant_id, sha256, device_id, epoch, seq, job_id, awaited)
        VALUES (:tenant_id, :sha256, :device_id, :epoch, :seq, :job_id,
            NOT EXISTS (SELECT 1 FROM blob WHERE tenant_id = :tenant_id AND sha256 = :sha256))"""
    )
)
_INSERT_SEAL, _INSERT_FORK = (Prepared(insert_unless_there(into).on_conflict_do_nothing()) for into in (_seal, _fork))
# PostgreSQL takes many rows in one JSON value for a fraction of what they cost one by one. Bytes may hold anything: they go as base64.
_EVENTS_FROM_JSON = Prepared(
    text(
        """INSERT INTO event (device_id, epoch, seq, tenant_id, prev, hash, body_digest, salt, body, sig, standing, flags,
            event_id, job_id, rev, kind, received_at)
        SELECT device_id, epoch, seq, tenant_id, prev, hash, body_digest, decode(salt, 'base64'), decode(body, 'base64'),
            sig, standing, flags, event_id, job_id, rev, kind, received_at
        FROM json_to_recordset(CAST(:rows AS json)) AS given (device_id text, epoch bigint, seq bigint, tenant_id text, prev text,
            hash text, body_digest text, salt text, body text, sig text, standing text, flags text, event_id text, job_id text,
            rev bigint, kind text, received_at timestamptz)"""
    )
)
_NAMES_FROM_JSON = Prepared(
    text(
        """INSERT INTO blob_name (tenant_id, sha256, device_id, epoch, seq, job_id, awaited)
        SELECT tenant_id, sha256, device_id, epoch, seq, job_id,
            NOT EXISTS (SELECT 1 FROM blob WHERE blob.tenant_id = given.tenant_id AND blob.sha256 = given.sha256)
        FROM json_to_recordset(CAST(:rows AS json))
            AS given (tenant_id text, sha256 text, device_id text, epoch bigint, seq bigint, job_id text)"""
    )
)
_LEAVE_CREW = Prepared(delete(_crew).where(_crew.c.job_id == bindparam("of_job")))
_COUNT_BLOBS = Prepared(
    select(_name.c.job_id, func.count(_name.c.sha256.distinct()), func.count(_blob.c.sha256.distinct()))
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(among(_name.c.job_id, "job_ids"))
    .group_by(_name.c.job_id)
)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of one epoch of a log: `seq` 0 and 64 zeros when it is empty."""

    seq: int
    hash: str


EMPTY = Head(0, ZERO_HASH)


@dataclass(frozen=True, slots=True)
class Place:
    """One epoch of one device's log."""

    tenant_id: str
    device_id: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Stored:
    """An event that is in its place: its hash, and its flags as JSON."""

    hash: str
    flags: str


@dataclass(frozen=True, slots=True)
class Folded:
    """What a job's row says of its events so far: its rev, the folded state as JSON, and its blobs."""

    job_id: str
    tenant_id: str
    rev: int
    fold_v: int
    state: bytes
    ended_at: datetime | None
    blobs_named: int
    blobs_missing: int


def lock_head(session: Session, tenant_id: str, device_id: str, epoch: int) -> Head:
    """The head of a log, with its row locked until the transaction ends; made when the epoch is new."""
    place = Place(tenant_id, device_id, epoch)
    return lock_heads(session, [place])[place]


def lock_heads(session: Session, places: Collection[Place]) -> dict[Place, Head]:
    """As `lock_head`, for the logs of different devices; locked in order of their ids."""
    device_ids = [place.device_id for place in places]
    if not is_sqlite(session):  # there the transaction itself is the lock
        _LOCK_DEVICES.run(session, {"device_ids": device_ids})
    stored = heads_of(session, [(place.device_id, place.epoch) for place in places])
    return {place: stored.get((place.device_id, place.epoch)) or _begin_epoch(session, place) for place in places}


def _begin_epoch(session: Session, place: Place) -> Head:
    row = {"tenant_id": place.tenant_id, "device_id": place.device_id, "epoch": place.epoch}
    session.execute(insert(LogHead).values(**row, seq=EMPTY.seq, hash=EMPTY.hash))
    offered = update(Device).where(Device.device_id == place.device_id, Device.epoch_offered < place.epoch)
    session.execute(offered.values(epoch_offered=place.epoch))
    return EMPTY


def heads_of(bound: Bound, logs: Collection[tuple[str, int]]) -> dict[tuple[str, int], Head]:
    """The heads of some devices' logs in an epoch each, as they are now, without a lock; of an epoch that is new, none."""
    values = {"device_ids": list({device_id for device_id, _ in logs}), "epochs": list({epoch for _, epoch in logs})}
    return {(device_id, epoch): Head(seq, own_hash) for device_id, epoch, seq, own_hash in _HEADS.rows(bound, values)}


def head_of(bound: Bound, device_id: str, epoch: int) -> Head:
    """The head of a log as it is now, without a lock."""
    return heads_of(bound, [(device_id, epoch)]).get((device_id, epoch), EMPTY)


def move_heads(session: Session, heads: Mapping[Place, Head]) -> None:
    """Note how far some logs are stored now."""
    _MOVE_HEAD.run_many(
        session,
        [
            {"of_device": place.device_id, "of_epoch": place.epoch, "new_seq": head.seq, "new_hash": head.hash}
            for place, head in heads.items()
        ],
    )


def offer_epoch(session: Session, device_id: str) -> int:
    """A new epoch's number, given out once (PROTOCOL S9)."""
    session.execute(update(Device).where(Device.device_id == device_id).values(epoch_offered=Device.epoch_offered + 1))
    return session.scalars(select(Device.epoch_offered).where(Device.device_id == device_id)).one()


def hashes_at(session: Session, device_id: str, epoch: int, seqs: Collection[int]) -> dict[int, Stored]:
    """What is stored in some places of a log, by seq."""
    if not seqs:
        return {}
    rows = _AT.rows(session, {"device_id": device_id, "epoch": epoch, "seqs": seqs})
    return {seq: Stored(own_hash, flags) for seq, own_hash, flags in rows}


def known_event_ids(session: Session, tenant_id: str, event_ids: Collection[str]) -> dict[str, bytes | None]:
    """The stored bodies under some event ids; None for one that was redacted."""
    if not event_ids:
        return {}
    return dict(_KNOWN.rows(session, {"tenant_id": tenant_id, "event_ids": event_ids}))


def lock_jobs(session: Session, tenant_id: str, job_ids: Iterable[str]) -> dict[str, JobView]:
    """The tenant's jobs of these ids, locked in order of id until the transaction ends. Unknown and foreign ones are left out."""
    wanted = sorted(set(job_ids))
    if not wanted:
        return {}
    return {row.job_id: row for row in session.scalars(_LOCK_JOBS, {"tenant_id": tenant_id, "job_ids": wanted})}


def lock_folded(session: Session, tenant_id: str, job_ids: Iterable[str]) -> dict[str, Folded]:
    """As `lock_jobs`, for whoever only folds events onto them."""
    wanted = sorted(set(job_ids))
    rows = _LOCK_FOLDED.rows(session, {"tenant_id": tenant_id, "job_ids": wanted}) if wanted else []
    return {row[0]: Folded(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Refolded:
    """A job's row as it is to be. Unless `listed`, no member by which lists are filtered and sorted has changed."""

    members: Mapping[str, Any]
    listed: bool


def keep_folded(session: Session, jobs: Mapping[str, Refolded]) -> None:
    """Write jobs' rows anew."""
    for statement, listed in ((_KEEP, False), (_KEEP_AND_LIST, True)):
        rows = [{"of_job": job_id, **job.members} for job_id, job in jobs.items() if job.listed == listed]
        if rows:
            statement.run_many(session, rows)


def insert_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put events into their places."""
    if rows and is_sqlite(session):
        _INSERT_EVENT.run_many(session, rows)
    elif rows:
        texts = ({name: b64encode(row[name]).decode("ascii") for name in ("salt", "body")} for row in rows)
        _EVENTS_FROM_JSON.run(session, {"rows": orjson.dumps([row | bytes_of for row, bytes_of in zip(rows, texts, strict=True)]).decode()})


def insert_fork(session: Session, row: dict[str, Any]) -> None:
    """Keep an event of a second branch; one that is kept already stays as it is."""
    _INSERT_FORK.run(session, row)


def insert_seals(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Keep the seals of batches; the first one for a head is enough."""
    if rows:
        _INSERT_SEAL.run_many(session, rows)


def name_blobs(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note which events name which blobs."""
    if rows and is_sqlite(session):
        _INSERT_NAME.run_many(session, rows)
    elif rows:
        _NAMES_FROM_JSON.run(session, {"rows": orjson.dumps(rows).decode()})


def count_blobs(session: Session, job_id: str) -> tuple[int, int]:
    """How many blobs a job's events name, and how many of them are not verified."""
    return count_blobs_of(session, [job_id]).get(job_id, (0, 0))


def count_blobs_of(bound: Bound, job_ids: Collection[str]) -> dict[str, tuple[int, int]]:
    """As `count_blobs`, for several jobs; those whose events name none are left out."""
    rows = _COUNT_BLOBS.rows(bound, {"job_ids": job_ids}) if job_ids else []
    return {job_id: (named, named - held) for job_id, named, held in rows}


def set_crew(session: Session, tenant_id: str, job_id: str, crew: Collection[str], is_open: bool) -> None:
    """Make the rows of who is in a job's crew equal to `crew`."""
    _LEAVE_CREW.run(session, {"of_job": job_id})
    if crew:
        place = {"job_id": job_id, "tenant_id": tenant_id, "is_open": is_open}
        _INSERT_CREW.run_many(session, [{**place, "user_id": user_id} for user_id in sorted(set(crew))])


def job_events(session: Session, tenant_id: str, job_id: str) -> Sequence[EventRow]:
    """All folded events of a job in order of `rev`."""
    return session.scalars(select(EventRow).where(EventRow.job_id == job_id, EventRow.tenant_id == tenant_id).order_by(EventRow.rev)).all()
