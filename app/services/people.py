"""The tenant's people, phones, stations and models, as the office lists them."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.domain.events import JsonObject
from app.services.jobs import named, stations_by_id
from app.store.db import reading
from app.store.devices import Device
from app.store.people import Station, User
from app.store.reference import Model

ROWS_MAX = 1_000


def people(tenant_id: str, role: str | None = None) -> list[JsonObject]:
    """The users, in one role or all, by name, each with their phones; three queries."""
    query = select(User).where(User.tenant_id == tenant_id).order_by(User.name, User.user_id).limit(ROWS_MAX)
    with reading() as session:
        users = session.scalars(query.where(User.role == role) if role else query).all()
        phones = _phones(session, tenant_id, {user.user_id for user in users})
        stations = stations_by_id(session, tenant_id, {user.station_id for user in users if user.station_id})
        return [
            {
                "id": user.user_id,
                "login": user.login,
                "name": user.name,
                "role": user.role,
                "station": named(user.station_id, stations),
                "disabled": user.disabled_at is not None,
                "devices": phones[user.user_id],
            }
            for user in users
        ]


def stations(tenant_id: str) -> list[JsonObject]:
    """The tenant's stations by name."""
    query = select(Station).where(Station.tenant_id == tenant_id).order_by(Station.name, Station.station_id).limit(ROWS_MAX)
    with reading() as session:
        return [{"id": station.station_id, "name": station.name} for station in session.scalars(query)]


def models(tenant_id: str) -> list[JsonObject]:
    """The tenant's catalogue by name."""
    query = select(Model).where(Model.tenant_id == tenant_id).order_by(Model.name, Model.gtin).limit(ROWS_MAX)
    with reading() as session:
        return [{"gtin": model.gtin, "name": model.name, "category": model.category} for model in session.scalars(query)]


def _phones(session: Session, tenant_id: str, user_ids: Iterable[str]) -> dict[str, list[JsonObject]]:
    query = select(Device).where(Device.tenant_id == tenant_id, Device.kind == "phone", Device.user_id.in_(set(user_ids)))
    found: dict[str, list[JsonObject]] = defaultdict(list)
    for device in session.scalars(query.order_by(Device.enrolled_at.desc()).limit(ROWS_MAX)):
        if device.user_id is not None:
            found[device.user_id].append(_device(device))
    return found


def _device(device: Device) -> JsonObject:
    return {
        "device_id": device.device_id,
        "label": device.label,
        "platform": device.platform,
        "enrolled_at": clock.stamp(device.enrolled_at),
        "last_contact_at": clock.stamp(device.last_contact_at) if device.last_contact_at else None,
        "pending_events": device.pending_events,
        "pending_blobs": device.pending_blobs,
        "pending_oldest_at": clock.stamp(device.pending_oldest_at) if device.pending_oldest_at else None,
        "revoked": device.revoked_at is not None,
    }
