"""The oracle: is every fact that a phone called saved at the office, exactly once, with the very bytes?"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db
from app.store.devices import Device
from app.store.events import DEVICE, FOLDED, EventRow
from app.store.jobs import JobView

Json = dict[str, Any]


@dataclass
class Findings:
    """What became of the facts of some schedules."""

    facts: int = 0
    blobs: int = 0
    lost: int = 0
    duplicated: int = 0
    holes: int = 0
    # Called "Not saved!" by the phone, and at the office all the same: told twice if the installer does it again.
    unsaved_arrived: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[Json] = field(default_factory=list)

    def __iadd__(self, other: "Findings") -> "Findings":
        for name in ("facts", "blobs", "lost", "duplicated", "holes", "unsaved_arrived"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults
        self.failures += other.failures
        return self


def judge(office: Office, tenant_id: str, outcomes: Iterable[Json]) -> Findings:
    """Compare what phones said with what the office has.

    An outcome is `{seed, why, told: [{event_id, body, blobs: [{sha256, size}], said}], faults}`.
    """
    findings = Findings()
    db.session.rollback()
    for outcome in outcomes:
        whys = [] if outcome["why"] is None else [outcome["why"]]
        counted = _counted(tenant_id, [told["event_id"] for told in outcome["told"]])
        shown = _notes_shown(outcome["told"])
        for told in outcome["told"]:
            whys += _about_fact(findings, told, counted[told["event_id"]], shown)
            if told["said"] == "saved":
                whys += _about_blobs(findings, office, tenant_id, told)
        findings.faults.update(outcome["faults"])
        if whys:
            seen = "; ".join(whys[:3]) + (f"; and {len(whys) - 3} others" if len(whys) > 3 else "")
            findings.failures.append({"seed": outcome["seed"], "why": seen})
    holes = _holes(tenant_id)
    findings.holes += len(holes)
    findings.failures += [{"seed": None, "why": hole} for hole in holes]
    db.session.rollback()
    return findings


def _counted(tenant_id: str, event_ids: Sequence[str]) -> dict[str, list[bytes]]:
    """The bodies that count, by the event_id that is written in them."""
    found: dict[str, list[bytes]] = {event_id: [] for event_id in event_ids}
    query = select(EventRow.event_id, EventRow.body).where(
        EventRow.tenant_id == tenant_id, EventRow.event_id.in_(event_ids), EventRow.standing.in_((FOLDED, DEVICE))
    )
    for event_id, body in db.session.execute(query):
        if event_id is not None and body is not None:
            found[event_id].append(body)
    return found


def _about_fact(findings: Findings, told: Json, bodies: Sequence[bytes], shown: Counter[tuple[str, str]]) -> list[str]:
    event_id, said = told["event_id"], told["said"]
    if len(bodies) > 1 or (bodies and shown[_note_in(told)] > 1):
        findings.duplicated += 1
        return [f"event {event_id} counts twice"]
    if said != "saved":
        findings.unsaved_arrived += bool(bodies and said == "refused")
        return []
    findings.facts += 1
    if not bodies:
        findings.lost += 1
        return [f"event {event_id} is lost"]
    if bodies[0] != told["body"].encode():
        findings.lost += 1
        return [f"event {event_id} arrived altered"]
    return []


def _note_in(told: Json) -> tuple[str, str]:
    """The job and the text of a note, which is the kind of fact that a fold adds up; of another kind, nothing that a view shows."""
    body = json.loads(told["body"])
    return (body["job_id"], body["data"]["text"]) if body.get("kind") == "note.added" else ("", "")


def _notes_shown(told: Iterable[Json]) -> Counter[tuple[str, str]]:
    """How often the views of their jobs show each note."""
    jobs = {_note_in(one)[0] for one in told}
    states = db.session.execute(select(JobView.job_id, JobView.state).where(JobView.job_id.in_(jobs)))
    return Counter((job_id, note["text"]) for job_id, state in states for note in json.loads(state)["notes"])


def _about_blobs(findings: Findings, office: Office, tenant_id: str, told: Json) -> list[str]:
    whys = []
    for named in told["blobs"]:
        findings.blobs += 1
        sha256, size = named["sha256"], named["size"]
        noted = db.session.scalar(select(Blob.size).where(Blob.tenant_id == tenant_id, Blob.sha256 == sha256))
        if noted is None or not office.blobs.has(tenant_id, sha256):
            findings.lost += 1
            whys.append(f"blob {sha256[:12]} of {size} bytes is not verified")
            continue
        content = office.blobs.path(tenant_id, sha256).read_bytes()
        if noted != size or hashlib.sha256(content).hexdigest() != sha256:
            findings.lost += 1
            whys.append(f"blob {sha256[:12]} arrived altered")
    return whys


def _holes(tenant_id: str) -> list[str]:
    """Logs of phones whose seqs do not count 1, 2, 3, …"""
    query = (
        select(EventRow.device_id, EventRow.epoch, func.count(), func.min(EventRow.seq), func.max(EventRow.seq))
        .join(Device, Device.device_id == EventRow.device_id)
        .where(EventRow.tenant_id == tenant_id, Device.kind == "phone")
        .group_by(EventRow.device_id, EventRow.epoch)
    )
    found = []
    for device_id, epoch, count, first, last in db.session.execute(query):
        if first != 1 or last != count:
            found.append(f"log {device_id} epoch {epoch}: {count} events from {first} to {last}")
    return found
