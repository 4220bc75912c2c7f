"""A phone of the demo: it enrols, keeps a log and speaks to the office as a real one does, in this process."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app import clock, ids
from app.domain.events import Event, JsonObject
from app.domain.job import advance
from app.domain.log import BATCH_EVENTS_MAX, Link, body_digest, header, header_hash, seal_text, to_b64
from app.services import build, enrol, phones, tickets, uploads
from app.services import sync as exchange
from app.services.office import Office
from app.services.sealed import Request
from app.store import log
from app.store.db import db, end_transaction

EPOCH = 1
# What a phone says of itself that runs Doorstep from its home screen.
CONDITION = {"copies": 2, "persisted": True, "room_bytes": 24_000_000_000, "mode": "installed", "clock_off_ms": 400}


@dataclass
class HeldJob:
    """A job as this phone knows it: the snapshot, and its own later events folded on top."""

    state: JsonObject
    rev: int
    people: dict[str, str]
    unseen: int = 0


@dataclass
class Phone:
    """One enrolled device with its key. `jobs` is filled by `sync`."""

    office: Office
    tenant_id: str
    device_id: str
    user_id: str
    key: ec.EllipticCurvePrivateKey
    jobs: dict[str, HeldJob] = field(default_factory=dict)
    _outbox: list[Link] = field(default_factory=list)
    _blobs: dict[str, bytes] = field(default_factory=dict)
    _tip: log.Head | None = None

    def record(self, job_id: str, kind: str, data: Mapping[str, Any], at: datetime, where: Mapping[str, int] | None = None) -> str:
        """Write a fact into the log and fold it; returns its event id. `at` is what the phone's clock says."""
        job = self.jobs[job_id]
        event_id = ids.uuid7()
        body = {
            "v": 1,
            "event_id": event_id,
            "job_id": job_id,
            "kind": kind,
            "kv": 1,
            "at": clock.stamp(at),
            "mono_ms": round(at.timestamp() * 1000) % 86_400_000,
            "boot": f"demo-{at:%Y%m%d}",
            "seen": {"rev": job.rev},
            "actor": self.user_id,
            "where": where,
            "data": data,
        }
        self._outbox.append(self._link(json.dumps(body, ensure_ascii=False, separators=(",", ":")), signs=kind == "signoff.recorded"))
        job.unseen += 1
        event = Event(job.rev + job.unseen, self.device_id, event_id, kind, 1, clock.stamp(at), job.rev, self.user_id, dict(data))
        job.state = advance(job.state, [event])
        return event_id

    def keep(self, content: bytes) -> str:
        """Keep the bytes of a blob until they are delivered; returns their SHA-256."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._blobs[sha256] = content
        return sha256

    def sync(self) -> None:
        """Push everything, deliver all blobs, take the newest snapshots, and say that nothing is left to send."""
        more = True
        while self._outbox or more:
            more = self._exchange(self._outbox[:BATCH_EVENTS_MAX])
        for sha256 in list(self._blobs):
            self._deliver(sha256, self._blobs.pop(sha256))
        self._exchange([])
        phones.note_condition(self.device_id, CONDITION)

    def _exchange(self, batch: list[Link]) -> bool:
        """One round trip, as it goes over the wire. Whether the office has more snapshots."""
        reply = orjson.loads(orjson.dumps(exchange.sync(self.office, self._request(batch))))
        bad = [result for result in reply["results"] if result["status"] not in ("accepted", "duplicate")]
        if bad:
            raise ValueError(f"the office did not take a fact of the demo: {bad}")
        del self._outbox[: len(batch)]
        for snapshot in reply["jobs"]:
            self.jobs[snapshot["job_id"]] = HeldJob(snapshot["state"], snapshot["rev"], snapshot["people"])
        return bool(reply["more"])

    def _request(self, batch: list[Link]) -> Request:
        head = log.Head(batch[-1].seq, batch[-1].hash) if batch else self._head()
        challenge = tickets.challenge(self.office, self.device_id)
        seal = self._sign(seal_text(self.device_id, EPOCH, head.seq, head.hash, challenge))
        have = {job_id: job.rev for job_id, job in self.jobs.items() if not job.unseen}
        pending = {"events": len(self._outbox), "blobs": len(self._blobs), "bytes": sum(map(len, self._blobs.values())), "oldest_at": None}
        return Request(self.device_id, EPOCH, build.served() or "demo", clock.now(), challenge, seal, batch, have, pending)

    def _deliver(self, sha256: str, content: bytes) -> None:
        chunk = uploads.Chunk(0, len(content), len(content), hashlib.sha256(content).digest())
        uploads.receive(self.office, self.tenant_id, self.device_id, sha256, chunk, io.BytesIO(content).read)

    def _link(self, body: str, *, signs: bool) -> Link:
        head = self._head()
        salt = ids.token_bytes(16)
        text = header(self.device_id, EPOCH, head.seq + 1, head.hash, body_digest(salt, body.encode("utf-8")))
        self._tip = log.Head(head.seq + 1, header_hash(text))
        return Link(self._tip.seq, head.hash, body, salt, self._tip.hash, self._sign(text) if signs else None)

    def _head(self) -> log.Head:
        if self._tip is None:
            self._tip = log.head_of(db.session(), self.device_id, EPOCH)
            end_transaction()
        return self._tip

    def _sign(self, text: bytes) -> str:
        return _signature(self.key, text)


def enrolled(office: Office, tenant_id: str, user_id: str, label: str) -> Phone:
    """A new phone for an installer, by a one-time code as any other."""
    key = ec.generate_private_key(ec.SECP256R1())
    code = enrol.make_code(office, tenant_id, user_id, None).code
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": to_b64(numbers.x.to_bytes(32, "big")), "y": to_b64(numbers.y.to_bytes(32, "big"))}
    proof = _signature(key, code.encode("ascii"))
    reply = enrol.enrol(office, code=code, alg="ES256", public_key=jwk, label=label, platform="demo", proof=proof)
    return Phone(office, tenant_id, reply["device_id"], user_id, key)


def pem_of(phone: Phone) -> str:
    """The phone's private key as text, to be kept until the next demo day."""
    return phone.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode(
        "ascii"
    )


def reopened(office: Office, tenant_id: str, device_id: str, user_id: str, pem: str) -> Phone:
    """The phone that was enrolled on an earlier day.

    Raises `ValueError` when `pem` is no P-256 key.
    """
    key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("not a P-256 key")
    return Phone(office, tenant_id, device_id, user_id, key)


def _signature(key: ec.EllipticCurvePrivateKey, text: bytes) -> str:
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
    return to_b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
