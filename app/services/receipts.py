"""Receipts and certificates: the server's signed word (PROTOCOL S8, B5, E4)."""

from collections.abc import Mapping
from typing import Any

from app import clock
from app.domain.log import lines
from app.services.keys import thumbprint
from app.services.office import Office
from app.store.log import Head

Receipt = dict[str, str]


def log_receipt(office: Office, tenant_id: str, device_id: str, epoch: int, head: Head) -> Receipt:
    """That a log is stored up to `head`."""
    return _signed(office, "doorstep-receipt-v1", tenant_id, device_id, epoch, head.seq, head.hash)


def blob_receipt(office: Office, tenant_id: str, sha256: str, size: int) -> Receipt:
    """That a blob is stored whole."""
    return _signed(office, "doorstep-blob-receipt-v1", tenant_id, sha256, size)


def certificate(office: Office, tenant_id: str, device_id: str, user_id: str, alg: str, jwk: Mapping[str, Any]) -> Receipt:
    """That a key was enrolled as this user's device."""
    return _signed(office, "doorstep-device-v1", tenant_id, device_id, user_id, alg, thumbprint(jwk))


def _signed(office: Office, *parts: object) -> Receipt:
    text = lines(*parts, office.server_epoch(), clock.stamp(clock.now()), office.key.key_id)
    return {"text": text.decode("ascii"), "sig": office.key.sign(text), "key_id": office.key.key_id}
