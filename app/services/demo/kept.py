"""What the demo remembers under DOORSTEP_DATA: its password, its platform's key, its phones' keys, and which day is planned."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app import ids
from app.services.office import Office

_FILE = "demo.json"


@dataclass
class Kept:
    """The content of the file. `phones` maps a login to `{device_id, pem}`; `planned_day` is an ISO date."""

    password: str
    tenant_id: str | None = None
    platform_id: str | None = None
    platform_key: str | None = None
    planned_day: str | None = None
    phones: dict[str, dict[str, str]] = field(default_factory=dict)


def read(office: Office) -> Kept | None:
    """What was kept, or None on a fresh data folder."""
    path = office.settings.data / _FILE
    return Kept(**json.loads(path.read_text("utf-8"))) if path.exists() else None


def begin(office: Office) -> Kept:
    """What was kept, else a new password, made once and kept from now on."""
    found = read(office)
    if found is None:
        found = Kept(password=ids.words_password())
        write(office, found)
    return found


def write(office: Office, kept: Kept) -> None:
    """Keep it whole and readable to nobody else."""
    path = Path(office.settings.data / _FILE)
    fresh = path.with_suffix(f".{ids.token(6)}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(kept), file, ensure_ascii=False, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
