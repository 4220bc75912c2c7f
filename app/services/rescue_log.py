"""The rescue log: where the office keeps what rescue files bring and what cannot stand in its phone's own log (docs/adr/0007).

It is a log of the server's, as the desk's is, but what stands in it are facts. Each keeps its `event_id`, so that it counts once, also
when its phone sends it after all. Nothing in it is without the flag `rescued` or `unsealed`, so a human looks at all of it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain.events import Unreadable, parse_body
from app.domain.log import Link, body_digest, header, header_hash, seal_text
from app.services.append import Result, append
from app.services.keys import PublicKey, read_public_key, verifies
from app.services.office import Office
from app.services.rescue_file import Entry, Place
from app.services.standings import Author
from app.store import log
from app.store.blobs import BlobName
from app.store.db import table, writing
from app.store.devices import Device
from app.store.reference import Lineage
from app.store.rescued import RescuedEvent

KIND = "rescue"
_EPOCH = 1
_BLOBS_OF_AN_EVENT_MAX = 8
_rescued = table(RescuedEvent)


@dataclass(frozen=True, slots=True)
class Claim:
    """An entry of a file and who is said to have recorded it: the device's user and key as far as the office knows them."""

    entry: Entry
    user_id: str | None
    key: PublicKey | None
    sealed: bool


def keep(office: Office, tenant_id: str, claims: Sequence[Claim], imported_by: str | None) -> list[Result | None]:
    """Put into the rescue log what no log of the tenant holds yet, in one transaction.

    What became of each claim, in order; None for one whose fact is stored already, wherever it stands.
    """
    now = clock.now()
    with writing() as session:
        device_id = _device(session, office, tenant_id)
        head = log.lock_head(session, tenant_id, device_id, _EPOCH)
        known = _stored(session, tenant_id, claims)
        fresh = [(at, claim) for at, claim in enumerate(claims) if at not in known]
        results: list[Result | None] = [None] * len(claims)
        for (user_id, flags), group in groupby(fresh, key=lambda pair: (pair[1].user_id, _flags(pair[1]))):
            alike = list(group)
            author = Author(tenant_id, device_id, _EPOCH, user_id, _own_key(office), flags=flags)
            links = _linked(office, device_id, head, [claim for _, claim in alike])
            head = log.Head(links[-1].seq, links[-1].hash)
            appended = append(session, author, links, now)
            for (at, _), result in zip(alike, appended.results, strict=True):
                results[at] = result
            _note(session, tenant_id, device_id, [(claim, link) for (_, claim), link in zip(alike, links, strict=True)], imported_by, now)
        if fresh:
            _seal(session, office, tenant_id, device_id, head, now)
    return results


def name_blobs(office: Office, tenant_id: str, digests: Sequence[str]) -> None:
    """Let the rescue log name blobs that no event names, so that they can be kept; a human finds them in quarantine."""
    for at in range(0, len(digests), _BLOBS_OF_AN_EVENT_MAX):
        few = tuple(digests[at : at + _BLOBS_OF_AN_EVENT_MAX])
        raw = json.dumps({"rescued_blobs": few})
        place = Place("unknown", 0, 0, hashlib.sha256(raw.encode()).hexdigest())
        keep(office, tenant_id, [Claim(Entry(place, None, raw, few), None, None, sealed=False)], None)


def namer(session: Session, tenant_id: str, sha256: str) -> str | None:
    """Some device of the tenant whose events name a blob."""
    return session.scalars(select(BlobName.device_id).where(BlobName.tenant_id == tenant_id, BlobName.sha256 == sha256).limit(1)).first()


def _flags(claim: Claim) -> tuple[str, ...]:
    return ("rescued",) if claim.sealed else ("unsealed",)


def _stored(session: Session, tenant_id: str, claims: Sequence[Claim]) -> set[int]:
    """Which of the claims are stored: their place was rescued before, or their fact stands in some log, perhaps redacted."""
    places = [(claim.entry.place.device_id, claim.entry.place.epoch, claim.entry.place.seq, claim.entry.place.hash) for claim in claims]
    columns = (RescuedEvent.device_id, RescuedEvent.epoch, RescuedEvent.seq, RescuedEvent.hash)
    query = select(*columns).where(RescuedEvent.tenant_id == tenant_id, tuple_(*columns).in_(places))
    before = {tuple(row) for row in session.execute(query)}
    bodies = [claim.entry.body for claim in claims]
    event_ids = {at: found for at, body in enumerate(bodies) if (found := _event_id(body))}
    known = log.known_event_ids(session, tenant_id, list(set(event_ids.values())))
    stored = {at for at, place in enumerate(places) if place in before}
    for at, event_id in event_ids.items():
        if event_id in known and known[event_id] in (None, bodies[at].encode("utf-8")):
            stored.add(at)
        known.setdefault(event_id, bodies[at].encode("utf-8"))  # a file may hold a fact twice, under two epochs
    return stored


def _event_id(body: str) -> str | None:
    try:
        return str(parse_body(body)["event_id"])
    except Unreadable:
        return None


def _linked(office: Office, device_id: str, head: log.Head, claims: Iterable[Claim]) -> list[Link]:
    """The claims as the rescue log's next links. A sign-off that its phone had signed is signed by the server in its new place."""
    links: list[Link] = []
    for claim in claims:
        place, was = claim.entry.place, claim.entry.link
        body, salt = claim.entry.body, was.salt if was else ids.token_bytes(16)
        text = header(device_id, _EPOCH, head.seq + 1, head.hash, body_digest(salt, body.encode("utf-8")))
        sig = was.sig if was else None
        if was is not None and claim.key is not None and sig is not None:
            before = header(place.device_id, place.epoch, was.seq, was.prev, body_digest(was.salt, was.body.encode("utf-8")))
            sig = office.key.sign(text) if verifies(claim.key, sig, before) else sig
        links.append(Link(head.seq + 1, head.hash, body, salt, header_hash(text), sig, claim.entry.blobs))
        head = log.Head(links[-1].seq, links[-1].hash)
    return links


def _note(
    session: Session, tenant_id: str, device_id: str, pairs: Sequence[tuple[Claim, Link]], imported_by: str | None, now: datetime
) -> None:
    """Remember where each stood before."""
    rows = []
    for claim, link in pairs:
        place, was = claim.entry.place, claim.entry.link
        stood = {"device_id": place.device_id, "epoch": place.epoch, "seq": place.seq, "hash": place.hash}
        evidence = {"prev": was.prev if was else "", "sig": was.sig if was else None}
        now_at = {"in_device_id": device_id, "in_epoch": _EPOCH, "in_seq": link.seq, "imported_by": imported_by, "imported_at": now}
        rows.append({"tenant_id": tenant_id} | stood | evidence | now_at)
    session.connection().execute(insert(_rescued), rows)


def _device(session: Session, office: Office, tenant_id: str) -> str:
    """The tenant's rescue log of this lineage: after a restore another one begins, so that no place ever holds two events."""
    lineage = session.scalar(select(Lineage.server_epoch)) or "first"
    device_id = f"rescue-{hashlib.sha256(f'{tenant_id} {lineage}'.encode()).hexdigest()[:32]}"
    if session.get(Device, device_id) is None:
        label, jwk, now = "Rescue files", json.dumps(office.key.public_jwk), clock.now()
        own = {"kind": KIND, "label": label, "platform": "server", "alg": "ES256", "public_key": jwk, "enrolled_at": now}
        session.add(Device(device_id=device_id, tenant_id=tenant_id, user_id=None, epoch_offered=_EPOCH, **own))
        session.flush()
    return device_id


def _own_key(office: Office) -> PublicKey:
    return read_public_key("ES256", office.key.public_jwk)


def _seal(session: Session, office: Office, tenant_id: str, device_id: str, head: log.Head, now: datetime) -> None:
    """The server's key vouches for its own log, as for the desk's."""
    challenge = clock.stamp(now)
    seal = office.key.sign(seal_text(device_id, _EPOCH, head.seq, head.hash, challenge))
    place = {"device_id": device_id, "epoch": _EPOCH, "seq": head.seq, "hash": head.hash}
    log.insert_seals(session, [{**place, "tenant_id": tenant_id, "challenge": challenge, "seal": seal, "received_at": now}])
