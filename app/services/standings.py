"""What each event counts as: read, checked against its kind, compared with what is stored (PROTOCOL L1, S6, S7, S15)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import orjson

from app.domain.events import Event, JsonObject, Unreadable, data_problem, is_fact, knows, parse_body
from app.domain.log import Link, header
from app.domain.plain_facts import plain_fact
from app.services.job_view import event_of
from app.services.keys import PublicKey, verifies
from app.store.events import DEVICE, DUPLICATE, FOLDED, QUARANTINED
from app.store.log import Folded


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


class Read(NamedTuple):
    """What one body says, as far as it could be read, and why it may not be folded."""

    body: JsonObject | None
    flag: str | None


@dataclass(slots=True)
class Reading:
    """One new event while its standing is worked out. One with a body may be folded; one with flags may not."""

    link: Link
    body: JsonObject | None
    flags: list[str]
    standing: str = QUARANTINED
    rev: int | None = None

    @classmethod
    def of(cls, link: Link, read: Read) -> "Reading":
        return cls(link, read.body, [] if read.flag is None else [read.flag])


def read(author: Author, link: Link) -> Read:
    """Read a body as far as it can be read. One that has a body and no flag may be folded."""
    body = plain_fact(link.body, orjson.loads)
    if body is None:
        try:
            body = parse_body(link.body, orjson.loads)
        except Unreadable as unreadable:
            return Read(None, unreadable.reason)
        if not is_fact(body["kind"]) and not author.is_desk:
            return Read(body, "not_a_fact")
        if knows(body["kind"], body["kv"]) and data_problem(body["kind"], body["data"]):
            return Read(body, "bad_data")
    if body["kind"] == "signoff.recorded" and not verifies(author.key, link.sig, _header(author, link)):
        return Read(body, "bad_signature")
    return Read(body, None)


class Standings:
    """Gives each event its standing and its `rev`; knows what counts already, and gathers what is to be folded, by job."""

    def __init__(self, known: dict[str, bytes | None], jobs: Mapping[str, Folded]) -> None:
        self._known = known
        self._revs = {job_id: job.rev for job_id, job in jobs.items()}
        self.folds: dict[str, list[Event]] = defaultdict(list)

    def settle(self, author: Author, readings: Sequence[Reading]) -> None:
        """The events of one batch, in order."""
        known, revs = self._known, self._revs
        for reading in readings:
            body = reading.body
            if body is None or reading.flags:
                continue
            event_id, job_id = body["event_id"], body["job_id"]
            raw = reading.link.raw
            if event_id in known:
                same = known[event_id] in (raw, None)
                reading.standing = DUPLICATE if same else QUARANTINED
                reading.flags += [] if same else ["event_id_reused"]
                continue
            if job_id is not None and job_id not in revs:
                reading.flags.append("unknown_job")
                continue
            known[event_id] = raw
            reading.flags += _flags(author, body)
            reading.standing = DEVICE
            if job_id is not None:
                reading.standing = FOLDED
                reading.rev = revs[job_id] = revs[job_id] + 1
                self.folds[job_id].append(event_of(body, author.device_id, reading.rev, reading.flags, judged=True))


def _flags(author: Author, body: JsonObject) -> list[str]:
    flags = list(author.flags)
    if not author.is_desk and body["actor"] != author.user_id:
        flags.append("actor_mismatch")
    if not knows(body["kind"], body["kv"]):
        flags.append("unknown_kind")
    return flags


def _header(author: Author, link: Link) -> bytes:
    return header(author.device_id, author.epoch, link.seq, link.prev, link.digest)
