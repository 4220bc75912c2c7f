"""A phone of the restore drills: it keeps what it saved, forgets only what it may, and comes back after a restore by the protocol."""

import hashlib
import json
import random
from dataclasses import dataclass, field
from typing import Any

from app import ids
from tests.phone import Phone

BATCH = 12
Json = dict[str, Any]


@dataclass
class DrillPhone(Phone):
    """`saved` maps each fact to its body, `photos` each blob to its bytes. What is in `forgotten` fell to the retention window."""

    saved: dict[str, str] = field(default_factory=dict)
    photos: dict[str, bytes] = field(default_factory=dict)
    receipted: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    wanted: list[str] = field(default_factory=list)
    holes: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, phone: Phone) -> "DrillPhone":
        """A phone that was just enrolled."""
        members = ("client", "key", "device_id", "user_id", "challenge", "epoch", "server_epoch", "certificate")
        return cls(**{name: getattr(phone, name) for name in members})

    def work(self, rng: random.Random, job_id: str) -> None:
        """Save one fact: a note, or a photo with its bytes."""
        if rng.random() < 0.5:
            event = self.record(job_id, "note.added", {"text": f"note {ids.token(6)}"})
        else:
            content = rng.randbytes(rng.randint(10, 3_000))
            self.photo(job_id, content)
            event = self.events[-1]
            self.photos[hashlib.sha256(content).hexdigest()] = content
        self.saved[json.loads(event["body"])["event_id"]] = event["body"]

    def receipted_now(self) -> set[str]:
        """What the office has given a receipt for: facts by event id, blobs by hash."""
        return {self._id(event) for event in self.events[: self.acked]} | self.receipted

    def forget(self, rng: random.Random, these: set[str]) -> None:
        """The retention window of some receipted things has passed; in no order, but no fact before its photos."""
        for event in self.events[: self.acked]:
            if self._id(event) in these and these.issuperset(event["blobs"]) and rng.random() < 0.6:
                self.forgotten |= {self._id(event), *event["blobs"]}
        for sha256 in sorted(self.receipted & these & self.photos.keys()):
            if rng.random() < 0.6:
                self.forgotten.add(sha256)

    def contact(self, rng: random.Random, *, trouble: float = 0.0) -> bool:
        """One request and the photos that are wanted; whether there is nothing left to send. With `trouble`, replies get lost."""
        batch, held = self._batch()
        if not held and self.acked < len(self.events):  # nothing is left behind the hole that could ask for an epoch, but its report
            self.record(None, "storage.lost", {"what": "database", "note": f"events {self.acked + 1} to {len(self.events)}"})
            batch, held = self._batch()
        pending = {"events": held, "blobs": 0, "bytes": 0, "oldest_at": None}
        response = self.post(self.request(batch, pending=pending))
        if rng.random() < trouble:
            return False
        lineage = self.server_epoch
        problem = response.get_json()
        if response.status_code == 401 and problem["type"] == "/problems/device-unknown":
            admitted = self.readmit()
            assert admitted.status_code == 200, admitted.text
        elif response.status_code == 401 and problem["type"] == "/problems/seal-invalid":
            self.challenge = problem["challenge"]
            self.take_place(problem["server_epoch"], problem["acked_seq"])
        elif not self.resigns(response):
            assert response.status_code == 200, response.text
            self.take(problem)
            self.wanted = problem["blobs_wanted"]
            for directive in problem["directives"]:
                self._open(directive["new_epoch"])
            if self.server_epoch == lineage and not problem["directives"]:
                self._send_photos(rng, trouble)
                return not self._batch()[0] and not (set(self.wanted) & self._photos_held()) and not problem["more"]
        if self.server_epoch != lineage:
            self.receipted.clear()
        return False

    def take_place(self, server_epoch: str, acked_seq: int) -> None:
        """Go on from where the office is, also when that is further back (S17)."""
        if self.server_epoch != server_epoch:
            self.have.clear()
        self.server_epoch, self.acked = server_epoch, acked_seq

    def _batch(self) -> tuple[list[Json], int]:
        """What to send next, and how many events after `acked` are held. Behind a hole the log's end asks for an epoch (S16)."""
        after = self.events[self.acked :]
        held = [event for event in after if self._id(event) not in self.forgotten]
        if held and held[0]["seq"] != self.acked + 1:
            tail = held[-BATCH:]
            start = next(n for n in range(len(tail)) if [one["seq"] for one in tail[n:]] == [*range(tail[n]["seq"], tail[-1]["seq"] + 1)])
            return tail[start:], len(held)
        run = [event for place, event in enumerate(held[:BATCH]) if event["seq"] == self.acked + 1 + place]
        return run, len(held)

    def _open(self, epoch: int) -> None:
        """Begin an epoch that names where the one before ends, and append again what is held behind that (L7)."""
        keep = [event for event in self.events[self.acked :] if self._id(event) not in self.forgotten]
        self.holes.append((self.epoch, self.acked))
        opened = {"prior_epoch": self.epoch, "prior_acked_seq": self.acked, "prior_head": self.events[-1]["hash"], "reason": "restore"}
        self.epoch, self.acked, self.events = epoch, 0, []
        self.record(None, "log.opened", opened)
        for event in keep:
            if json.loads(event["body"])["kind"] != "log.opened":
                self.append(event["body"], event["blobs"])

    def _send_photos(self, rng: random.Random, trouble: float) -> None:
        for sha256 in self.wanted:
            if sha256 not in self._photos_held():
                continue
            content = self.photos[sha256]
            if rng.random() < trouble:
                self.patch(sha256, content, 0, content[: len(content) // 2])
                return
            response = self.patch(sha256, content)
            if response.status_code == 409:
                response = self.patch(sha256, content, int(response.headers["Upload-Offset"]))
            if response.status_code == 200:
                self.receipted.add(sha256)

    def _photos_held(self) -> set[str]:
        return self.photos.keys() - self.forgotten - self.receipted

    def _id(self, event: Json) -> str:
        found: str = json.loads(event["body"])["event_id"]
        return found
