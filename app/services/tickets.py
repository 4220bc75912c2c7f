"""Signed tickets of the server: sync challenges, access tokens, and what a browser keeps to be known by. Nothing is stored for them."""

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadSignature, TimestampSigner

from app import ids
from app.services.office import Office

CHALLENGE_AGE_MAX_S = 15 * 60
ACCESS_AGE_MAX_S = 60 * 60
WITNESS_AGE_MAX_S = 400 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Access:
    """Whom an access token speaks for."""

    device_id: str
    upload_only: bool


def challenge(office: Office, device_id: str) -> str:
    """A fresh challenge for one device. It is of this database's lineage: in another it is stale (PROTOCOL S3).

    The device's id is signed with it, but goes without saying.
    """
    said = _signer(office, "challenge", office.server_epoch()).sign(f"{device_id}.{ids.token(9)}")
    return said.decode("ascii").removeprefix(f"{device_id}.")


def is_fresh(office: Office, device_id: str, text: str) -> bool:
    """Whether a challenge was given to this device within the last 15 minutes, in this lineage."""
    return _read(_signer(office, "challenge", office.server_epoch()), f"{device_id}.{text}", CHALLENGE_AGE_MAX_S) is not None


def access_token(office: Office, access: Access) -> str:
    """A bearer token for blobs and standards, good for one hour."""
    return _signer(office, "access").sign(f"{access.device_id}.{'upload' if access.upload_only else 'all'}").decode("ascii")


def read_access(office: Office, text: str) -> Access | None:
    """Whom a bearer token speaks for, or None when it is not ours or too old."""
    said = _read(_signer(office, "access"), text, ACCESS_AGE_MAX_S)
    if said is None:
        return None
    device_id, _, extent = said.rpartition(".")
    return Access(device_id, extent != "all")


def witness(office: Office, device_id: str) -> str:
    """What a browser keeps in a cookie to be known as this phone after its storage was emptied (PROTOCOL E6)."""
    return _signer(office, "witness").sign(device_id).decode("ascii")


def read_witness(office: Office, text: str) -> str | None:
    """The device that a witness names, or None when it is not ours or older than 400 days."""
    return _read(_signer(office, "witness"), text, WITNESS_AGE_MAX_S)


def _read(signer: TimestampSigner, text: str, age_max_s: int) -> str | None:
    """What was signed, or None when it was not by us or too long ago."""
    try:
        return signer.unsign(text, max_age=age_max_s).decode("ascii")
    except (BadSignature, ValueError):
        return None


def _signer(office: Office, *purpose: str) -> TimestampSigner:
    return _made_signer(office.settings.secret_key, *purpose)


@lru_cache(maxsize=64)
def _made_signer(secret_key: str, *purpose: str) -> TimestampSigner:
    """A signer whose key is made for its purpose here, once, and not anew for each signature."""
    key = hmac.digest(secret_key.encode(), f"doorstep-{'-'.join(purpose)}-v2".encode(), "sha256")
    return TimestampSigner(key, key_derivation="none", digest_method=hashlib.sha256)
