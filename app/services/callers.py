"""Finding out who calls: a device by its access token, a platform by its key. (Console sessions: `accounts`.)"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from app.services import tickets
from app.services.office import Office
from app.store.db import db, table
from app.store.devices import Device
from app.store.people import Platform, User

_device, _user = table(Device), table(User)
_DEVICE = (
    select(_device.c.tenant_id, _device.c.user_id, _device.c.revoked_at, _user.c.disabled_at)
    .select_from(_device.join(_user, _user.c.user_id == _device.c.user_id))
    .where(_device.c.device_id == bindparam("device_id"))
)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device whose access token is good. It may only upload when it, or its user, is out of service."""

    tenant_id: str
    device_id: str
    user_id: str
    upload_only: bool


def device_of(office: Office, token: str) -> KnownDevice | None:
    """The device that a bearer token speaks for, judged by what is known of it now; None when the token is no good."""
    access = tickets.read_access(office, token)
    if access is None:
        return None
    row = db.session.execute(_DEVICE, {"device_id": access.device_id}).first()
    if row is None:
        return None
    out_of_service = row.revoked_at is not None or row.disabled_at is not None
    return KnownDevice(row.tenant_id, access.device_id, row.user_id, access.upload_only or out_of_service)


def platform_of(key: str) -> tuple[str, str, str] | None:
    """The tenant, id and name of the platform that an API key belongs to; None when there is none in service."""
    hashed = hashlib.sha256(b"doorstep-platform\n" + key.encode("utf-8", "replace")).hexdigest()
    row = db.session.execute(
        select(Platform.tenant_id, Platform.platform_id, Platform.name).where(Platform.key_hash == hashed, Platform.disabled_at.is_(None))
    ).first()
    return None if row is None else (row.tenant_id, row.platform_id, row.name)
