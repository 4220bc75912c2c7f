"""The office's eye on its phones: what each holds that is not here yet, how it is, and which ones need a look."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app import clock
from app.domain.events import JsonObject
from app.domain.log import from_b64, to_b64
from app.problems import InvalidBody, NotFound
from app.services.jobs import named
from app.store import phone_lists
from app.store.db import reading, writing
from app.store.devices import Device

OVERDUE_AFTER = timedelta(hours=24)
VERY_OVERDUE_AFTER = timedelta(hours=72)
CLOCK_OFF_MAX_MS = 5 * 60 * 1000
ROOM_LEAST_BYTES = 500 * 1024 * 1024
PAGE_MAX = 200
JOBS_SHOWN = 10
WHICH = ("look", "all")

# What there is to say of a phone, and its weight: 3 somebody must act, 2 something is at risk, 1 good to know. The last calls for nobody.
WEIGHTS = {
    "storage_lost": 3,
    "readmitted": 3,
    "very_overdue": 3,
    "overdue": 2,
    "blobs_overdue": 2,
    "quarantine": 2,
    "one_copy": 1,
    "not_persisted": 2,
    "little_room": 2,
    "clock_off": 2,
    "old_build": 1,
}
CALLS_FROM = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for: all phones, or those that need a `look`; `words` are sought in names, `build` is the one served now."""

    which: str = "all"
    words: str | None = None
    cursor: str | None = None
    limit: int = 50
    build: str | None = None


def page(tenant_id: str, wanted: Wanted) -> JsonObject:
    """One page of phones, those that need a look most first: `{devices, next, counts}`; three queries.

    Raises `InvalidBody` for a cursor that is none.
    """
    now = clock.now()
    after = _read_cursor(wanted.cursor) if wanted.cursor else None
    with reading() as session:
        rows = phone_lists.phones(session, tenant_id)
        awaited = _by_device(phone_lists.awaited_blobs(session, tenant_id))
        unseen = phone_lists.unseen_quarantined(session, tenant_id)
    looks = {row.device_id: _looks(row, awaited[row.device_id], unseen.get(row.device_id, 0), wanted.build, now) for row in rows}
    found = [row for row in rows if (wanted.which == "all" or _calls(looks[row.device_id])) and _matches(row, wanted.words)]
    order = {row.device_id: _place(row, looks[row.device_id]) for row in found}
    behind = sorted((row for row in found if after is None or order[row.device_id] > after), key=lambda row: order[row.device_id])
    shown = behind[: wanted.limit]
    labels = {row.device_id: row.label for row in rows}
    return {
        "devices": [_phone(row, looks[row.device_id], awaited[row.device_id], unseen.get(row.device_id, 0), labels) for row in shown],
        "next": _cursor(order[shown[-1].device_id]) if len(behind) > len(shown) else None,
        "counts": _counts(looks, len(rows)),
    }


def alerts(tenant_id: str) -> JsonObject:
    """What calls somebody to the phones from any page: `{overdue, readmitted, storage_lost, quarantine}`, as numbers of phones."""
    with reading() as session:
        overdue = phone_lists.overdue(session, clock.now() - OVERDUE_AFTER, tenant_id)
        readmitted, lost = phone_lists.returned(session, tenant_id)
        unseen = phone_lists.unseen_quarantined(session, tenant_id)
    return {"overdue": len(overdue), "readmitted": readmitted, "storage_lost": lost, "quarantine": len(unseen)}


def overdue_everywhere() -> int:
    """How many phones of all tenants hold something that is more than 24 hours old, or owe photos for as long."""
    with reading() as session:
        return len(phone_lists.overdue(session, clock.now() - OVERDUE_AFTER))


def note_condition(device_id: str, condition: Mapping[str, Any]) -> None:
    """Keep what a phone says of itself."""
    with writing() as session:
        said = {"condition": json.dumps(dict(condition), sort_keys=True), "condition_at": clock.now()}
        session.execute(update(Device).where(Device.device_id == device_id).values(said))


def confirm(tenant_id: str, device_id: str) -> None:
    """Say that a phone which came back after a restore is right: what it sends from now on is not flagged any more.

    Raises `NotFound` when the tenant has no such phone.
    """
    with writing() as session:
        phone = _locked(session, tenant_id, device_id)
        if phone.readmitted_at is not None and phone.confirmed_at is None:
            phone.confirmed_at = clock.now()


def before(device_id: str) -> JsonObject | None:
    """What the office knew of the phone that a browser was before its storage was emptied; None when it knows none such."""
    with reading() as session:
        phone = session.get(Device, device_id)
        if phone is None or phone.kind != "phone":
            return None
        user_name = phone_lists.user_name(session, phone.user_id)
        awaited = sum(row.blobs for row in phone_lists.awaited_blobs(session, phone.tenant_id, device_id))
        return {
            "label": phone.label,
            "user_name": user_name,
            "last_contact_at": _stamp(phone.last_contact_at),
            "pending": {
                "events": phone.pending_events,
                "blobs": phone.pending_blobs,
                "bytes": phone.pending_bytes,
                "oldest_at": _stamp(phone.pending_oldest_at),
            },
            "awaiting_blobs": awaited,
        }


def _looks(row: Row[Any], awaited: Sequence[Row[Any]], unseen: int, build: str | None, now: datetime) -> list[str]:
    """Why a phone needs a look, the weightiest first. One out of service needs none but for what it has set aside."""
    said = _condition(row)
    holds = row.pending_events > 0 or row.pending_blobs > 0
    age = now - row.pending_oldest_at if holds and row.pending_oldest_at else timedelta()
    room, off = said.get("room_bytes"), said.get("clock_off_ms")
    found = {
        "storage_lost": row.storage_lost_at is not None,
        "readmitted": row.readmitted_at is not None and row.confirmed_at is None,
        "very_overdue": age > VERY_OVERDUE_AFTER,
        "overdue": OVERDUE_AFTER < age <= VERY_OVERDUE_AFTER,
        "blobs_overdue": any(now - one.since > OVERDUE_AFTER for one in awaited),
        "one_copy": said.get("copies") == 1,
        "not_persisted": said.get("persisted") is False,
        "little_room": room is not None and room < ROOM_LEAST_BYTES,
        "clock_off": off is not None and abs(off) > CLOCK_OFF_MAX_MS,
        "old_build": build is not None and row.build is not None and row.build != build,
    }
    in_service = row.revoked_at is None
    looks = [code for code, holds_true in found.items() if holds_true and in_service]
    return sorted([*looks, *(["quarantine"] if unseen else [])], key=lambda code: (-WEIGHTS[code], code))


def _calls(looks: Sequence[str]) -> bool:
    """Whether somebody should look at a phone."""
    return any(WEIGHTS[code] >= CALLS_FROM for code in looks)


def _place(row: Row[Any], looks: Sequence[str]) -> list[Any]:
    """Where a phone stands in the list: by weight, by how much weighs, then by its oldest unsent item; the ones out of service last."""
    weight = max((WEIGHTS[code] for code in looks), default=0)
    oldest = row.pending_oldest_at if row.pending_events or row.pending_blobs else None
    since = oldest or row.last_contact_at or row.enrolled_at
    return [row.revoked_at is not None, -weight, oldest is None, since.isoformat(), row.device_id]


def _phone(row: Row[Any], looks: list[str], awaited: Sequence[Row[Any]], unseen: int, labels: Mapping[str, str]) -> JsonObject:
    moments = ("enrolled_at", "last_contact_at", "pending_oldest_at", "readmitted_at", "confirmed_at", "storage_lost_at", "condition_at")
    return {
        "device_id": row.device_id,
        "label": row.label,
        "platform": row.platform,
        "user": {"id": row.user_id, "name": row.user_name},
        "station": named(row.station_id, {row.station_id: row.station_name or row.station_id}),
        **{name: _stamp(getattr(row, name)) for name in moments},
        "revoked": row.revoked_at is not None,
        "user_disabled": row.disabled_at is not None,
        "build": row.build,
        "pending_events": row.pending_events,
        "pending_blobs": row.pending_blobs,
        "pending_bytes": row.pending_bytes,
        "condition": _condition(row) or None,
        "replaces": named(row.replaces, labels),
        "awaiting_blobs": sum(one.blobs for one in awaited),
        "awaiting": [
            {"job_id": one.job_id, "order_ref": one.order_ref, "blobs": one.blobs, "since": clock.stamp(one.since)}
            for one in awaited[:JOBS_SHOWN]
        ],
        "quarantined": unseen,
        "looks": looks,
    }


def _counts(looks: Mapping[str, Sequence[str]], phones: int) -> dict[str, int]:
    by_code = {code: sum(code in found for found in looks.values()) for code in WEIGHTS}
    overdue = sum(bool({"overdue", "very_overdue", "blobs_overdue"} & set(found)) for found in looks.values())
    return by_code | {"all": phones, "look": sum(map(_calls, looks.values())), "overdue": overdue}


def _by_device(rows: Sequence[Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.device_id].append(row)
    return found


def _matches(row: Row[Any], words: str | None) -> bool:
    sought = (words or "").strip().casefold()
    return sought in " ".join((row.user_name, row.label, row.station_name or "", row.device_id)).casefold()


def _condition(row: Row[Any]) -> JsonObject:
    said: JsonObject = orjson.loads(row.condition) if row.condition else {}
    return said


def _locked(session: Session, tenant_id: str, device_id: str) -> Device:
    phone = session.get(Device, device_id, with_for_update=True)
    if phone is None or phone.tenant_id != tenant_id or phone.kind != "phone":
        raise NotFound
    return phone


def _stamp(moment: datetime | None) -> str | None:
    return clock.stamp(moment) if moment else None


def _cursor(place: list[Any]) -> str:
    return to_b64(json.dumps(place).encode())


def _read_cursor(text: str) -> list[Any]:
    try:
        place = json.loads(from_b64(text))
        if [type(part) for part in place] == [bool, int, bool, str, str]:
            return list(place)
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    raise _bad_cursor()


def _bad_cursor() -> InvalidBody:
    return InvalidBody(errors=[{"pointer": "#/cursor", "detail": "Not a cursor that a list has given out."}])
