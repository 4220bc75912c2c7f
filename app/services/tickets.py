"""Signed tickets of the server: sync challenges, access tokens, and what a browser keeps to be known by. Nothing is stored for them."""

from dataclasses import dataclass
from functools import lru_cache

from itsdangerous import BadSignature, URLSafeTimedSerializer

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
    """A fresh challenge for one device. It is of this database's lineage: in another it is stale (PROTOCOL S3)."""
    return _signer(office, "challenge", office.server_epoch()).dumps([device_id, ids.token(9)])


def is_fresh(office: Office, device_id: str, text: str) -> bool:
    """Whether a challenge was given to this device within the last 15 minutes, in this lineage."""
    try:
        issued_to, _ = _signer(office, "challenge", office.server_epoch()).loads(text, max_age=CHALLENGE_AGE_MAX_S)
    except (BadSignature, ValueError, TypeError):
        return False
    return bool(issued_to == device_id)


def access_token(office: Office, access: Access) -> str:
    """A bearer token for blobs and standards, good for one hour."""
    return _signer(office, "access").dumps([access.device_id, access.upload_only])


def read_access(office: Office, text: str) -> Access | None:
    """Whom a bearer token speaks for, or None when it is not ours or too old."""
    try:
        device_id, upload_only = _signer(office, "access").loads(text, max_age=ACCESS_AGE_MAX_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return Access(device_id, upload_only)


def witness(office: Office, device_id: str) -> str:
    """What a browser keeps in a cookie to be known as this phone after its storage was emptied (PROTOCOL E6)."""
    return _signer(office, "witness").dumps(device_id)


def read_witness(office: Office, text: str) -> str | None:
    """The device that a witness names, or None when it is not ours or older than 400 days."""
    try:
        device_id = _signer(office, "witness").loads(text, max_age=WITNESS_AGE_MAX_S)
    except (BadSignature, ValueError, TypeError):
        return None
    return device_id if isinstance(device_id, str) else None


def _signer(office: Office, *purpose: str) -> URLSafeTimedSerializer:
    return _made_signer(office.settings.secret_key, *purpose)


@lru_cache(maxsize=64)
def _made_signer(secret_key: str, *purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt=f"doorstep-{'-'.join(purpose)}-v1")
