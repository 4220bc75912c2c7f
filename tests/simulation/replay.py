"""Replays what the model's server was asked against the real one, and says where their answers differ.

A trace speaks in the model's words: short ids, stand-in hashes, its own challenges. Here each gets its real counterpart, made with real
keys and real SHA-256, so that the two servers are asked the very same thing.
"""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from app import clock, ids
from app.domain.log import ZERO_HASH, body_digest, header, header_hash, seal_text, to_b64
from app.services import enrol, tickets
from app.services.lineage import begin_lineage
from app.services.office import Office
from app.store.db import db, writing
from app.store.people import User
from tests import phone, world
from tests.phone import Phone

Json = dict[str, Any]

CHALLENGE_MS = 15 * 60_000
TOKEN_MS = 60 * 60_000
_BAD = "no longer good"


@dataclass
class Replay:
    """One trace on its way through a real server."""

    office: Office
    client: FlaskClient
    folder: Path
    world: world.World
    phones: dict[str, Phone] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    jobs: dict[str, str] = field(default_factory=dict)
    lineages: dict[str, str] = field(default_factory=dict)
    challenges: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, tuple[str, list[str], str]] = field(default_factory=dict)
    events: dict[str, Json] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    at_ms: float = 0

    def differences(self, lines: list[Json]) -> Iterator[str]:
        """Where the real server answers something else than the model; the first one ends the replay."""
        for number, line in enumerate(lines):
            self.at_ms = line["at_ms"]
            op = line["op"]
            found: Json | None = getattr(self, f"_{op}")(line)
            if found is None:
                continue
            said = self._said(line["answer"])
            wrong = [f"{name}: model {said.get(name)!r}, real {value!r}" for name, value in found.items() if said.get(name) != value]
            if wrong:
                yield f"line {number}, {op} {json.dumps(line.get('request', line))[:300]}: {'; '.join(wrong)[:600]}"
                return

    # What happens in the office.

    def _job(self, line: Json) -> None:
        crew = self._user(line["crew"])
        real = self.jobs.get(line["job_id"])
        if line["stage"] == "cancelled" and real is not None:
            self.world.decide(real, "job.cancelled", reason="not wanted any more")
        elif real is None:
            self.jobs[line["job_id"]] = self.world.job(crew, slot=False)
        else:
            self.world.dispatch(real, crew)

    def _user(self, name: str) -> str:
        if name not in self.users:
            user_id = f"user-{name}"
            with writing() as session:
                place = {"tenant_id": self.world.tenant_id, "station_id": self.world.station_id}
                session.add(User(user_id=user_id, login=user_id, name=name, role="installer", **place))
            self.users[name] = user_id
        return self.users[name]

    def _disabled(self, line: Json) -> None:
        with writing() as session:
            when = clock.now() if line["disabled"] else None
            session.execute(update(User).where(User.user_id == self._user(line["user"])).values(disabled_at=when))

    def _revoked(self, line: Json) -> None:
        enrol.revoke(self.world.tenant_id, self.phones[line["device_id"]].device_id)

    def _backup(self, _: Json) -> None:
        self._release()
        shutil.copy(self.folder / "doorstep.db", self.folder / "backup.db")
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        if (self.folder / "blobs" / "blob").exists():
            shutil.copytree(self.folder / "blobs" / "blob", self.folder / "backup" / "blob")

    def _restore(self, line: Json) -> None:
        self._release()
        shutil.copy(self.folder / "backup.db", self.folder / "doorstep.db")
        for kept in ("blob", "part"):
            shutil.rmtree(self.folder / "blobs" / kept, ignore_errors=True)
        if (self.folder / "backup").exists():
            shutil.copytree(self.folder / "backup", self.folder / "blobs", dirs_exist_ok=True)
        self.lineages[line["lineage"]] = begin_lineage(self.office)
        known = {row.job_id for row in db.session.execute(db.text("SELECT job_id FROM job_view"))}
        db.session.remove()
        self.jobs = {name: job_id for name, job_id in self.jobs.items() if job_id in known} | {
            f"{name} of another day": job_id for name, job_id in self.jobs.items() if job_id not in known
        }

    def _release(self) -> None:
        """Let nothing hold the database's file, and everything be in it."""
        db.session.execute(db.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()

    # What phones ask.

    def _enrol(self, line: Json) -> None:
        code = self.world.code(self._user(line["user"]))
        known = phone.enrolled(self.client, code, "EdDSA")
        self.phones[line["device_id"]] = known
        self.lineages.setdefault("s1", known.server_epoch)
        self.challenges[line["challenge"]] = known.challenge

    def _readmit(self, line: Json) -> None:
        known = self.phones[line["device_id"]]
        text = known.certificate["text"]
        body = {
            "certificate": known.certificate,
            "alg": "EdDSA",
            "public_key": known.key.jwk(),
            "proof": known.key.sign(text.encode("ascii")),
        }
        answer = self.client.post("/api/v1/devices/readmit", json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.challenges[line["challenge"]] = answer.get_json()["challenge"]

    def _given(self, line: Json) -> None:
        self.challenges[line["challenge"]] = tickets.challenge(self.office, self.phones[line["device_id"]].device_id)

    def _event(self, line: Json) -> None:
        known = self.phones[line["device_id"]]
        body, blobs, kind = self._body(line, known)
        prev = ZERO_HASH if line["prev"] == "0" else self.events[line["prev"]]["hash"]
        salt = ids.token_bytes(16)
        head = header(known.device_id, line["epoch"], line["seq"], prev, body_digest(salt, body.encode()))
        sig = known.key.sign(head) if kind == "signoff.recorded" else None
        event = {
            "seq": line["seq"],
            "prev": prev,
            "body": body,
            "salt": to_b64(salt),
            "hash": header_hash(head),
            "sig": sig,
            "blobs": blobs,
        }
        self.events[line["hash"]] = event

    def _body(self, line: Json, known: Phone) -> tuple[str, list[str], str]:
        if line["body"] not in self.bodies:
            blobs = [self._blob(name, line["bytes"]) for name in line["blobs"]]
            job_id = None if line["job_id"] is None else self.jobs.get(line["job_id"]) or self.jobs[f"{line['job_id']} of another day"]
            recorded = known.record(job_id, line["kind"], self._data(line, blobs), seen={"rev": 0})
            self.bodies[line["body"]] = (recorded["body"], blobs, line["kind"])
        return self.bodies[line["body"]]

    def _blob(self, name: str, size: int) -> str:
        content = (hashlib.sha256(name.encode()).digest() * (size // 32 + 1))[:size]
        self.blobs[name] = content
        return hashlib.sha256(content).hexdigest()

    def _data(self, line: Json, blobs: list[str]) -> Json:
        match line["kind"]:
            case "log.opened":
                opened: Json = line["opening"]
                return opened | {"prior_head": ZERO_HASH}
            case "storage.lost":
                return {"what": "all" if line["body"].endswith(" all") else "database"}
            case "photo.captured":
                photo = {"photo_id": ids.uuid7(), "role": "final", "sha256": blobs[0], "size": line["bytes"], "mime": "image/jpeg"}
                return photo | {"w": 10, "h": 10, "source": "camera"}
            case "signoff.recorded":
                said = {"statement_sha256": blobs[0], "statement_size": line["bytes"], "language": "en"}
                return {"outcome": "absent", "reason": "nobody was there"} | said
            case _:
                return {"text": line["body"]}

    def _sync(self, line: Json) -> Json:
        asked = line["request"]
        known = self.phones[asked["device_id"]]
        events = [self.events[name] for name in asked["hashes"]]
        sealed = asked["sealed"]["hash"]
        head = ZERO_HASH if sealed == "0" else self.events[sealed]["hash"]
        challenge = self._challenge(asked["challenge"])
        seal = known.key.sign(seal_text(known.device_id, asked["epoch"], asked["sealed"]["seq"], head, challenge))
        document = {
            "protocol": 1,
            "device_id": known.device_id,
            "epoch": asked["epoch"],
            "build": "replay",
            "device_time": clock.stamp(clock.now() + timedelta(milliseconds=asked["device_ms"] - self.at_ms)),
            "challenge": challenge,
            "seal": seal,
            "events": events,
            "have": [[self._job_id(name), rev] for name, rev in asked["have"]],
            "pending": {"events": asked["pending_events"], "blobs": 0, "bytes": 0, "oldest_at": None},
        }
        response = self.client.post("/api/v1/sync", json=document)
        reply: Json = response.get_json()
        self._keep(line["answer"], reply)
        return self._reply(response.status_code, reply)

    def _challenge(self, name: str) -> str:
        """The real one; past its time it is none, since the replay takes seconds where the model took days."""
        given_at = float(name.split(" ")[2]) if name else 0
        return self.challenges.get(name, _BAD) if self.at_ms - given_at <= CHALLENGE_MS else _BAD

    def _token(self, name: str) -> str:
        given_at = float(name.split(" ")[1]) if name else 0
        return self.tokens.get(name, _BAD) if self.at_ms - given_at <= TOKEN_MS else _BAD

    def _keep(self, model: Json, real: Json) -> None:
        if model.get("challenge") and real.get("challenge"):
            self.challenges[model["challenge"]] = real["challenge"]
        if model.get("token") and real.get("access_token"):
            self.tokens[model["token"]] = real["access_token"]

    def _head(self, line: Json) -> Json:
        response = self.client.head(f"/api/v1/blobs/{self._name(line)}", headers=self._bearer(line))
        return {"status": response.status_code} | ({"offset": _offset(response)} if response.status_code == 200 else {})

    def _patch(self, line: Json) -> Json:
        chunk = self.blobs.get(line["sha256"], b"")[line["offset"] : line["offset"] + line["length"]]
        digest = base64.b64encode(hashlib.sha256(chunk).digest()).decode()
        headers = {
            "Upload-Offset": str(line["offset"]),
            "Upload-Length": str(line["size"]),
            "Content-Digest": f"sha-256=:{digest}:",
        }
        length = {"CONTENT_LENGTH": str(len(chunk))}  # the test client leaves it out of an empty one, as no browser does
        address = f"/api/v1/blobs/{self._name(line)}"
        response = self.client.patch(address, data=chunk, headers=headers | self._bearer(line), environ_overrides=length)
        if response.status_code < 300:
            return {"status": response.status_code} | ({"offset": _offset(response)} if response.status_code == 204 else {})
        problem: Json = response.get_json()
        found = {"status": response.status_code, "slug": problem["type"].rsplit("/", 1)[-1]}
        return found | ({"offset": problem["offset"]} if "offset" in problem else {})

    def _bearer(self, line: Json) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token(line['token'])}"}

    def _name(self, line: Json) -> str:
        return hashlib.sha256(self.blobs[line["sha256"]]).hexdigest() if line["sha256"] in self.blobs else "0" * 64

    # Both answers in the same words.

    def _reply(self, status: int, reply: Json) -> Json:
        if status != 200:
            told = {name: reply[name] for name in ("acked_seq", "seq") if name in reply}
            return {"status": status, "slug": reply["type"].rsplit("/", 1)[-1]} | told
        receipt = reply["receipt"]
        return {
            "status": 200,
            "server_epoch": reply["server_epoch"],
            "acked_seq": reply["acked_seq"],
            "results": [[one["seq"], one["status"], one["flags"]] for one in reply["results"]],
            "blobs_wanted": reply["blobs_wanted"],
            "manifest": None if reply["manifest"] is None else sorted(reply["manifest"]),
            "jobs": sorted((one["job_id"], one["rev"], one["own_seq"]) for one in reply["jobs"]),
            "more": reply["more"],
            "new_epoch": reply["directives"][0]["new_epoch"] if reply["directives"] else None,
            "receipt": None if receipt is None else phone.receipt_parts(receipt)[5],
        }

    def _said(self, answer: Json) -> Json:
        """The model's answer, with real names in it."""
        if answer["status"] != 200 or "results" not in answer:
            return answer
        receipt = answer["receipt"]
        manifest = answer["manifest"]
        return answer | {
            "server_epoch": self.lineages[answer["server_epoch"]],
            "blobs_wanted": [hashlib.sha256(self.blobs[name]).hexdigest() for name in answer["blobs_wanted"]],
            "manifest": None if manifest is None else sorted([self._job_id(name), rev] for name, rev in manifest),
            "jobs": sorted((self._job_id(one["job_id"]), one["rev"], one["own_seq"]) for one in answer["jobs"]),
            "receipt": receipt and (ZERO_HASH if receipt["hash"] == "0" else self.events[receipt["hash"]]["hash"]),
        }

    def _job_id(self, name: str) -> str:
        return self.jobs.get(name) or self.jobs[f"{name} of another day"]


def _offset(response: TestResponse) -> int:
    return int(response.headers["Upload-Offset"])
