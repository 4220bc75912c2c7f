"""Who sends a sync: a phone, known by its key's seal over the request (PROTOCOL S2, S3)."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import select

from app import clock
from app.domain.log import Link, seal_text
from app.problems import ChallengeStale, DeviceUnknown, SealInvalid
from app.services import tickets
from app.services.keys import PublicKey, read_public_key, verifies
from app.services.office import Office
from app.services.standings import Author
from app.store import log
from app.store.db import table
from app.store.devices import Device, LogHead
from app.store.people import User
from app.store.prepared import Bound, Prepared, among

CLOCK_SKEW_MAX = timedelta(minutes=5)
CONTACT_NOTED_EVERY = timedelta(seconds=60)
_device, _user, _head = table(Device), table(User), table(LogHead)


@dataclass(frozen=True, slots=True)
class Request:
    """A sync request of the right form; `links` are in order, neighbours linked or not."""

    device_id: str
    epoch: int
    build: str
    device_time: datetime
    challenge: str
    seal: str
    links: Sequence[Link]
    have: Mapping[str, int]
    pending: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Phone:
    """What is known of the calling device; plain values, so that no transaction stays open."""

    author: Author
    stored: log.Head
    may_pull: bool
    contact_is_due: bool


class _Known(NamedTuple):
    """What the database knows of a device and its user."""

    device_id: str
    tenant_id: str
    user_id: str
    alg: str
    public_key: str
    revoked_at: datetime | None
    readmitted_at: datetime | None
    confirmed_at: datetime | None
    last_contact_at: datetime | None
    build: str | None
    pending_events: int
    pending_blobs: int
    disabled_at: datetime | None


_CALLERS = Prepared(
    select(*(_device.c[name] for name in _Known._fields[:-1]), _user.c.disabled_at, _head.c.epoch, _head.c.seq, _head.c.hash)
    .select_from(
        _device.join(_user, _user.c.user_id == _device.c.user_id).outerjoin(
            _head, (_head.c.device_id == _device.c.device_id) & among(_head.c.epoch, "epochs")
        )
    )
    .where(among(_device.c.device_id, "device_ids"), _device.c.kind == "phone")
)


def phones_of(bound: Bound, office: Office, requests: Collection[Request]) -> Callable[[Request], Phone]:
    """What tells of each of these requests which phone it is from, by its seal.

    That raises `DeviceUnknown`, `ChallengeStale` and `SealInvalid`, the last two with a fresh challenge.
    """
    asked = {"device_ids": list({request.device_id for request in requests}), "epochs": list({request.epoch for request in requests})}
    known: dict[str, _Known] = {}
    heads: dict[tuple[str, int], log.Head] = {}
    for *columns, epoch, seq, own_hash in _CALLERS.rows(bound, asked):
        device = _Known._make(columns)
        known[device.device_id] = device
        heads[device.device_id, epoch] = log.EMPTY if seq is None else log.Head(seq, own_hash)
    return lambda request: _authenticate(
        office, request, known.get(request.device_id), heads.get((request.device_id, request.epoch), log.EMPTY)
    )


def _authenticate(office: Office, request: Request, device: _Known | None, head: log.Head) -> Phone:
    """The calling phone, by the seal; `head` is how far its log is stored."""
    if device is None:
        raise DeviceUnknown
    if not tickets.is_fresh(office, device.device_id, request.challenge):
        fresh = tickets.challenge(office, device.device_id)
        raise ChallengeStale(challenge=fresh, acked_seq=head.seq, server_epoch=office.server_epoch())
    key = _key(device.alg, device.public_key)
    texts = (seal_text(device.device_id, request.epoch, one.seq, one.hash, request.challenge) for one in _may_be_sealed(request, head))
    if not any(verifies(key, request.seal, text) for text in texts):
        fresh = tickets.challenge(office, device.device_id)
        raise SealInvalid(challenge=fresh, acked_seq=head.seq, server_epoch=office.server_epoch())
    now = clock.now()
    flags = []
    if device.disabled_at is not None:
        flags.append("user_disabled")
    if device.revoked_at is not None:
        flags.append("device_revoked")
    may_pull = not flags
    if device.readmitted_at is not None and device.confirmed_at is None:
        flags.append("readmitted")
    if abs(now - request.device_time) > CLOCK_SKEW_MAX:
        flags.append("clock_skew")
    author = Author(device.tenant_id, device.device_id, request.epoch, device.user_id, key, flags=tuple(flags))
    return Phone(author, head, may_pull, _contact_is_due(device, request, now))


def _may_be_sealed(request: Request, head: log.Head) -> tuple[log.Head, ...]:
    """What the seal may speak for: the batch's last event; without a batch what is stored, or an empty log."""
    return (log.Head(request.links[-1].seq, request.links[-1].hash),) if request.links else (head, log.EMPTY)


@lru_cache(maxsize=4_096)
def _key(alg: str, public_key: str) -> PublicKey:
    """A key from its text. Working out a point of the curve takes as long as verifying a signature."""
    return read_public_key(alg, json.loads(public_key))


def _contact_is_due(device: _Known, request: Request, now: datetime) -> bool:
    """Whether this contact says something new about the phone; a quiet one costs no write."""
    if device.last_contact_at is None or now - device.last_contact_at > CONTACT_NOTED_EVERY:
        return True
    noted = (device.build, device.pending_events, device.pending_blobs)
    return bool(noted != (request.build, request.pending["events"], request.pending["blobs"]))
