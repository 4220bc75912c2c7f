"""A load made beforehand: requests as bytes, signed and sealed, so that making them costs nothing while it is measured."""

import base64
import hashlib
import json
import os
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from app import ids
from app.store.db import db, writing
from app.store.people import User
from bench.ground import Ground
from tests.phone import Json, Phone, enrolled

EVENTS_PER_BATCH = 40


@dataclass(frozen=True)
class Sent:
    """One request as it goes over the wire, and the events in it."""

    raw: bytes
    events: list[Json]


def day_of_batches(ground: Ground, jobs: int) -> list[Sent]:
    """A phone's day: one batch of 40 events for each of its jobs, each batch knowing what the reply before it will have brought."""
    user_id = _installer(ground)
    job_ids = [ground.world.job(user_id, serial=f"WM{number:04}") for number in range(jobs)]
    caller = _phone(ground, user_id)
    batches = []
    for job_id in job_ids:
        first = len(caller.events)
        for number in range(EVENTS_PER_BATCH):
            _record(caller, job_id, number)
        events = caller.events[first:]
        body = json.dumps(caller.request(events), ensure_ascii=False, separators=(",", ":")).encode()
        batches.append(Sent(_request(ground, "POST", "/api/v1/sync", {"Content-Type": "application/json"}, body), events))
        caller.have[job_id] += EVENTS_PER_BATCH
    return batches


def blob_requests(ground: Ground, contents: Sequence[bytes]) -> list[Sent]:
    """Photos that a phone has named in its log, each to be sent in one piece."""
    user_id = _installer(ground)
    job_id = ground.world.job(user_id)
    caller = _phone(ground, user_id)
    named = [caller.photo(job_id, content) for content in contents]
    while caller.acked < len(caller.events):
        caller.sync()
    db.session.remove()
    return [Sent(_patch(ground, caller, name, content), []) for name, content in zip(named, contents, strict=True)]


def send_all(ground: Ground, phones: Sequence[Sequence[Sent]], connections: int) -> None:
    """Send each phone's requests in their order, over so many connections that stay open. Every answer must be a 200."""

    def work(mine: Sequence[Sequence[Sent]]) -> None:
        with socket.create_connection(("127.0.0.1", ground.server.port), timeout=120) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = sock.makefile("rb")
            for requests in mine:
                for request in requests:
                    sock.sendall(request.raw)
                    _read_ok(reader)

    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, [phones[turn::connections] for turn in range(connections)]))


def _read_ok(reader: Any) -> None:
    status, length = reader.readline(), 0
    while (line := reader.readline()) not in (b"\r\n", b""):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = reader.read(length)
    if b" 200 " not in status:
        raise RuntimeError(f"{status!r}: {body[:500]!r}")


def _request(ground: Ground, method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    fields = {"Host": f"localhost:{ground.server.port}", "Content-Length": str(len(body)), **headers}
    return (f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n").encode() + body


def _patch(ground: Ground, caller: Phone, name: str, content: bytes) -> bytes:
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    place = {"Upload-Offset": "0", "Upload-Length": str(len(content)), "Content-Digest": f"sha-256=:{digest}:"}
    return _request(ground, "PATCH", f"/api/v1/blobs/{name}", {"Authorization": f"Bearer {caller.token}", **place}, content)


def _installer(ground: Ground) -> str:
    user_id, world = ids.uuid7(), ground.world
    with writing() as session:
        session.add(
            User(user_id=user_id, tenant_id=world.tenant_id, station_id=world.station_id, login=user_id, name="Installer", role="installer")
        )
    return user_id


def _phone(ground: Ground, user_id: str) -> Phone:
    """A phone that holds its jobs and an access token. The server knows it from the database."""
    found = enrolled(ground.app.test_client(), ground.world.code(user_id))
    found.sync()
    return found


def _record(caller: Phone, job_id: str, number: int) -> None:
    """One of the forty events of a job, as a visit has them: answers mostly, photos, notes."""
    if number == 0:
        caller.record(job_id, "visit.departed", {"visit_id": "visit-1"})
    elif number == 1:
        caller.record(job_id, "visit.arrived", {"visit_id": "visit-1"})
    elif number % 4 == 0:
        shot = {"step_id": f"step-{number}", "unit_id": "unit-1", "quality": {"sharpness": 210, "brightness": 120, "override": None}}
        caller.photo(job_id, os.urandom(32), **shot)
    elif number % 10 == 9:
        caller.record(job_id, "note.added", {"text": f"Stairwell is narrow, unit carried by two. {ids.token(9)}"})
    else:
        answer = {"step_id": f"step-{number}", "unit_id": "unit-1", "component": None, "value": True, "unit": None, "exception": None}
        caller.record(job_id, "step.answered", answer | {"finding_id": None})
