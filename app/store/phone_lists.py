"""SQL of the office's page of phones. What it costs grows with phones and open jobs, not with what was ever recorded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, text, true
from sqlalchemy.orm import Session

from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.devices import Device
from app.store.events import IS_SET_ASIDE, EventRow, ForkEvent
from app.store.jobs import JobView
from app.store.people import Station, User

_device, _user, _event, _fork = (table(of) for of in (Device, User, EventRow, ForkEvent))
_name, _blob, _job = (table(of) for of in (BlobName, Blob, JobView))
_IS_PHONE = _device.c.kind == "phone"
_HOLDS_SOMETHING = or_(_device.c.pending_events > 0, _device.c.pending_blobs > 0)
# As text, because an index for some of the rows is used only when its condition stands in the statement itself.
_MISSING, _AWAITED = text("job_view.blobs_missing > 0"), text("blob_name.awaited")
_AT_EVENT = and_(_event.c.device_id == _name.c.device_id, _event.c.epoch == _name.c.epoch, _event.c.seq == _name.c.seq)


def phones(session: Session, tenant_id: str) -> Sequence[Any]:
    """All phones of a tenant with their user's name and station, without keys."""
    station = table(Station)
    wanted = [column for column in _device.c if column.name not in ("public_key", "alg")]
    joined = _device.join(_user, _user.c.user_id == _device.c.user_id).outerjoin(station, station.c.station_id == _user.c.station_id)
    query = select(*wanted, _user.c.name.label("user_name"), _user.c.disabled_at, _user.c.station_id, station.c.name.label("station_name"))
    return session.execute(query.select_from(joined).where(_device.c.tenant_id == tenant_id, _IS_PHONE)).all()


def awaited_blobs(session: Session, tenant_id: str, device_id: str | None = None) -> Sequence[Any]:
    """Blobs that events of open jobs name and that are not here: `device_id, job_id, order_ref, blobs, since`, oldest first."""
    is_blob = and_(_blob.c.tenant_id == _name.c.tenant_id, _blob.c.sha256 == _name.c.sha256)
    since = func.min(_event.c.received_at).label("since")
    query = (
        select(_name.c.device_id, _name.c.job_id, _job.c.order_ref, func.count(_name.c.sha256.distinct()).label("blobs"), since)
        .select_from(_job.join(_name, _name.c.job_id == _job.c.job_id).join(_event, _AT_EVENT).outerjoin(_blob, is_blob))
        .where(_job.c.tenant_id == tenant_id, _MISSING, _blob.c.sha256.is_(None))
        .group_by(_name.c.device_id, _name.c.job_id, _job.c.order_ref)
        .order_by(since)
    )
    return session.execute(query if device_id is None else query.where(_name.c.device_id == device_id)).all()


def unseen_quarantined(session: Session, tenant_id: str) -> dict[str, int]:
    """How many events of each phone were set aside since somebody last looked."""
    counted: dict[str, int] = {}
    for rows, is_aside in ((_event, IS_SET_ASIDE), (_fork, true())):
        is_unseen = or_(_device.c.quarantine_seen_at.is_(None), rows.c.received_at > _device.c.quarantine_seen_at)
        query = (
            select(rows.c.device_id, func.count())
            .select_from(rows.join(_device, _device.c.device_id == rows.c.device_id))
            .where(rows.c.tenant_id == tenant_id, is_aside, is_unseen)
            .group_by(rows.c.device_id)
        )
        for device_id, count in session.execute(query):
            counted[device_id] = counted.get(device_id, 0) + count
    return counted


def overdue(session: Session, before: datetime, tenant_id: str | None = None) -> set[str]:
    """The phones in service that said they hold something recorded before that moment, or whose events from then name blobs that are
    not here; of all tenants when none is named."""
    of_tenant = (_IS_PHONE, _device.c.revoked_at.is_(None), *(() if tenant_id is None else (_device.c.tenant_id == tenant_id,)))
    holding = select(_device.c.device_id).where(*of_tenant, _device.c.pending_oldest_at < before, _HOLDS_SOMETHING)
    is_blob = and_(_blob.c.tenant_id == _name.c.tenant_id, _blob.c.sha256 == _name.c.sha256)
    named = _name.join(_device, _device.c.device_id == _name.c.device_id).join(_event, _AT_EVENT).outerjoin(_blob, is_blob)
    owing = select(_name.c.device_id).select_from(named)
    owing = owing.where(*of_tenant, _AWAITED, _blob.c.sha256.is_(None), _event.c.received_at < before).distinct()
    return {*session.scalars(holding), *session.scalars(owing)}


def returned(session: Session, tenant_id: str) -> tuple[int, int]:
    """How many phones in service came back after a restore and wait to be confirmed, and how many lost their storage."""
    waiting = func.count().filter(_device.c.readmitted_at.is_not(None), _device.c.confirmed_at.is_(None))
    lost = func.count().filter(_device.c.storage_lost_at.is_not(None))
    row = session.execute(select(waiting, lost).where(_device.c.tenant_id == tenant_id, _IS_PHONE, _device.c.revoked_at.is_(None))).one()
    return row[0], row[1]


def user_name(session: Session, user_id: str | None) -> str | None:
    """A user's name."""
    return session.scalar(select(_user.c.name).where(_user.c.user_id == user_id))


def quarantined(session: Session, tenant_id: str, before: tuple[datetime, str, int, int, str] | None, rows_max: int) -> Sequence[Any]:
    """What was set aside, the newest first, beginning behind the place `before`; each with its phone and user."""
    places = ("received_at", "device_id", "epoch", "seq", "hash")
    found: list[Any] = []
    for rows, is_aside in ((_event, IS_SET_ASIDE), (_fork, true())):
        flags = rows.c.flags if rows is _event else text("""'["fork"]' AS flags""")
        wanted = [rows.c[name] for name in (*places, "body")]
        query = (
            select(*wanted, flags, _device.c.label, _device.c.quarantine_seen_at, _device.c.user_id, _user.c.name.label("user_name"))
            .select_from(rows.join(_device, _device.c.device_id == rows.c.device_id).outerjoin(_user, _user.c.user_id == _device.c.user_id))
            .where(rows.c.tenant_id == tenant_id, is_aside)
            .order_by(*(rows.c[name].desc() for name in places))
            .limit(rows_max)
        )
        if before is not None:
            query = query.where(_behind([rows.c[name] for name in places], before))
        found += session.execute(query).all()
    return sorted(found, key=lambda row: tuple(getattr(row, name) for name in places), reverse=True)[:rows_max]


def _behind(columns: Sequence[Any], place: Sequence[Any]) -> Any:
    """Rows that come after a place in an order that falls in all columns."""
    alternatives = []
    for number, column in enumerate(columns):
        same = [earlier == value for earlier, value in zip(columns[:number], place[:number], strict=True)]
        alternatives.append(and_(*same, column < place[number]))
    return and_(columns[0] <= place[0], or_(*alternatives))
