"""What a phone records before it is rescued, and what of its file counts in the office."""

import json
from pathlib import Path

from sqlalchemy import select

from app.services import doctor, rescue
from app.services.office import Office
from app.store.db import db
from app.store.events import EventRow
from tests import rescue_file as files
from tests.phone import Json, Phone
from tests.world import World

SIGNED = {
    "outcome": "refused",
    "reason": "damage",
    "statement_size": 9,
    "strokes_sha256": None,
    "strokes_size": None,
    "typed_name": None,
    "name": "Chen",
    "relation": "customer",
    "language": "en",
}


def work(phone: Phone, job_id: str, *notes: str) -> bytes:
    """Some notes, a photo and a refused sign-off; the photo's bytes."""
    for text in notes:
        phone.record(job_id, "note.added", {"text": text})
    content = f"photo after {notes}".encode()
    phone.photo(job_id, content)
    phone.record(job_id, "signoff.recorded", SIGNED | {"statement_sha256": files.digest(b"statement")})
    return content


def taken(office: Office, world: World, path: Path) -> Json:
    return rescue.import_file(office, world.tenant_id, path, world.supervisor)


def counted(world: World) -> list[tuple[str, str, list[str]]]:
    """What phones' facts count: kind, text or role, flags; each fact once."""
    db.session.rollback()
    rows = db.session.scalars(select(EventRow).where(EventRow.tenant_id == world.tenant_id, EventRow.standing.in_(("folded", "device"))))
    facts = [(json.loads(row.body or b"{}"), json.loads(row.flags)) for row in rows]
    return sorted((body["kind"], str(body["data"].get("text")), flags) for body, flags in facts if not body["kind"].startswith("job."))


def healthy(office: Office) -> None:
    assert doctor.faults(office) == []
