"""After the kills: is everything there that was acknowledged or vouched for, once, and does everything agree?"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.services import doctor
from app.store.blobs import Blob
from app.store.db import db
from app.store.events import FOLDED, EventRow
from tests.phone import Phone
from tests.simulation.kill_town import Town


@dataclass
class Findings:
    """What a run of kills found."""

    kills: int = 0
    facts: int = 0
    blobs: int = 0
    lost: int = 0
    duplicated: int = 0
    holes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def __iadd__(self, other: "Findings") -> "Findings":
        for name in ("kills", "facts", "blobs", "lost", "duplicated", "holes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.failures += other.failures
        return self

    def is_bad(self) -> bool:
        """Whether a promise was broken."""
        return bool(self.lost or self.duplicated or self.holes or self.failures)


def judge(town: Town, findings: Findings, seed: int) -> None:
    """Compare what phones were told with what the office has, when nothing is under way any more."""
    db.session.rollback()
    for phone in [*town.phones, *town.network.phones.values()]:
        _judge_phone(phone, findings)
    for sha256, content in town.receipts:
        findings.blobs += 1
        findings.lost += not _is_stored(town, sha256, content)
    _judge_revs(findings)
    db.session.rollback()
    findings.failures += [{"seed": seed, "why": f"{town.live.dialect}, doctor: {fault}"} for fault in doctor.faults(town.network.office)]


def _judge_phone(phone: Phone, findings: Findings) -> None:
    rows = db.session.scalars(select(EventRow).where(EventRow.device_id == phone.device_id).order_by(EventRow.seq)).all()
    stored = {row.seq: row.hash for row in rows}
    findings.facts += phone.acked
    findings.lost += sum(stored.get(event["seq"]) != event["hash"] for event in phone.events[: phone.acked])
    findings.duplicated += len(rows) - len({row.event_id for row in rows})
    findings.holes += sum(seq not in stored for seq in range(1, len(rows) + 1))


def _is_stored(town: Town, sha256: str, content: bytes) -> bool:
    """Whether the office notes a blob for which it gave a receipt, and has its very bytes."""
    noted = db.session.get(Blob, (town.network.tenant_id, sha256))
    path = town.network.office.blobs.path(town.network.tenant_id, sha256)
    whole = path.exists() and path.read_bytes() == content and hashlib.sha256(content).hexdigest() == sha256
    return noted is not None and noted.size == len(content) and whole


def _judge_revs(findings: Findings) -> None:
    """Each job's revs count 1, 2, 3, … and each event counts once."""
    counted: Counter[str] = Counter()
    events: Counter[str] = Counter()
    query = (
        select(EventRow.job_id, EventRow.rev, EventRow.event_id).where(EventRow.standing == FOLDED).order_by(EventRow.job_id, EventRow.rev)
    )
    for job_id, rev, event_id in db.session.execute(query):
        counted[job_id] += 1
        events[event_id] += 1
        findings.holes += rev != counted[job_id]
        counted[job_id] = rev
    findings.duplicated += sum(times - 1 for times in events.values())
