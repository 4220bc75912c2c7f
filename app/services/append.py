"""The one write path: events into their log, jobs refolded, blobs named, all in the caller's transaction (PROTOCOL L, S4 to S9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.domain.events import knows, named_blobs
from app.domain.log import Link
from app.services.job_view import refresh
from app.services.standings import Author, Read, Reading, Standings, read
from app.store import log
from app.store.events import DEVICE, DUPLICATE, FOLDED, QUARANTINED
from app.store.log import Head, Place


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
class Batch:
    """A device's next events, an intact chain (`log.first_broken` was asked). `ahead` may hold what was read of some of them, by seq,
    before the transaction began."""

    author: Author
    links: Sequence[Link]
    ahead: Mapping[int, Read] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The log that they belong to."""
        return Place(self.author.tenant_id, self.author.device_id, self.author.epoch)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """A batch against what is stored: what is known or cannot be stored yet, what continues the log, what is of a second branch."""

    batch: Batch
    head: Head
    results: list[Result]
    readings: list[Reading]
    branch: list[Link]


def append(session: Session, author: Author, links: Sequence[Link], now: datetime) -> Appended:
    """As `append_all`, for one batch."""
    return append_all(session, [Batch(author, links)], now)[0]


def append_all(session: Session, batches: Sequence[Batch], now: datetime) -> list[Appended]:
    """Store the next events of different devices and return, for each, how far its log now reaches.

    Sending the same ones again changes nothing. The logs' rows are locked first, in order of their devices, then all touched jobs by
    id. What is wrong with one event never stops its neighbours. What the session holds unsaved is flushed first, and what it has
    loaded is read anew afterwards.
    """
    session.flush()
    heads = log.lock_heads(session, [batch.place for batch in batches])
    all_sorted = [_sort_out(session, batch, heads[batch.place]) for batch in batches]
    for one in all_sorted:
        for link in one.branch:
            log.insert_fork(session, _fork_row(one.batch.author, link, now))
    fresh = [one for one in all_sorted if one.readings]
    for tenant_id in sorted({one.batch.author.tenant_id for one in fresh}):
        _store(session, tenant_id, [one for one in fresh if one.batch.author.tenant_id == tenant_id], now)
    if fresh:
        log.move_heads(session, {one.batch.place: _new_head(one) for one in fresh})
    appended = [_appended(session, one) for one in all_sorted]
    session.expire_all()
    return appended


def _sort_out(session: Session, batch: Batch, head: Head) -> _Sorted:
    """Tell apart what is stored already, what continues the log, what belongs to a second branch, and what lies beyond a gap."""
    author = batch.author
    stored = log.hashes_at(session, author.device_id, author.epoch, [link.seq for link in batch.links if link.seq <= head.seq])
    results: list[Result] = []
    fresh: list[Link] = []
    branch: list[Link] = []
    end = head
    for link in batch.links:
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
    readings = [Reading.of(link, batch.ahead.get(link.seq) or read(author, link)) for link in fresh]
    return _Sorted(batch, head, results, readings, branch)


def _new_head(one: _Sorted) -> Head:
    """How far a log reaches: all that continues it is stored, be it in quarantine."""
    return Head(one.readings[-1].link.seq, one.readings[-1].link.hash) if one.readings else one.head


def _appended(session: Session, one: _Sorted) -> Appended:
    results = one.results + [_result(reading) for reading in one.readings]
    new_epoch = log.offer_epoch(session, one.batch.author.device_id) if one.branch else None
    return Appended(_new_head(one), sorted(results, key=lambda result: result.seq), new_epoch)


def _store(session: Session, tenant_id: str, fresh: Sequence[_Sorted], now: datetime) -> None:
    """Put a tenant's new events into their places, and refold the jobs that they touch."""
    bodies = [reading.body for one in fresh for reading in one.readings if reading.body]
    jobs = log.lock_folded(session, tenant_id, (body["job_id"] for body in bodies if body["job_id"]))
    standings = Standings(log.known_event_ids(session, tenant_id, [body["event_id"] for body in bodies]), jobs)
    for one in fresh:
        standings.settle(one.batch.author, one.readings)
    log.insert_events(session, [_row(one.batch, reading, now) for one in fresh for reading in one.readings])
    naming = _name_blobs(session, fresh)
    counted = log.count_blobs_of(session, naming)
    refolded = {}
    for job_id, events in standings.folds.items():
        job = jobs[job_id]
        blobs = counted[job_id] if job_id in naming else (job.blobs_named, job.blobs_missing)
        refolded[job_id] = refresh(session, job, events, blobs, now)
    log.keep_folded(session, refolded)


def _name_blobs(session: Session, fresh: Sequence[_Sorted]) -> set[str]:
    """Note the blobs that new events name, and return the jobs concerned."""
    rows: list[dict[str, Any]] = []
    for one in fresh:
        place = {"tenant_id": one.batch.author.tenant_id, "device_id": one.batch.author.device_id, "epoch": one.batch.author.epoch}
        for reading in one.readings:
            for sha256 in _named(reading):
                job_id = reading.body["job_id"] if reading.body and reading.rev is not None else None
                rows.append({**place, "sha256": sha256, "job_id": job_id, "seq": reading.link.seq})
    log.name_blobs(session, rows)
    return {row["job_id"] for row in rows if row["job_id"] is not None}


def _named(reading: Reading) -> Sequence[str]:
    """From the data where it can be read, else from the list beside the body (B1)."""
    body = reading.body
    if body is None or reading.standing == QUARANTINED or not knows(body["kind"], body["kv"]):
        return list(dict.fromkeys(reading.link.blobs))
    return named_blobs(body["kind"], body["data"])


def _result(reading: Reading) -> Result:
    status = {DUPLICATE: "duplicate", QUARANTINED: "quarantined"}.get(reading.standing)
    return Result(reading.link.seq, reading.link.hash, status or ("flagged" if reading.flags else "accepted"), tuple(reading.flags))


def _row(batch: Batch, reading: Reading, now: datetime) -> dict[str, Any]:
    author, link, body = batch.author, reading.link, reading.body
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
        "flags": orjson.dumps(reading.flags).decode() if reading.flags else "[]",
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
