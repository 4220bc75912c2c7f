"""What phones sent that could not be folded: kept as it came, and shown to somebody (PROTOCOL S7)."""

import contextlib
import json
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, update

from app import clock
from app.domain.events import JsonObject
from app.domain.log import from_b64, to_b64
from app.problems import InvalidBody, NotFound
from app.services import rescue_log
from app.store import phone_lists
from app.store.db import reading, writing
from app.store.devices import Device

PAGE_MAX = 100
TEXT_MAX = 4_000

_Place = tuple[datetime, str, int, int, str]


def page(tenant_id: str, cursor: str | None, limit: int) -> JsonObject:
    """One page of what was set aside, the newest first: `{events, next}`. `text` is the body's first 4,000 characters.

    Raises `InvalidBody` for a cursor that is none.
    """
    before = _read_cursor(cursor) if cursor else None
    with reading() as session:
        rows = phone_lists.quarantined(session, tenant_id, before, limit + 1)
    shown = rows[:limit]
    return {"events": [_event(row) for row in shown], "next": _cursor(shown[-1]) if len(rows) > limit else None}


def mark_seen(tenant_id: str, device_id: str, until: datetime) -> None:
    """Note that somebody has looked at all that a phone's log set aside until that moment, to the millisecond.

    Raises `NotFound` when the tenant has no such phone.
    """
    with writing() as session:
        mine = (Device.device_id == device_id, Device.tenant_id == tenant_id, Device.kind.in_(("phone", rescue_log.KIND)))
        seen = until + timedelta(milliseconds=1)
        marked = update(Device).where(*mine).values(quarantine_seen_at=seen).returning(Device.device_id)
        if session.execute(marked).first() is None:
            raise NotFound


def _event(row: Row[Any]) -> JsonObject:
    body = bytes(row.body or b"")
    flags = orjson.loads(row.flags)
    said = _as_far_as_readable(body)
    return {
        "device_id": row.device_id,
        "label": row.label,
        "user": {"id": row.user_id, "name": row.user_name} if row.user_id else None,
        "epoch": row.epoch,
        "seq": row.seq,
        "hash": row.hash,
        "reason": flags[0] if flags else "unreadable",
        "received_at": clock.stamp(row.received_at),
        "seen": row.quarantine_seen_at is not None and row.received_at <= row.quarantine_seen_at,
        "kind": said.get("kind"),
        "job_id": said.get("job_id"),
        "bytes": len(body),
        "text": body.decode("utf-8", "replace")[:TEXT_MAX].replace("\0", "\N{REPLACEMENT CHARACTER}"),
    }


def _as_far_as_readable(body: bytes) -> dict[str, str]:
    """The kind and the job that a body names, where it is an object that does."""
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(body)
        if isinstance(said, dict):
            named = {name: said.get(name) for name in ("kind", "job_id")}
            return {name: value[:64] for name, value in named.items() if isinstance(value, str) and value.isprintable()}
    return {}


def _cursor(row: Row[Any]) -> str:
    return to_b64(json.dumps([row.received_at.isoformat(), row.device_id, row.epoch, row.seq, row.hash]).encode())


def _read_cursor(text: str) -> _Place:
    try:
        at, device_id, epoch, seq, own_hash = json.loads(from_b64(text))
        moment = datetime.fromisoformat(at)
        plain = all(isinstance(part, str) and "\0" not in part and part.isascii() for part in (device_id, own_hash))
        if moment.tzinfo is not None and plain and all(type(number) is int and 0 <= number < 2**53 for number in (epoch, seq)):
            return moment, device_id, epoch, seq, own_hash
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    raise _bad_cursor()


def _bad_cursor() -> InvalidBody:
    return InvalidBody(errors=[{"pointer": "#/cursor", "detail": "Not a cursor that a list has given out."}])
