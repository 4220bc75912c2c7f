"""A load made beforehand: requests as bytes, signed and sealed, so that making them costs nothing while it is measured."""

import base64
import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any

from app import clock, ids
from app.services import desk, tickets
from app.store.db import db, writing
from app.store.devices import Device
from app.store.people import User
from bench.ground import Ground
from tests.phone import Json, Key, Phone
from tests.world import order, pinned

EVENTS_PER_BATCH = 40
_JOBS_A_TRANSACTION = 200
_CREATED, _DISPATCHED = "job.created", "job.dispatched"


def phones_with_jobs(ground: Ground, phones: int, jobs: int) -> list[Phone]:
    """Enrolled phones, each of a new installer with so many dispatched jobs, which the phone does not hold yet."""
    made = [_phone(ground) for _ in range(phones)]
    wanted = [(ids.uuid7(), phone) for phone in made for _ in range(jobs)]
    there = {"station_id": ground.world.station_id, "standards": pinned(ground.world.tenant_id)}
    for start in range(0, len(wanted), _JOBS_A_TRANSACTION):
        some = wanted[start : start + _JOBS_A_TRANSACTION]
        _decide(ground, [(job_id, _CREATED, order()) for job_id, _ in some])
        _decide(ground, [(job_id, _DISPATCHED, {**there, "visit_id": "visit-1", "crew": [phone.user_id]}) for job_id, phone in some])
    for job_id, phone in wanted:
        phone.have[job_id] = 2
    db.session.remove()
    return made


def amend(ground: Ground, job_ids: Sequence[str]) -> None:
    """The office changes something about these jobs."""
    _decide(ground, [(job_id, "job.amended", {"note": f"Ring twice. {ids.token(4)}"}) for job_id in job_ids])
    db.session.remove()


def day_of_batches(ground: Ground, phone: Phone) -> list[tuple[bytes, list[Json]]]:
    """A phone's day as requests and their events: one batch of 40 events a job, each knowing what the reply before it will have brought."""
    batches = []
    for job_id in list(phone.have):
        first = len(phone.events)
        for number in range(EVENTS_PER_BATCH):
            _record(phone, job_id, number)
        events = phone.events[first:]
        batches.append((sync_request(ground, phone, events), events))
        phone.have[job_id] += EVENTS_PER_BATCH
    return batches


def same_again(ground: Ground, phone: Phone, batches: Sequence[tuple[bytes, list[Json]]]) -> list[tuple[bytes, list[Json]]]:
    """The same day from a phone that has had all the replies' snapshots, but no receipt."""
    return [(sync_request(ground, phone, events), events) for _, events in batches]


def sync_request(ground: Ground, phone: Phone, events: list[Json], have: list[list[Any]] | None = None, *, minimal: bool = False) -> bytes:
    """One sync as it goes over the wire; `have` is what the phone holds unless given. A phone that has a token asks for a minimal reply."""
    document = phone.request(events) if have is None else phone.request(events, have=have)
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    prefer = {"Prefer": "return=minimal"} if minimal else {}
    return request(ground, "POST", "/api/v1/sync", {"Content-Type": "application/json", **prefer}, body)


def named_photos(ground: Ground, phone: Phone, contents: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The syncs that name these photos, and the uploads that bring each of them in one piece."""
    job_id = next(iter(phone.have))
    named = [phone.photo(job_id, content) for content in contents]
    batches = [phone.events[start : start + EVENTS_PER_BATCH] for start in range(0, len(phone.events), EVENTS_PER_BATCH)]
    syncs = [sync_request(ground, phone, batch) for batch in batches]
    return syncs, [_patch(ground, phone, name, content) for name, content in zip(named, contents, strict=True)]


def request(ground: Ground, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Any request as it goes over the wire."""
    fields = {"Host": f"localhost:{ground.server.port}", "Content-Length": str(len(body)), **headers}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode() + body


def _decide(ground: Ground, decisions: list[desk.Decision]) -> None:
    world = ground.world
    with writing() as session:
        desk.decide(session, world.office, world.tenant_id, world.supervisor, decisions)


def _phone(ground: Ground) -> Phone:
    """An enrolled phone with a fresh challenge and an access token."""
    user_id, device_id, world, key = ids.uuid7(), ids.uuid7(), ground.world, Key()
    place = {"tenant_id": world.tenant_id, "user_id": user_id}
    device: dict[str, Any] = {"device_id": device_id, "kind": "phone", "label": "Bench", "platform": "bench", "alg": key.alg}
    with writing() as session:
        session.add(User(**place, station_id=world.station_id, login=user_id, name="Installer", role="installer"))
        session.flush()
        session.add(Device(**place, **device, public_key=json.dumps(key.jwk()), enrolled_at=clock.now(), epoch_offered=1))
    token = tickets.access_token(world.office, tickets.Access(device_id, upload_only=False))
    challenge = tickets.challenge(world.office, device_id)
    return Phone(ground.app.test_client(), key, device_id, user_id, challenge, token=token)


def _patch(ground: Ground, phone: Phone, name: str, content: bytes) -> bytes:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    place = {"Upload-Offset": "0", "Upload-Length": str(len(content)), "Content-Digest": f"sha-256=:{digest}:"}
    return request(ground, "PATCH", f"/api/v1/blobs/{name}", {"Authorization": f"Bearer {phone.token}", **place}, content)


def _record(phone: Phone, job_id: str, number: int) -> None:
    """One of the forty events of a job, as a visit has them: answers mostly, photos, notes."""
    if number == 0:
        phone.record(job_id, "visit.departed", {"visit_id": "visit-1"})
    elif number == 1:
        phone.record(job_id, "visit.arrived", {"visit_id": "visit-1"})
    elif number % 4 == 0:
        shot = {"step_id": f"step-{number}", "unit_id": "unit-1", "quality": {"sharpness": 210, "brightness": 120, "override": None}}
        phone.photo(job_id, os.urandom(32), **shot)
    elif number % 10 == 9:
        phone.record(job_id, "note.added", {"text": f"Stairwell is narrow, unit carried by two. {ids.token(9)}"})
    else:
        answer = {"step_id": f"step-{number}", "unit_id": "unit-1", "component": None, "value": True, "unit": None, "exception": None}
        phone.record(job_id, "step.answered", answer | {"finding_id": None})
