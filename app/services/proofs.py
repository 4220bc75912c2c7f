"""Proofs: sealing one when a job is approved, handing it out, checking one (PROTOCOL R3)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain import checklist, proof
from app.domain.events import JsonObject
from app.problems import NotFound
from app.services import standards
from app.services.job_log import LogPart, Recorded, log_parts, recorded
from app.services.job_view import state_of
from app.services.keys import read_public_key, thumbprint, verifies
from app.services.office import Office
from app.store import log
from app.store.db import reading
from app.store.jobs import JobView
from app.store.people import Platform, Station, Tenant, User
from app.store.reference import Proof

FILE_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SealedProof:
    """A proof as it is handed out. `document` is the exact text; `verify_url` opens the page that checks the signature."""

    proof_id: str
    document: str
    sha256: str
    sig: str
    key_id: str
    public_key: JsonObject
    sealed_at: str
    verify_url: str


def seal(session: Session, office: Office, view: JobView) -> Proof:
    """Make and keep the proof of an approved job, whose row is locked, in the caller's transaction."""
    proof_id, sealed_at = ids.uuid7(), clock.now()
    text = proof.document(_case(session, office, view, proof_id, clock.stamp(sealed_at)))
    sha256 = hashlib.sha256(text).hexdigest()
    sealed = Proof(
        proof_id=proof_id,
        tenant_id=view.tenant_id,
        job_id=view.job_id,
        sha256=sha256,
        document=text,
        sig=office.key.sign(proof.signed_lines(proof_id, sha256, clock.stamp(sealed_at), office.key.key_id)),
        key_id=office.key.key_id,
        sealed_at=sealed_at,
    )
    session.add(sealed)
    session.flush()
    return sealed


def of_job(office: Office, tenant_id: str, job_id: str) -> SealedProof:
    """A job's newest proof.

    Raises `NotFound` when the tenant has no such job, or it is not sealed.
    """
    with reading() as session:
        newest = select(Proof).where(Proof.tenant_id == tenant_id, Proof.job_id == job_id).order_by(Proof.sealed_at.desc()).limit(1)
        found = session.scalars(newest).first()
        if found is None:
            raise NotFound
        sealed_at = clock.stamp(found.sealed_at)
        short = proof.compact(found.proof_id, found.sha256, sealed_at, found.key_id, found.sig)
        return SealedProof(
            proof_id=found.proof_id,
            document=found.document.decode("utf-8"),
            sha256=found.sha256,
            sig=found.sig,
            key_id=found.key_id,
            public_key=orjson.loads(found.document)["office"]["public_key"],
            sealed_at=sealed_at,
            verify_url=f"{office.settings.public_url}/verify#{short}",
        )


def faults(document: bytes, sig: str, public_key: Mapping[str, Any]) -> list[str]:
    """What is wrong with a proof, in sentences; nothing when `sig` is the key's over exactly this text."""
    try:
        read = json.loads(document)
        proof_id, sealed_at, form = (str(read[name]) for name in ("proof_id", "sealed_at", "format"))
        key, key_id = read_public_key("ES256", public_key), thumbprint(public_key)[:16]
        text = proof.signed_lines(proof_id, hashlib.sha256(document).hexdigest(), sealed_at, key_id)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ["This is not a Doorstep proof, or its key cannot be read."]
    if form != proof.FORMAT:
        return [f"This proof has the form {form!r}, which cannot be checked here."]
    return [] if verifies(key, sig, text) else ["The signature does not belong to this text and key: one of them was changed."]


def file_faults(raw: bytes, office_key: Mapping[str, Any]) -> list[str]:
    """What is wrong with a proof file, `{document, sha256, sig, key_id, public_key}`, as judged by an office's key."""
    try:
        found: Any = json.loads(raw) if len(raw) <= FILE_BYTES_MAX else None
        document, sha256, sig, key_id = (found[name] for name in ("document", "sha256", "sig", "key_id"))
        content = document.encode("utf-8")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ["This is not a Doorstep proof file."]
    wrong = []
    if hashlib.sha256(content).hexdigest() != sha256:
        wrong.append("The text's SHA-256 is not the one that the file states.")
    if key_id != thumbprint(office_key)[:16]:
        wrong.append("The proof was sealed with another key than this office's.")
    return wrong + faults(content, str(sig), office_key)


def _case(session: Session, office: Office, view: JobView, proof_id: str, sealed_at: str) -> proof.Case:
    rows = log.job_events(session, view.tenant_id, view.job_id)
    events = recorded(rows)
    state = state_of(view)
    return proof.Case(
        proof_id=proof_id,
        sealed_at=sealed_at,
        office=_office(session, office, view),
        job_id=view.job_id,
        rev=view.rev,
        state=state,
        steps=checklist.steps(state, standards.pinned(session, view.tenant_id, state)),
        people=names(session, view.tenant_id, {*(event.actor for event in events), *state["crew_ever"]}),
        moments={event.event_id: _moment(event) for event in events},
        logs=[_log(part) for part in log_parts(session, rows)],
    )


def names(session: Session, tenant_id: str, actors: set[str]) -> dict[str, str]:
    """The names of users, and of platforms for those who are none, by id."""
    users = select(User.user_id, User.name).where(User.tenant_id == tenant_id, User.user_id.in_(actors))
    platforms = select(Platform.platform_id, Platform.name).where(Platform.tenant_id == tenant_id, Platform.platform_id.in_(actors))
    return {row[0]: row[1] for row in session.execute(users.union_all(platforms))}


def _office(session: Session, office: Office, view: JobView) -> JsonObject:
    tenant = session.get_one(Tenant, view.tenant_id)
    station = session.get(Station, view.station_id) if view.station_id else None
    return {
        "tenant_id": tenant.tenant_id,
        "name": tenant.name,
        "station": station.name if station else None,
        "server_epoch": office.server_epoch(),
        "key_id": office.key.key_id,
        "alg": "ES256",
        "public_key": office.key.public_jwk,
        "url": office.settings.public_url,
    }


def _moment(event: Recorded) -> proof.Moment:
    not_before = clock.stamp(event.seen_at) if event.seen_at else None
    return proof.Moment(not_before, clock.stamp(event.received_at), event.epoch, event.seq, event.flags)


def _log(part: LogPart) -> JsonObject:
    """A log that took part: whose it is, the stretch, its head in this job, and the device's signature over it."""
    return {
        "device_id": part.device_id,
        "kind": part.kind,
        "label": part.label,
        "user_id": part.user_id,
        "alg": part.alg,
        "public_key": part.public_key,
        "epoch": part.epoch,
        "from_seq": part.from_seq,
        "to_seq": part.to_seq,
        "head": part.to_hash,
        "seal": part.seal,
        "intact": part.ok,
        "why": part.why,
    }
