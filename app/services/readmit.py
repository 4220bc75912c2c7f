"""A phone that this database does not know comes back with the certificate of its enrolment (PROTOCOL E5).

That happens after a restore from a backup that is older than the enrolment. What the phone holds may be the only record of days of
work, so it is let in by the server's own signed word, and everything it hands in is flagged until somebody confirms the phone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.problems import CertificateInvalid, DeviceUnknown
from app.services import tickets
from app.services.keys import read_public_key, thumbprint, verifies
from app.services.office import Office
from app.store.db import writing
from app.store.devices import Device
from app.store.people import User

_FIRST_LINE = "doorstep-device-v1"


@dataclass(frozen=True, slots=True)
class _Certificate:
    """What an enrolment's certificate says (E4)."""

    tenant_id: str
    device_id: str
    user_id: str
    alg: str
    thumbprint: str
    issued_at: datetime


def readmit(office: Office, *, certificate: Mapping[str, str], alg: str, public_key: Mapping[str, Any], proof: str) -> dict[str, Any]:
    """Make a phone known again under its own id, and return the reply of PROTOCOL E5. One that is known stays as it is.

    `proof` is the phone's key over the bytes of the certificate's text. Raises `CertificateInvalid` when anything does not verify, and
    `DeviceUnknown` when this database has no such user.
    """
    said = _read(office, certificate)
    _check_key(said, certificate["text"], alg, public_key, proof)
    with writing() as session:
        epoch = _admitted(session, said, public_key).epoch_offered
    return {
        "device_id": said.device_id,
        "epoch": epoch,
        "server_epoch": office.server_epoch(),
        "server_time": clock.stamp(clock.now()),
        "challenge": tickets.challenge(office, said.device_id),
    }


def _read(office: Office, certificate: Mapping[str, str]) -> _Certificate:
    """What a certificate says that this server's key has signed; whichever lineage of its database it stood for then."""
    text, key_id = certificate["text"], office.key.key_id
    own = read_public_key("ES256", office.key.public_jwk)
    try:
        genuine = certificate["key_id"] == key_id and verifies(own, certificate["sig"], text.encode("ascii"))
        first, tenant_id, device_id, user_id, alg, key, _, issued_at, signed_by = text.removesuffix("\n").split("\n")
        if not genuine or first != _FIRST_LINE or signed_by != key_id:
            raise CertificateInvalid
        return _Certificate(tenant_id, device_id, user_id, alg, key, clock.parse(issued_at))
    except ValueError as error:  # of another form, so nothing that this server has signed
        raise CertificateInvalid from error


def _check_key(said: _Certificate, text: str, alg: str, public_key: Mapping[str, Any], proof: str) -> None:
    """Whoever shows the certificate holds the key that it was made for."""
    try:
        key = read_public_key(alg, public_key)
        holds = said.alg == alg and said.thumbprint == thumbprint(public_key) and verifies(key, proof, text.encode("ascii"))
    except ValueError as error:
        raise CertificateInvalid from error
    if not holds:
        raise CertificateInvalid


def _admitted(session: Session, said: _Certificate, public_key: Mapping[str, Any]) -> Device:
    """The phone's row, made when there is none. The user's row is the lock, so that of two equal requests one makes it."""
    user = session.get(User, said.user_id, with_for_update={"key_share": True})
    if user is None or user.tenant_id != said.tenant_id:
        raise DeviceUnknown
    known = session.get(Device, said.device_id)
    if known is not None:
        if known.tenant_id != said.tenant_id or thumbprint(json.loads(known.public_key)) != said.thumbprint:
            raise CertificateInvalid
        return known
    now = clock.now()
    device = Device(
        device_id=said.device_id,
        tenant_id=user.tenant_id,
        user_id=user.user_id,
        kind="phone",
        label=user.name[:80],
        platform="",
        alg=said.alg,
        public_key=json.dumps(dict(public_key)),
        enrolled_at=said.issued_at,
        epoch_offered=1,
        last_contact_at=now,
        readmitted_at=now,
    )
    session.add(device)
    session.flush()
    return device
