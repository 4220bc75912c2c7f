"""The desk: the device through which each tenant's office takes its decisions, in a log of its own (DESIGN 4.4)."""

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain.events import JsonObject
from app.domain.log import Link, body_digest, header, header_hash, seal_text
from app.problems import NotFound
from app.services.append import append
from app.services.job_view import new_view
from app.services.keys import read_public_key
from app.services.office import Office
from app.services.standings import Author
from app.store import log
from app.store.devices import Device
from app.store.reference import Lineage

_EPOCH = 1

Decision = tuple[str, str, JsonObject]


def decide(session: Session, office: Office, tenant_id: str, actor: str, decisions: Sequence[Decision]) -> dict[str, int]:
    """Take decisions `(job_id, kind, data)` in order, and return the `rev` each touched job has then.

    A `job.created` makes its job. All touched jobs are locked first, in order of id, then the desk's log.
    Raises `NotFound` when a job is not the tenant's.
    """
    now = clock.now()
    for job_id, kind, _ in decisions:
        if kind == "job.created":
            session.add(new_view(tenant_id, job_id, now))
    session.flush()
    jobs = log.lock_jobs(session, tenant_id, (job_id for job_id, _, _ in decisions))
    if len(jobs) != len({job_id for job_id, _, _ in decisions}):
        raise NotFound
    device_id = _desk_of(session, office, tenant_id)
    author = Author(tenant_id, device_id, _EPOCH, None, read_public_key("ES256", office.key.public_jwk), is_desk=True)
    head = log.lock_head(session, tenant_id, device_id, _EPOCH)
    links: list[Link] = []
    seen = {job_id: view.rev for job_id, view in jobs.items()}
    for job_id, kind, data in decisions:
        link = _link(device_id, head, _body(actor, job_id, kind, data, seen[job_id]))
        seen[job_id] += 1
        head = log.Head(link.seq, link.hash)
        links.append(link)
    appended = append(session, author, links, now)
    if any(result.status != "accepted" for result in appended.results):
        raise ValueError(f"the desk took a decision that cannot be folded: {appended.results}")
    _seal(session, office, author, head)
    session.flush()
    return seen


def _desk_of(session: Session, office: Office, tenant_id: str) -> str:
    """The tenant's desk of this lineage, enrolled on first use under an id that two processes would choose alike."""
    mine = select(Device.device_id).where(Device.tenant_id == tenant_id, Device.kind == "desk", Device.revoked_at.is_(None))
    found = session.scalars(mine).first()
    if found is not None:
        return found
    lineage = session.scalar(select(Lineage.server_epoch)) or "first"
    desk = Device(
        device_id=f"desk-{hashlib.sha256(f'{tenant_id} {lineage}'.encode()).hexdigest()[:32]}",
        tenant_id=tenant_id,
        user_id=None,
        kind="desk",
        label="Desk",
        platform="server",
        alg="ES256",
        public_key=json.dumps(office.key.public_jwk),
        enrolled_at=clock.now(),
        epoch_offered=_EPOCH,
    )
    session.add(desk)
    session.flush()
    return desk.device_id


def _body(actor: str, job_id: str, kind: str, data: JsonObject, seen_rev: int) -> str:
    return json.dumps(
        {
            "v": 1,
            "event_id": ids.uuid7(),
            "job_id": job_id,
            "kind": kind,
            "kv": 1,
            "at": clock.stamp(clock.now()),
            "mono_ms": clock.monotonic_ms(),
            "boot": "desk",
            "seen": {"rev": seen_rev},
            "actor": actor,
            "where": None,
            "data": data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _link(device_id: str, head: log.Head, body: str) -> Link:
    salt = ids.token_bytes(16)
    digest = body_digest(salt, body.encode("utf-8"))
    own_hash = header_hash(header(device_id, _EPOCH, head.seq + 1, head.hash, digest))
    return Link(head.seq + 1, head.hash, body, salt, own_hash)


def _seal(session: Session, office: Office, author: Author, head: log.Head) -> None:
    """The server's key vouches for the desk's log as a phone's key does for its own."""
    now = clock.now()
    challenge = clock.stamp(now)
    seal = office.key.sign(seal_text(author.device_id, author.epoch, head.seq, head.hash, challenge))
    place = {"device_id": author.device_id, "epoch": author.epoch, "seq": head.seq, "hash": head.hash}
    log.insert_seals(session, [{**place, "tenant_id": author.tenant_id, "challenge": challenge, "seal": seal, "received_at": now}])
