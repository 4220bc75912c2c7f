"""A job's events as they stand in the devices' logs, and whether those logs are intact around them (PROTOCOL L3, L4, S2)."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.domain.events import JsonObject
from app.domain.log import BATCH_EVENTS_MAX, body_digest, header, header_hash, seal_text
from app.services.job_view import stored_events
from app.services.keys import PublicKey, read_public_key, verifies
from app.store.devices import Device, Seal
from app.store.events import EventRow

# A stretch longer than this is checked at the job's own events and at its end only.
STRETCH_MAX = 2_000

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of a job. `seen_at` is when the office had written the rev that its device had seen, the earliest it can be from."""

    rev: int
    event_id: str
    kind: str
    at: str
    actor: str
    data: JsonObject
    flags: tuple[str, ...]
    redacted: bool
    device_id: str
    epoch: int
    seq: int
    hash: str
    received_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class LogPart:
    """The stretch of one log that a job's events lie in. `why` says what is wrong when it is not `ok`.

    `seal` is the device's signature that covers the stretch, `{seq, hash, challenge, seal}`, or None when there is none.
    """

    device_id: str
    label: str
    kind: str
    user_id: str | None
    alg: str
    public_key: JsonObject
    epoch: int
    from_seq: int
    to_seq: int
    to_hash: str
    seal: JsonObject | None
    why: str | None

    @property
    def ok(self) -> bool:
        """Whether nothing wrong was found."""
        return self.why is None


def recorded(rows: Sequence[EventRow]) -> list[Recorded]:
    """The events of stored rows, which are all of one job in order of `rev`."""
    received = {row.rev: row.received_at for row in rows}
    return [
        Recorded(
            rev=event.rev,
            event_id=event.event_id,
            kind=event.kind,
            at=event.at,
            actor=event.actor,
            data=event.data,
            flags=tuple(orjson.loads(row.flags)),
            redacted=event.redacted,
            device_id=row.device_id,
            epoch=row.epoch,
            seq=row.seq,
            hash=row.hash,
            received_at=row.received_at,
            seen_at=received.get(event.seen_rev),
        )
        for row, event in zip(rows, stored_events(rows), strict=True)
    ]


def log_parts(session: Session, rows: Sequence[EventRow]) -> list[LogPart]:
    """The stretches of the logs that a job's events lie in, each checked; three queries, however many there are."""
    if not rows:
        return []
    own: dict[Place, list[EventRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.seq):
        own[row.device_id, row.epoch].append(row)
    devices = {row.device_id: row for row in session.scalars(select(Device).where(Device.device_id.in_({place[0] for place in own})))}
    seals = _seals(session, own)
    headers = _headers(session, own, seals)
    return [_part(devices[place[0]], place, own[place], headers[place], seals.get(place)) for place in sorted(own)]


def _seals(session: Session, own: dict[Place, list[EventRow]]) -> dict[Place, Seal]:
    """For each log the first seal at or behind the job's last event in it."""
    wanted = [
        and_(Seal.device_id == place[0], Seal.epoch == place[1], Seal.seq.between(rows[-1].seq, rows[-1].seq + BATCH_EVENTS_MAX))
        for place, rows in own.items()
    ]
    found = session.scalars(select(Seal).where(or_(*wanted)).order_by(Seal.seq.desc()))
    return {(seal.device_id, seal.epoch): seal for seal in found}


def _headers(session: Session, own: dict[Place, list[EventRow]], seals: dict[Place, Seal]) -> dict[Place, list[Any]]:
    """The headers of the stretch in each log, from the job's first event to the seal, without bodies."""
    wanted = []
    for place, rows in own.items():
        first, last = rows[0].seq, rows[-1].seq
        until = seals[place].seq if place in seals else last
        begins = first if until - first <= STRETCH_MAX else last
        wanted.append(and_(EventRow.device_id == place[0], EventRow.epoch == place[1], EventRow.seq.between(begins, until)))
    columns = (EventRow.device_id, EventRow.epoch, EventRow.seq, EventRow.prev, EventRow.hash, EventRow.body_digest)
    headers: dict[Place, list[Any]] = defaultdict(list)
    for found in session.execute(select(*columns).where(or_(*wanted)).order_by(EventRow.seq)):
        headers[found.device_id, found.epoch].append(found)
    return headers


def _part(device: Device, place: Place, own: Sequence[EventRow], headers: Sequence[Any], seal: Seal | None) -> LogPart:
    jwk: JsonObject = json.loads(device.public_key)
    key = read_public_key(device.alg, jwk)
    why = _body_fault(own, key) or _link_fault(headers) or _seal_fault(headers, seal, key)
    return LogPart(
        device_id=device.device_id,
        label=device.label,
        kind=device.kind,
        user_id=device.user_id,
        alg=device.alg,
        public_key=jwk,
        epoch=place[1],
        from_seq=own[0].seq,
        to_seq=own[-1].seq,
        to_hash=own[-1].hash,
        seal={"seq": seal.seq, "hash": seal.hash, "challenge": seal.challenge, "seal": seal.seal} if seal else None,
        why=why,
    )


def _body_fault(own: Iterable[EventRow], key: PublicKey) -> str | None:
    """Whether a body is another than its header says, or a sign-off is not signed. A redacted body is no fault."""
    for row in own:
        if row.body is not None and body_digest(row.salt or b"", row.body) != row.body_digest:
            return "body_changed"
        text = header(row.device_id, row.epoch, row.seq, row.prev, row.body_digest)
        if header_hash(text) != row.hash:
            return "header_changed"
        if row.kind == "signoff.recorded" and not verifies(key, row.sig, text):
            return "bad_signature"
    return None


def _link_fault(headers: Sequence[Any]) -> str | None:
    """Whether an event of the stretch does not follow from its header or from the one before it."""
    before = None
    for link in headers:
        if header_hash(header(link.device_id, link.epoch, link.seq, link.prev, link.body_digest)) != link.hash:
            return "header_changed"
        if before is not None and (link.seq != before.seq + 1 or link.prev != before.hash):
            return "link_broken"
        before = link
    return None


def _seal_fault(headers: Sequence[Any], seal: Seal | None, key: PublicKey) -> str | None:
    """Whether the device's signature does not vouch for the stretch as it is stored."""
    if seal is None:
        return None
    if not headers or (headers[-1].seq, headers[-1].hash) != (seal.seq, seal.hash):
        return "seal_mismatch"
    text = seal_text(seal.device_id, seal.epoch, seal.seq, seal.hash, seal.challenge)
    return None if verifies(key, seal.seal, text) else "bad_seal"
