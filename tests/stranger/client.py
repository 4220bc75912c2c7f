"""The calls of the protocol, in good order: enrol, sync, blobs. What goes wrong on purpose is in `trouble.py`."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field

from .line import Line, Reply
from .wire import Json, Key, Log, Office, stamp

SYNC = "/api/v1/sync"
JSON = {"Content-Type": "application/json"}
BATCH_EVENTS = 50
CHUNK_BYTES = 4_194_304


@dataclass
class Client:
    """One enrolled device and all that the server told it."""

    line: Line
    office: Office
    key: Key
    log: Log
    tenant_id: str
    user_id: str
    server_epoch: str
    challenge: str
    token: str = ""
    acked: int = 0
    receipted: int = 0
    manifest: list[list[object]] = field(default_factory=list)
    snapshots: dict[str, Json] = field(default_factory=dict)
    wanted: list[str] = field(default_factory=list)
    statuses: dict[int, list[str]] = field(default_factory=dict)
    blob_receipts: dict[str, Json] = field(default_factory=dict)

    @classmethod
    def enrol(cls, line: Line, code: str, alg: str) -> Client:
        """Spend the code (E2), after trying a wrong code and a wrong proof, neither of which may spend it (E3)."""
        key = Key(alg)
        body = {
            "code": code,
            "alg": alg,
            "public_key": key.jwk(),
            "label": "A stranger",
            "platform": "Python",
            "proof": key.sign(code.encode()),
        }
        wrong_code = _enrol(line, body | {"code": "A" * 22, "proof": key.sign(b"A" * 22)})
        assert (wrong_code.status, wrong_code.slug()) == (404, "enrolment-code-invalid"), wrong_code
        wrong_proof = _enrol(line, body | {"proof": Key(alg).sign(code.encode())})
        assert (wrong_proof.status, wrong_proof.slug()) == (422, "proof-invalid"), wrong_proof
        enrolled = _enrol(line, body)
        assert enrolled.status == 200, enrolled
        used = _enrol(line, body)
        assert (used.status, used.slug()) == (404, "enrolment-code-invalid"), used
        told = enrolled.json()
        office = Office.from_reply(line.ask("GET", "/api/v1/keys").json())
        ids = (told["tenant"]["id"], told["device_id"], told["user"]["id"])
        certificate = office.word(told["certificate"])
        assert certificate[:7] == ["doorstep-device-v1", *ids, alg, key.thumbprint(), told["server_epoch"]], certificate
        log = Log(told["device_id"], key, told["epoch"])
        return cls(line, office, key, log, ids[0], ids[2], told["server_epoch"], told["challenge"])

    def record(self, job_id: str | None, kind: str, data: Json, blobs: list[str], event_id: str, mono_ms: int) -> None:
        """Append an event to the own log (L1)."""
        seen = self.snapshots[job_id]["rev"] if job_id in self.snapshots else 0
        body = {
            "v": 1,
            "event_id": event_id,
            "job_id": job_id,
            "kind": kind,
            "kv": 1,
            "at": stamp(),
            "mono_ms": mono_ms,
            "boot": "stranger-1",
            "seen": {"rev": seen},
            "actor": self.user_id,
            "where": {"lat_e6": 30_250_000, "lon_e6": 120_160_000, "acc_m": 25},
            "data": data,
        }
        self.log.append(body, blobs)

    def request(self, batch: list[Json], *, challenge: str | None = None, have: list[list[object]] | None = None) -> bytes:
        """A sealed sync request."""
        used = self.challenge if challenge is None else challenge
        unsent = len(self.log.events) - self.acked
        held = [[job_id, snapshot["rev"]] for job_id, snapshot in self.snapshots.items()] if have is None else have
        document = {
            "protocol": 1,
            "device_id": self.log.device_id,
            "epoch": self.log.epoch,
            "build": "stranger 1",
            "device_time": stamp(),
            "challenge": used,
            "seal": self.log.seal(batch, used),
            "events": batch,
            "have": held,
            "pending": {"events": unsent, "blobs": 0, "bytes": 0, "oldest_at": None},
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    def post(self, request: bytes) -> Reply:
        """Send a sync request as it is."""
        return self.line.ask("POST", SYNC, JSON, request)

    def next_batch(self, count: int = BATCH_EVENTS) -> list[Json]:
        """The next events that are not acknowledged."""
        return self.log.events[self.acked : self.acked + count]

    def sync(self, batch: list[Json], have: list[list[object]] | None = None) -> Json:
        """One good round trip, and everything in the reply checked and kept."""
        reply = self.post(self.request(batch, have=have))
        assert reply.status == 200, (reply.status, reply.body[:400])
        told: Json = reply.json()
        self._check_results(batch, told)
        self.challenge, self.token, self.wanted = told["challenge"], told["access_token"], told["blobs_wanted"]
        assert told["acked_seq"] >= self.acked, "what was acknowledged stays so (S5)"
        self.acked = told["acked_seq"]
        assert self.acked <= len(self.log.events), told
        assert (told["server_epoch"], told["directives"]) == (self.server_epoch, []), told
        if told["receipt"] is not None:
            self._check_receipt(told["receipt"])
        if told["manifest"] is not None:
            self.manifest = told["manifest"]
        self.snapshots |= {one["job_id"]: one for one in told["jobs"]}
        return told

    def chunk_headers(self, blob: bytes, offset: int, chunk: bytes) -> dict[str, str]:
        """The headers of one chunk (B3)."""
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        return {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Length": str(len(blob)),
            "Content-Digest": f"sha-256=:{digest}:",
        }

    def patch(self, name: str, blob: bytes, offset: int, chunk: bytes) -> Reply:
        """Send one chunk; a receipt that comes back is checked and kept."""
        reply = self.line.ask("PATCH", blob_path(name), self.chunk_headers(blob, offset, chunk), chunk)
        if reply.status == 200:
            told = reply.json()
            assert (told["sha256"], told["size"]) == (name, len(blob)), told
            lines = self.office.word(told["receipt"])
            assert lines[:5] == ["doorstep-blob-receipt-v1", self.tenant_id, name, str(len(blob)), self.server_epoch], lines
            self.blob_receipts[name] = told["receipt"]
        return reply

    def held(self, name: str) -> int:
        """How many bytes of a blob the server holds (B2)."""
        reply = self.line.ask("HEAD", blob_path(name), {"Authorization": f"Bearer {self.token}"})
        assert reply.status == 200, reply
        return int(reply.headers["upload-offset"])

    def fetch(self, name: str) -> bytes:
        """A blob's bytes (B7)."""
        reply = self.line.ask("GET", blob_path(name), {"Authorization": f"Bearer {self.token}"})
        assert reply.status == 200, (reply.status, reply.body[:200])
        assert reply.headers["content-disposition"].startswith("attachment"), reply.headers
        return reply.body

    def _check_results(self, batch: list[Json], told: Json) -> None:
        """Each event of the batch has one result (S6); what was stored once may only be called a duplicate after."""
        assert [(one["seq"], one["hash"]) for one in told["results"]] == [(one["seq"], one["hash"]) for one in batch], told["results"]
        for result in told["results"]:
            seq, status = result["seq"], result["status"]
            assert (status == "gap") == (seq > told["acked_seq"]), result
            assert status in ("accepted", "duplicate", "gap"), result
            self.statuses.setdefault(seq, []).append(status)

    def _check_receipt(self, receipt: Json) -> None:
        lines = self.office.word(receipt)
        head = self.log.events[self.acked - 1]["hash"]
        place = [self.log.device_id, str(self.log.epoch), str(self.acked), head, self.server_epoch]
        assert lines[:7] == ["doorstep-receipt-v1", self.tenant_id, *place], lines
        self.receipted = self.acked


def blob_path(name: str) -> str:
    """The address of a blob."""
    return f"/api/v1/blobs/{name}"


def _enrol(line: Line, body: Json) -> Reply:
    return line.ask("POST", "/api/v1/devices/enrol", JSON, json.dumps(body).encode())
