"""Finding out who calls: a device by its access token, a platform by its key. (Console sessions: `accounts`.)"""

import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from app.services import tickets
from app.services.office import Office
from app.store.db import db, looking, table
from app.store.devices import Device
from app.store.people import Platform, User
from app.store.prepared import Prepared

_device, _user = table(Device), table(User)
_DEVICE = Prepared(
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
    with looking() as bound:
        found = _DEVICE.first(bound, {"device_id": access.device_id})
    if found is None:
        return None
    tenant_id, user_id, revoked_at, disabled_at = found
    out_of_service = revoked_at is not None or disabled_at is not None
    return KnownDevice(tenant_id, access.device_id, user_id, access.upload_only or out_of_service)


def platform_of(key: str) -> tuple[str, str, str] | None:
    """The tenant, id and name of the platform that an API key belongs to; None when there is none in service."""
    hashed = hashlib.sha256(b"doorstep-platform\n" + key.encode("utf-8", "replace")).hexdigest()
    row = db.session.execute(
        select(Platform.tenant_id, Platform.platform_id, Platform.name).where(Platform.key_hash == hashed, Platform.disabled_at.is_(None))
    ).first()
    return None if row is None else (row.tenant_id, row.platform_id, row.name)
