"""Checking stored logs: every event follows from its bytes and its neighbour, every seal verifies."""

import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.log import ZERO_HASH, body_digest, header, header_hash, seal_text
from app.services.keys import read_public_key, verifies
from app.store.db import reading
from app.store.devices import Device, LogHead, Seal
from app.store.events import EventRow

_ROWS_AT_ONCE = 1_000


def faults(device_id: str | None = None) -> list[str]:
    """What is wrong in the stored logs, one sentence each; of one device, or of all."""
    with reading() as session:
        heads = select(LogHead).order_by(LogHead.device_id, LogHead.epoch)
        if device_id is not None:
            heads = heads.where(LogHead.device_id == device_id)
        return [fault for head in session.scalars(heads).all() for fault in _log_faults(session, head)]


def _log_faults(session: Session, head: LogHead) -> Iterator[str]:
    name = f"{head.device_id} epoch {head.epoch}"
    prev, seq = ZERO_HASH, 0
    for row in session.scalars(
        select(EventRow)
        .where(EventRow.device_id == head.device_id, EventRow.epoch == head.epoch)
        .order_by(EventRow.seq)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    ):
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
    if (head.seq, head.hash) != (seq, prev):
        yield f"{name}: the head does not name the last event."
    yield from _seal_faults(session, head, name)


def _seal_faults(session: Session, head: LogHead, name: str) -> Iterator[str]:
    device = session.get_one(Device, head.device_id)
    key = read_public_key(device.alg, json.loads(device.public_key))
    for seal in session.scalars(select(Seal).where(Seal.device_id == head.device_id, Seal.epoch == head.epoch).order_by(Seal.seq)):
        if not verifies(key, seal.seal, seal_text(seal.device_id, seal.epoch, seal.seq, seal.hash, seal.challenge)):
            yield f"{name}: the seal at seq {seal.seq} does not verify."
