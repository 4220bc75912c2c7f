"""Checking stored logs: every event follows from its bytes and its neighbour, every seal verifies."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.domain.events import knows, named_blobs, parse_body
from app.domain.log import ZERO_HASH, body_digest, header, header_hash, seal_text
from app.services.keys import read_public_key, verifies
from app.store.blobs import BlobName
from app.store.db import reading
from app.store.devices import Device, LogHead, Seal
from app.store.events import QUARANTINED, EventRow, ForkEvent

_ROWS_AT_ONCE = 1_000


def faults(device_id: str | None = None) -> list[str]:
    """What is wrong in the stored logs, one sentence each; of one device, or of all."""
    return list(faults_of(device_id))


def faults_of(device_id: str | None = None) -> Iterator[str]:
    """As `faults`, as they are found; each log is read in a transaction of its own."""
    after: tuple[str, int] = ("", 0)
    while True:
        behind = tuple_(LogHead.device_id, LogHead.epoch) > after
        with reading() as session:
            query = select(LogHead).where(behind).order_by(LogHead.device_id, LogHead.epoch).limit(1)
            head = session.scalars(query if device_id is None else query.where(LogHead.device_id == device_id)).first()
            if head is None:
                yield from _headless(session)
                return
            after = (head.device_id, head.epoch)
            yield from _log_faults(session, head)
            session.expunge_all()


def _headless(session: Session) -> Iterator[str]:
    """Logs with events and without a head."""
    headed = select(LogHead.device_id).where(LogHead.device_id == EventRow.device_id, LogHead.epoch == EventRow.epoch)
    for row in session.execute(select(EventRow.device_id, EventRow.epoch).where(~headed.exists()).distinct()):
        yield f"{row.device_id} epoch {row.epoch}: it has events, but no head."


def _log_faults(session: Session, head: LogHead) -> Iterator[str]:
    name = f"{head.device_id} epoch {head.epoch}"
    prev, seq = ZERO_HASH, 0
    names: list[tuple[int, str]] = []
    in_order = select(EventRow).where(EventRow.device_id == head.device_id, EventRow.epoch == head.epoch).order_by(EventRow.seq)
    with closing(session.scalars(in_order.execution_options(yield_per=_ROWS_AT_ONCE))) as rows:
        for row in rows:
            seq += 1
            if row.seq != seq:
                yield f"{name}: seq {seq} is missing."
                return
            if row.prev != prev:
                yield f"{name}: seq {seq} does not link to the event before it."
            if row.body is not None and row.salt is not None and body_digest(row.salt, row.body) != row.body_digest:
                yield f"{name}: the body of seq {seq} was changed."
            if header_hash(header(row.device_id, row.epoch, row.seq, row.prev, row.body_digest)) != row.hash:
                yield f"{name}: the hash of seq {seq} is not that of its header."
            prev = row.hash
            names += _named(row)
            if len(names) >= _ROWS_AT_ONCE:
                yield from _name_faults(session, head, names)
                names = []
    yield from _name_faults(session, head, names)
    if (head.seq, head.hash) != (seq, prev):
        yield f"{name}: the head does not name the last event."
    yield from _seal_faults(session, head, name)


def _seal_faults(session: Session, head: LogHead, name: str) -> Iterator[str]:
    device = session.get_one(Device, head.device_id)
    key = read_public_key(device.alg, json.loads(device.public_key))
    of_log = select(Seal).where(Seal.device_id == head.device_id, Seal.epoch == head.epoch).order_by(Seal.seq)
    for seal in session.scalars(of_log.execution_options(yield_per=_ROWS_AT_ONCE)):
        if not verifies(key, seal.seal, seal_text(seal.device_id, seal.epoch, seal.seq, seal.hash, seal.challenge)):
            yield f"{name}: the seal at seq {seal.seq} does not verify."
        at = session.execute(select(EventRow.hash).where(*_place(EventRow, seal))).scalar()
        if at not in (None, seal.hash) and session.get(ForkEvent, (seal.device_id, seal.epoch, seal.seq, seal.hash)) is None:
            yield f"{name}: the seal at seq {seal.seq} is over another event than the one that is there."


def _place(model: Any, seal: Seal) -> tuple[Any, ...]:
    return model.device_id == seal.device_id, model.epoch == seal.epoch, model.seq == seal.seq


def _named(row: EventRow) -> list[tuple[int, str]]:
    """The blobs that an event names by its data; what a body that cannot be read named is known from its rows alone."""
    if row.body is None or row.standing == QUARANTINED:
        return []
    body = parse_body(row.body.decode("utf-8"))
    return [(row.seq, sha256) for sha256 in named_blobs(body["kind"], body["data"])] if knows(body["kind"], body["kv"]) else []


def _name_faults(session: Session, head: LogHead, names: list[tuple[int, str]]) -> Iterator[str]:
    """Blobs that events name and that no row says so of: their phone could not send them."""
    seqs = [seq for seq, _ in names]
    if not seqs:
        return
    of_log = (BlobName.device_id == head.device_id, BlobName.epoch == head.epoch, BlobName.seq.between(min(seqs), max(seqs)))
    noted = {(row.seq, row.sha256) for row in session.execute(select(BlobName.seq, BlobName.sha256).where(*of_log))}
    for seq, sha256 in names:
        if (seq, sha256) not in noted:
            yield f"{head.device_id} epoch {head.epoch}: seq {seq} names blob {sha256}, and no row says so."
