"""The one write path: events into their log, jobs refolded, blobs named, all in the caller's transaction (PROTOCOL L, S4 to S9)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.domain.events import Event, JsonObject, Unreadable, data_problem, is_fact, knows, named_blobs, parse_body
from app.domain.log import Link, header
from app.services.job_view import event_of, refresh
from app.services.keys import PublicKey, verifies
from app.store import log
from app.store.events import DEVICE, DUPLICATE, FOLDED, QUARANTINED
from app.store.log import Folded, Head


@dataclass(frozen=True, slots=True)
class Author:
    """Whose log is written to. `flags` go onto every event; the desk alone may take decisions."""

    tenant_id: str
    device_id: str
    epoch: int
    user_id: str | None
    key: PublicKey
    is_desk: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one event (S6)."""

    seq: int
    hash: str
    status: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appended:
    """How far the log reaches now, what became of each event, and the epoch offered when the log has forked."""

    head: Head
    results: list[Result]
    new_epoch: int | None


@dataclass(frozen=True, slots=True)
class Read:
    """What one body says, as far as it could be read, and why it may not be folded."""

    body: JsonObject | None
    flag: str | None


@dataclass(slots=True)
class _Reading:
    """One new event while its standing is worked out. One with a body may be folded; one with flags may not."""

    link: Link
    body: JsonObject | None
    flags: list[str]
    standing: str = QUARANTINED
    rev: int | None = None

    @classmethod
    def of(cls, link: Link, read: Read) -> "_Reading":
        return cls(link, read.body, [] if read.flag is None else [read.flag])


_NOTHING: Mapping[int, Read] = {}


def read(author: Author, link: Link) -> Read:
    """Read a body as far as it can be read. One that has a body and no flag may be folded."""
    try:
        body = parse_body(link.body, orjson.loads)
    except Unreadable as unreadable:
        return Read(None, unreadable.reason)
    kind, kv, data = body["kind"], body["kv"], body["data"]
    if not is_fact(kind) and not author.is_desk:
        return Read(body, "not_a_fact")
    if knows(kind, kv) and data_problem(kind, data):
        return Read(body, "bad_data")
    if kind == "signoff.recorded" and not verifies(author.key, link.sig, _header(author, link)):
        return Read(body, "bad_signature")
    return Read(body, None)


def append(session: Session, author: Author, links: Sequence[Link], now: datetime, ahead: Mapping[int, Read] = _NOTHING) -> Appended:
    """Store a device's next events and return how far its log now reaches.

    `links` are an intact chain (`log.first_broken` was asked). Sending the same ones again changes nothing. The log's row is locked
    first, then all touched jobs by id. What is wrong with one event never stops its neighbours. What the session holds unsaved is
    flushed first, and what it has loaded is read anew afterwards. `ahead` may hold what was read of some links, by seq, before the
    transaction began.
    """
    session.flush()
    head = log.lock_head(session, author.tenant_id, author.device_id, author.epoch)
    results, fresh, branch = _sort_out(session, author, head, links)
    for link in branch:
        log.insert_fork(session, _fork_row(author, link, now))
    if fresh:
        readings = [_Reading.of(link, ahead.get(link.seq) or read(author, link)) for link in fresh]
        jobs = log.lock_folded(session, author.tenant_id, (r.body["job_id"] for r in readings if r.body and r.body["job_id"]))
        folds = _settle(session, author, readings, jobs)
        log.insert_events(session, [_row(author, reading, now) for reading in readings])
        naming = _name_blobs(session, author, readings)
        for job_id, events in folds.items():
            job = jobs[job_id]
            blobs = log.count_blobs(session, author.tenant_id, job_id) if job_id in naming else (job.blobs_named, job.blobs_missing)
            refresh(session, job, events, blobs, now)
        head = Head(fresh[-1].seq, fresh[-1].hash)
        log.move_head(session, author.device_id, author.epoch, head)
        results += [_result(reading) for reading in readings]
    new_epoch = log.offer_epoch(session, author.device_id) if branch else None
    session.expire_all()
    return Appended(head, sorted(results, key=lambda result: result.seq), new_epoch)


def _sort_out(session: Session, author: Author, head: Head, links: Sequence[Link]) -> tuple[list[Result], list[Link], list[Link]]:
    """Tell apart what is stored already, what continues the log, what belongs to a second branch, and what lies beyond a gap."""
    stored = log.hashes_at(session, author.device_id, author.epoch, [link.seq for link in links if link.seq <= head.seq])
    results: list[Result] = []
    fresh: list[Link] = []
    branch: list[Link] = []
    end = head
    for link in links:
        if link.seq > end.seq + 1 and not branch:
            results.append(Result(link.seq, link.hash, "gap"))
        elif link.seq <= head.seq and stored[link.seq].hash == link.hash:
            results.append(Result(link.seq, link.hash, "duplicate", tuple(orjson.loads(stored[link.seq].flags))))
        elif link.seq == end.seq + 1 and link.prev == end.hash and not branch:
            fresh.append(link)
            end = Head(link.seq, link.hash)
        else:
            branch.append(link)
            results.append(Result(link.seq, link.hash, "quarantined", ("fork",)))
    return results, fresh, branch


def _settle(session: Session, author: Author, readings: Sequence[_Reading], jobs: Mapping[str, Folded]) -> dict[str, list[Event]]:
    """Give each event its standing and its `rev`, and return what is to be folded, by job."""
    foldable = [(reading, reading.body) for reading in readings if reading.body and not reading.flags]
    known = log.known_event_ids(session, author.tenant_id, [body["event_id"] for _, body in foldable])
    revs = {job_id: job.rev for job_id, job in jobs.items()}
    folds: dict[str, list[Event]] = defaultdict(list)
    for reading, body in foldable:
        event_id, job_id = body["event_id"], body["job_id"]
        raw = reading.link.raw
        if event_id in known:
            same = known[event_id] in (raw, None)
            reading.standing = DUPLICATE if same else QUARANTINED
            reading.flags += [] if same else ["event_id_reused"]
            continue
        if job_id is not None and job_id not in jobs:
            reading.flags.append("unknown_job")
            continue
        known[event_id] = raw
        reading.flags += _flags(author, body)
        reading.standing = DEVICE
        if job_id is not None:
            reading.standing = FOLDED
            reading.rev = revs[job_id] = revs[job_id] + 1
            folds[job_id].append(event_of(body, author.device_id, reading.rev, reading.flags, judged=True))
    return folds


def _flags(author: Author, body: JsonObject) -> list[str]:
    flags = list(author.flags)
    if not author.is_desk and body["actor"] != author.user_id:
        flags.append("actor_mismatch")
    if not knows(body["kind"], body["kv"]):
        flags.append("unknown_kind")
    return flags


def _name_blobs(session: Session, author: Author, readings: Sequence[_Reading]) -> set[str]:
    """Note the blobs that new events name, and return the jobs concerned."""
    rows: list[dict[str, Any]] = []
    for reading in readings:
        for sha256 in _named(reading):
            place = {"device_id": author.device_id, "epoch": author.epoch, "seq": reading.link.seq}
            job_id = reading.body["job_id"] if reading.body and reading.rev is not None else None
            rows.append({"tenant_id": author.tenant_id, "sha256": sha256, "job_id": job_id, **place})
    log.name_blobs(session, rows)
    return {row["job_id"] for row in rows if row["job_id"] is not None}


def _named(reading: _Reading) -> Sequence[str]:
    """From the data where it can be read, else from the list beside the body (B1)."""
    body = reading.body
    if body is None or reading.standing == QUARANTINED or not knows(body["kind"], body["kv"]):
        return list(dict.fromkeys(reading.link.blobs))
    return named_blobs(body["kind"], body["data"])


def _result(reading: _Reading) -> Result:
    status = {DUPLICATE: "duplicate", QUARANTINED: "quarantined"}.get(reading.standing)
    return Result(reading.link.seq, reading.link.hash, status or ("flagged" if reading.flags else "accepted"), tuple(reading.flags))


def _row(author: Author, reading: _Reading, now: datetime) -> dict[str, Any]:
    link, body = reading.link, reading.body
    owns_id = body is not None and reading.standing in (FOLDED, DEVICE)
    return {
        "tenant_id": author.tenant_id,
        "device_id": author.device_id,
        "epoch": author.epoch,
        "seq": link.seq,
        "prev": link.prev,
        "hash": link.hash,
        "body_digest": link.digest,
        "salt": link.salt,
        "body": link.raw,
        "sig": link.sig,
        "standing": reading.standing,
        "flags": orjson.dumps(reading.flags).decode(),
        "event_id": body["event_id"] if body and owns_id else None,
        "job_id": body["job_id"] if body and reading.rev is not None else None,
        "rev": reading.rev,
        "kind": body["kind"] if body else None,
        "received_at": now,
    }


def _fork_row(author: Author, link: Link, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": author.tenant_id,
        "device_id": author.device_id,
        "epoch": author.epoch,
        "seq": link.seq,
        "hash": link.hash,
        "prev": link.prev,
        "salt": link.salt,
        "body": link.raw,
        "sig": link.sig,
        "received_at": now,
    }


def _header(author: Author, link: Link) -> bytes:
    return header(author.device_id, author.epoch, link.seq, link.prev, link.digest)
