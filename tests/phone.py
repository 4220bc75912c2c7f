"""A phone as the tests drive it: a real key, a real log, real requests."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock, ids
from app.domain.log import ZERO_HASH, body_digest, header, header_hash, lines, seal_text, to_b64

Json = dict[str, Any]


class Key:
    """A device key of either algorithm."""

    def __init__(self, alg: str = "ES256") -> None:
        self.alg = alg
        self._private = ec.generate_private_key(ec.SECP256R1()) if alg == "ES256" else ed25519.Ed25519PrivateKey.generate()

    def sign(self, text: bytes) -> str:
        """The signature in the wire's form."""
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            return to_b64(self._private.sign(text))
        r, s = decode_dss_signature(self._private.sign(text, ec.ECDSA(hashes.SHA256())))
        return to_b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def jwk(self) -> Json:
        """The public key."""
        public = self._private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            return {"kty": "OKP", "crv": "Ed25519", "x": to_b64(raw)}
        numbers = public.public_numbers()
        x, y = (to_b64(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


@dataclass
class Phone:
    """One enrolled phone. `events` is its whole log of this epoch, as it would be sent."""

    client: FlaskClient
    key: Key
    device_id: str
    user_id: str
    challenge: str
    epoch: int = 1
    events: list[Json] = field(default_factory=list)
    acked: int = 0
    token: str = ""
    have: dict[str, int] = field(default_factory=dict)
    jobs: dict[str, Json] = field(default_factory=dict)
    server_epoch: str = ""
    certificate: Json = field(default_factory=dict)

    def record(self, job_id: str | None, kind: str, data: Json, *, body: str | None = None, **changes: Any) -> Json:
        """Append an event to the phone's own log. `changes` replace members of the body; `body` replaces all of it."""
        members = {
            "v": 1,
            "event_id": ids.uuid7(),
            "job_id": job_id,
            "kind": kind,
            "kv": 1,
            "at": clock.stamp(clock.now()),
            "mono_ms": 1_000,
            "boot": "boot-1",
            "seen": {"rev": self.have.get(job_id or "", 0)},
            "actor": self.user_id,
            "where": None,
            "data": data,
        } | changes
        text = body if body is not None else json.dumps(members, ensure_ascii=False, separators=(",", ":"))
        named = (data.get(name) for name in ("sha256", "text_sha256", "statement_sha256", "strokes_sha256"))
        blobs = [sha256 for sha256 in named if isinstance(sha256, str) and len(sha256) == 64]
        return self.append(text, blobs, signed=kind == "signoff.recorded")

    def append(self, body: str, blobs: list[str] | None = None, *, signed: bool = False) -> Json:
        """Link a body to the log."""
        salt = ids.token_bytes(16)
        seq = len(self.events) + 1
        prev = self.events[-1]["hash"] if self.events else ZERO_HASH
        head = header(self.device_id, self.epoch, seq, prev, body_digest(salt, body.encode("utf-8", "surrogatepass")))
        sig = self.key.sign(head) if signed else None
        event = {"seq": seq, "prev": prev, "body": body, "salt": to_b64(salt), "hash": header_hash(head), "sig": sig, "blobs": blobs or []}
        self.events.append(event)
        return event

    def request(self, events: list[Json], **changes: Any) -> Json:
        """A sealed request with these events."""
        none: Json = {"seq": 0, "hash": ZERO_HASH}
        last = events[-1] if events else (self.events[-1] if self.events else none)
        seal = self.key.sign(seal_text(self.device_id, self.epoch, last["seq"], last["hash"], self.challenge))
        return {
            "protocol": 1,
            "device_id": self.device_id,
            "epoch": self.epoch,
            "build": "test",
            "device_time": clock.stamp(clock.now()),
            "challenge": self.challenge,
            "seal": seal,
            "events": events,
            "have": [[job_id, rev] for job_id, rev in self.have.items()],
            "pending": {"events": len(self.events) - self.acked, "blobs": 0, "bytes": 0, "oldest_at": None},
        } | changes

    def post(self, document: Json) -> TestResponse:
        """Send a request as it is."""
        return self.client.post("/api/v1/sync", data=json.dumps(document), content_type="application/json")

    def sync(self) -> Json:
        """Push everything unacknowledged, in batches, and pull until nothing is left. The last reply."""
        for _ in range(len(self.events) + 100):
            response = self.post(self.request(self.events[self.acked : self.acked + 50]))
            if self.resigns(response):
                response = self.post(self.request(self.events[self.acked : self.acked + 50]))
            assert response.status_code == 200, response.get_data(as_text=True)
            reply: Json = response.get_json()
            self.take(reply)
            if self.acked == len(self.events) and not reply["more"]:
                return reply
        raise AssertionError(f"the server does not take what comes after {self.acked}")

    def resigns(self, response: TestResponse) -> bool:
        """Whether a stale challenge was answered by a fresh one; what is held counts anew when the lineage is another (S17)."""
        problem = response.get_json()
        if problem.get("type") != "/problems/challenge-stale":
            return False
        self.challenge = problem["challenge"]
        self._is_of(problem["server_epoch"], problem["acked_seq"])
        return True

    def _is_of(self, server_epoch: str, acked_seq: int) -> None:
        if self.server_epoch != server_epoch:
            self.server_epoch, self.acked = server_epoch, acked_seq
            self.have.clear()

    def readmit(self, **changes: Any) -> TestResponse:
        """Show the certificate (E5); take the challenge that comes of it."""
        proof = self.key.sign(self.certificate["text"].encode())
        body = {"certificate": self.certificate, "alg": self.key.alg, "public_key": self.key.jwk(), "proof": proof}
        response = self.client.post("/api/v1/devices/readmit", json=body | changes)
        if response.status_code == 200:
            self.challenge = response.get_json()["challenge"]
            self._is_of(response.get_json()["server_epoch"], 0)
        return response

    def take(self, reply: Json) -> None:
        """Keep what a reply brought."""
        self._is_of(reply["server_epoch"], reply["acked_seq"])
        self.challenge, self.acked, self.token = reply["challenge"], reply["acked_seq"], reply["access_token"]
        for snapshot in reply["jobs"]:
            self.jobs[snapshot["job_id"]] = snapshot
            self.have[snapshot["job_id"]] = snapshot["rev"]
        if reply["manifest"] is not None:
            held = {job_id for job_id, _ in reply["manifest"]}
            self.have = {job_id: rev for job_id, rev in self.have.items() if job_id in held}

    def patch(self, sha256: str, content: bytes, offset: int = 0, chunk: bytes | None = None, **headers: str) -> TestResponse:
        """Send one chunk of a blob; all of it when `chunk` is not given."""
        sent = content[offset:] if chunk is None else chunk
        digest = base64.b64encode(hashlib.sha256(sent).digest()).decode()
        return self.client.patch(
            f"/api/v1/blobs/{sha256}",
            data=sent,
            headers={
                "Authorization": f"Bearer {self.token}",
                "Upload-Offset": str(offset),
                "Upload-Length": str(len(content)),
                "Content-Digest": f"sha-256=:{digest}:",
                **headers,
            },
        )

    def photo(self, job_id: str, content: bytes, **data: Any) -> str:
        """Record a photo of these bytes and return their hash; sending them is another matter."""
        sha256 = hashlib.sha256(content).hexdigest()
        members = {"photo_id": ids.uuid7(), "role": "final", "sha256": sha256, "size": len(content), "mime": "image/jpeg"}
        self.record(job_id, "photo.captured", members | {"w": 10, "h": 10, "source": "camera"} | data)
        return sha256


def enrol(client: FlaskClient, code: str, alg: str = "ES256", *, key: Key | None = None, **changes: Any) -> TestResponse:
    """Spend a code, with a new key unless one is given."""
    key = key or Key(alg)
    body = {
        "code": code,
        "alg": alg,
        "public_key": key.jwk(),
        "label": "Test phone",
        "platform": "pytest",
        "proof": key.sign(code.encode("ascii")),
    } | changes
    return client.post("/api/v1/devices/enrol", json=body)


def enrolled(client: FlaskClient, code: str, alg: str = "ES256") -> Phone:
    """A phone that spent the code."""
    key = Key(alg)
    response = enrol(client, code, alg, key=key)
    assert response.status_code == 200, response.get_data(as_text=True)
    reply = response.get_json()
    told = {"server_epoch": reply["server_epoch"], "certificate": reply["certificate"]}
    return Phone(client, key, reply["device_id"], reply["user"]["id"], reply["challenge"], **told)


def receipt_parts(receipt: Json) -> list[str]:
    """The lines of a receipt."""
    text: str = receipt["text"]
    assert text.endswith("\n")
    assert lines(*text[:-1].split("\n")) == text.encode("ascii")
    return text[:-1].split("\n")
