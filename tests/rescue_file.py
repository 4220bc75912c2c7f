"""Rescue files as `/rescue` makes them, of what a test's phone holds; and others that no phone would make."""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.log import seal_text
from tests.phone import Json, Phone


def manifest(phone: Phone, tenant_id: str | None, *, sealed: bool = True, **changes: Any) -> Json:
    """`rescue.json` of a phone; unsealed as when its key is gone."""
    last = phone.events[-1]
    seal = phone.key.sign(seal_text(phone.device_id, phone.epoch, last["seq"], last["hash"], phone.challenge))
    seals = [{"epoch": phone.epoch, "seq": last["seq"], "hash": last["hash"], "challenge": phone.challenge, "seal": seal}]
    who = {"device_id": phone.device_id, "tenant_id": tenant_id, "user_id": phone.user_id}
    about = {"doorstep_rescue": 1, "made_at": "2026-11-22T09:30:00.000Z", "build": "test", "epochs": [phone.epoch]}
    return about | who | {"seals": seals if sealed else []} | changes


def events(phone: Phone, of: Sequence[Json] | None = None) -> dict[str, bytes]:
    """The entries of a phone's events, all of them unless told otherwise."""
    return {
        f"events/{phone.epoch}-{event['seq']}-{event['hash']}.json": json.dumps(
            event | {"epoch": phone.epoch, "device_id": phone.device_id}
        ).encode()
        for event in (phone.events if of is None else of)
    }


def write(path: Path, about: Json, entries: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    """The file."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("rescue.json", json.dumps(about))
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def blobs(contents: Sequence[bytes]) -> dict[str, bytes]:
    """The entries of blobs."""
    return {f"blobs/{digest(content)}": content for content in contents}


def digest(content: bytes) -> str:
    """A blob's name."""
    return hashlib.sha256(content).hexdigest()
