"""Enrolment: a one-time code makes a phone's key known as one installer's device (PROTOCOL E)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock, ids
from app.problems import EnrolmentCodeInvalid, NotFound, ProofInvalid
from app.services import receipts, tickets
from app.services.keys import read_public_key, verifies
from app.services.office import Office
from app.store.db import writing
from app.store.devices import Device, EnrolmentCode
from app.store.people import Tenant, User

CODE_AGE_MAX = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that was just made; only its hash is kept."""

    code: str
    url: str
    expires_at: datetime


def make_code(office: Office, tenant_id: str, user_id: str, made_by: str | None) -> NewCode:
    """A one-time code for one installer, valid for ten minutes.

    Raises `NotFound` when the tenant has no such installer, or that one is disabled.
    """
    now = clock.now()
    code = ids.token(16)
    with writing() as session:
        user = _installer(session, tenant_id, user_id)
        session.add(
            EnrolmentCode(
                code_hash=_hash(code),
                tenant_id=tenant_id,
                user_id=user.user_id,
                made_by=made_by,
                made_at=now,
                expires_at=now + CODE_AGE_MAX,
            )
        )
    return NewCode(code, f"{office.settings.public_url}/app/#enrol={code}", now + CODE_AGE_MAX)


def make_code_for_login(office: Office, login: str) -> NewCode:
    """As `make_code`, for the command line."""
    with writing() as session:
        user = session.scalars(select(User).where(User.login == login)).first()
        if user is None:
            raise NotFound(f"There is no installer with the login {login}.")
        tenant_id, user_id = user.tenant_id, user.user_id
    return make_code(office, tenant_id, user_id, None)


def enrol(
    office: Office,
    *,
    code: str,
    alg: str,
    public_key: Mapping[str, Any],
    label: str,
    platform: str,
    proof: str,
    before: str | None = None,
) -> dict[str, Any]:
    """Spend a code and make its bearer's key a device; the reply of PROTOCOL E2.

    `before` is the witness of the phone that this browser was before, if it has one (E6). Raises `EnrolmentCodeInvalid`, or
    `ProofInvalid`, which leaves the code good.
    """
    try:
        key = read_public_key(alg, public_key)
        proven = verifies(key, proof, code.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        proven = False
    now = clock.now()
    with writing() as session:
        known = session.get(EnrolmentCode, _hash(code), with_for_update=True)
        if known is None or known.spent_at is not None or known.expires_at <= now:
            raise EnrolmentCodeInvalid
        if not proven:
            raise ProofInvalid
        user = _installer(session, known.tenant_id, known.user_id)
        tenant = session.get_one(Tenant, known.tenant_id)
        device = Device(
            device_id=ids.uuid7(),
            tenant_id=tenant.tenant_id,
            user_id=user.user_id,
            kind="phone",
            label=label,
            platform=platform,
            alg=alg,
            public_key=json.dumps(dict(public_key)),
            enrolled_at=now,
            epoch_offered=1,
            last_contact_at=now,
            replaces=_replaced(office, session, tenant.tenant_id, before),
        )
        session.add(device)
        known.spent_at, known.device_id = now, device.device_id
        reply: dict[str, Any] = {
            "device_id": device.device_id,
            "epoch": 1,
            "user": {"id": user.user_id, "name": user.name},
            "tenant": {"id": tenant.tenant_id, "name": tenant.name},
        }
    device_id, tenant_id, user_id = reply["device_id"], reply["tenant"]["id"], reply["user"]["id"]
    return reply | {
        "certificate": receipts.certificate(office, tenant_id, device_id, user_id, alg, public_key),
        "server_epoch": office.server_epoch(),
        "server_time": clock.stamp(clock.now()),
        "challenge": tickets.challenge(office, device_id),
    }


def revoke(tenant_id: str, device_id: str) -> None:
    """Take a phone out of service: what it still sends is kept and flagged, and it is given nothing any more.

    Raises `NotFound` when the tenant has no such phone.
    """
    with writing() as session:
        found = session.execute(
            update(Device)
            .where(Device.device_id == device_id, Device.tenant_id == tenant_id, Device.kind == "phone")
            .values(revoked_at=clock.now())
            .returning(Device.device_id)
        ).first()
        if found is None:
            raise NotFound


def _replaced(office: Office, session: Session, tenant_id: str, before: str | None) -> str | None:
    """The tenant's phone that a witness names."""
    device_id = tickets.read_witness(office, before) if before else None
    known = session.get(Device, device_id) if device_id else None
    return device_id if known is not None and known.tenant_id == tenant_id and known.kind == "phone" else None


def _installer(session: Session, tenant_id: str, user_id: str) -> User:
    user = session.get(User, user_id)
    if user is None or user.tenant_id != tenant_id or user.role != "installer" or user.disabled_at is not None:
        raise NotFound
    return user


def _hash(code: str) -> str:
    return hashlib.sha256(b"doorstep-enrolment\n" + code.encode("utf-8", "replace")).hexdigest()
