"""One job with all its evidence, as the office reviews it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.domain import checklist
from app.domain.events import JsonObject, Unreadable, is_fact, parse_body
from app.domain.job_state import key_of
from app.problems import NotFound
from app.services import conformity, jobs, media, proofs, rescue_log, review, standards, statements
from app.services.job_log import LogPart, Recorded, log_parts, recorded
from app.services.job_view import state_of
from app.services.office import Office
from app.store import log
from app.store.blobs import Blob, BlobName
from app.store.db import reading
from app.store.devices import Device
from app.store.events import IS_SET_ASIDE, EventRow, ForkEvent
from app.store.jobs import JobView
from app.store.reference import Proof

QUARANTINED_MAX = 100

# Members of an event's data that say in a word what it is about, the most telling one first.
_TELLING = (
    "step_id",
    "serial",
    "finding_id",
    "issue_id",
    "photo_id",
    "outcome",
    "code",
    "reason",
    "condition",
    "proof_id",
    "visit_id",
    "order_ref",
)


def detail(office: Office, tenant_id: str, job_id: str) -> JsonObject:
    """All of one job, the object of `GET /jobs/{job_id}`; a fixed number of queries, however much evidence there is.

    Raises `NotFound`.
    """
    with reading() as session:
        view = session.get(JobView, job_id)
        if view is None or view.tenant_id != tenant_id:
            raise NotFound
        state = state_of(view)
        rows = log.job_events(session, tenant_id, job_id)
        events = recorded(rows)
        documents = standards.pinned(session, tenant_id, state)
        laid = checklist.steps(state, documents)
        why_not = review.hindrances(view)
        found: JsonObject = {
            "job_id": job_id,
            "rev": view.rev,
            "state": state,
            "standards": documents,
            "withdrawn": standards.withdrawn(session, tenant_id, state),
            "steps": [_with_evidence(step, state) for step in laid],
            "conformity": conformity.of_job(state, laid),
            "people": proofs.names(session, tenant_id, {*state["crew_ever"], *(event.actor for event in events)}),
            "station": jobs.named(view.station_id, jobs.stations_by_id(session, tenant_id, [view.station_id] if view.station_id else [])),
            "timeline": [_line(event) for event in events],
            "chain": _chain(log_parts(session, rows)),
            "received": jobs.is_received(view),
            "quarantined": _quarantined(session, tenant_id, job_id, state["crew_ever"]),
            "proof": _proof(session, tenant_id, job_id),
            "may": {"approve": not why_not, "why_not": why_not},
        }
        blobs = _blobs(session, tenant_id, job_id)
    # From here on no database connection is held: the rest is read from the disk.
    statement, strokes = statements.of_last_signoff(office, tenant_id, state)
    signed = {"statement": statement, "strokes": strokes, "agreements": statements.agreements(office, tenant_id, state)}
    return found | signed | {"blobs": _judged(office, tenant_id, blobs)}


def _with_evidence(step: JsonObject, state: JsonObject) -> JsonObject:
    """A step with the ids of what was recorded for it: `answers` and `scans` by event id, `photos` by photo id, oldest first."""
    key = key_of(step)
    scanned = any(asked["kind"] == "scan" for asked in step["rule"]["evidence"])
    part = step["component"]
    scans = (
        one
        for one in state["scans"]
        if one["unit_id"] == step["unit_id"] and part in (None, one["component"]) and (one["step_id"] == step["step_id"] or scanned)
    )
    return step | {
        "answers": [one["event_id"] for one in state["answers"] if key_of(one) == key],
        "photos": [one["photo_id"] for one in state["photos"] if key_of(one) == key],
        "scans": [one["event_id"] for one in scans],
        "findings": [one["finding_id"] for one in state["findings"] if key_of(one) == key],
    }


def _line(event: Recorded) -> JsonObject:
    """One line of the timeline. `about` is the member of the event's data that best names what it is about, or None."""
    return {
        "rev": event.rev,
        "event_id": event.event_id,
        "kind": event.kind,
        "at": event.at,
        "received_at": clock.stamp(event.received_at),
        "actor": event.actor,
        "device_id": event.device_id,
        "flags": list(event.flags),
        "redacted": event.redacted,
        "about": next((event.data[name] for name in _TELLING if isinstance(event.data.get(name), str)), None),
        "source": "fact" if is_fact(event.kind) else "decision",
        "epoch": event.epoch,
        "seq": event.seq,
        "hash": event.hash,
    }


def _chain(parts: Sequence[LogPart]) -> JsonObject:
    """Whether the logs are intact around this job; `sealed` says that the device's own signature vouches for the stretch."""
    return {
        "ok": all(part.ok for part in parts),
        "devices": [
            {
                "device_id": part.device_id,
                "label": part.label,
                "kind": part.kind,
                "epoch": part.epoch,
                "from_seq": part.from_seq,
                "to_seq": part.to_seq,
                "ok": part.ok,
                "why": part.why,
                "sealed": part.seal is not None,
            }
            for part in parts
        ],
    }


def _blobs(session: Session, tenant_id: str, job_id: str) -> dict[str, int | None]:
    """The size of each blob that the job's events name; None while it is missing."""
    query = (
        select(BlobName.sha256, Blob.size)
        .outerjoin(Blob, (Blob.tenant_id == BlobName.tenant_id) & (Blob.sha256 == BlobName.sha256))
        .where(BlobName.tenant_id == tenant_id, BlobName.job_id == job_id)
        .distinct()
    )
    return {row.sha256: row.size for row in session.execute(query)}


def _judged(office: Office, tenant_id: str, blobs: Mapping[str, int | None]) -> JsonObject:
    return {
        sha256: {
            "size": size,
            "verified": size is not None,
            "is_picture": size is not None and media.is_picture(office.blobs.beginning(tenant_id, sha256)),
        }
        for sha256, size in blobs.items()
    }


def _quarantined(session: Session, tenant_id: str, job_id: str, crew: Sequence[str]) -> list[JsonObject]:
    """What phones of this job's people sent, or rescue files brought, that names this job and could not be folded, newest first."""
    of_crew = or_(Device.user_id.in_(crew), Device.kind == rescue_log.KIND)
    held = (
        select(EventRow.device_id, EventRow.epoch, EventRow.seq, EventRow.body, EventRow.flags, EventRow.received_at)
        .join(Device, Device.device_id == EventRow.device_id)
        .where(EventRow.tenant_id == tenant_id, IS_SET_ASIDE, of_crew)
        .order_by(EventRow.received_at.desc())
        .limit(QUARANTINED_MAX)
    )
    forked = (
        select(ForkEvent.device_id, ForkEvent.epoch, ForkEvent.seq, ForkEvent.body, ForkEvent.received_at)
        .join(Device, Device.device_id == ForkEvent.device_id)
        .where(ForkEvent.tenant_id == tenant_id, Device.user_id.in_(crew))
        .order_by(ForkEvent.received_at.desc())
        .limit(QUARANTINED_MAX)
    )
    found: list[tuple[Any, str]] = [(row, orjson.loads(row.flags)[0]) for row in session.execute(held)]
    found += [(row, "fork") for row in session.execute(forked)]
    found.sort(key=lambda pair: pair[0].received_at, reverse=True)
    return [_held_back(row, reason) for row, reason in found if _names(row.body, job_id)]


def _held_back(row: Any, reason: str) -> JsonObject:
    received_at = clock.stamp(row.received_at)
    return {"device_id": row.device_id, "epoch": row.epoch, "seq": row.seq, "reason": reason, "received_at": received_at}


def _names(body: bytes | None, job_id: str) -> bool:
    """Whether a body is about a job; one that cannot be read counts when the id stands in its bytes."""
    if body is None:
        return False
    try:
        return bool(parse_body(body.decode("utf-8"))["job_id"] == job_id)
    except (Unreadable, UnicodeDecodeError):
        return job_id.encode() in body


def _proof(session: Session, tenant_id: str, job_id: str) -> JsonObject | None:
    newest = select(Proof.proof_id, Proof.sha256, Proof.sealed_at).where(Proof.tenant_id == tenant_id, Proof.job_id == job_id)
    found = session.execute(newest.order_by(Proof.sealed_at.desc()).limit(1)).first()
    return None if found is None else {"proof_id": found.proof_id, "sha256": found.sha256, "sealed_at": clock.stamp(found.sealed_at)}
