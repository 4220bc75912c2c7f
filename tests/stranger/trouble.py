"""Everything that may happen to a batch or a blob on its way, done on purpose; after each the client must find its way back."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from .client import BATCH_EVENTS, JSON, SYNC, Client, blob_path
from .wire import Json


@dataclass
class Trouble:
    """Draws what goes wrong next, and counts it."""

    client: Client
    rng: random.Random
    met: Counter[str] = field(default_factory=Counter)
    _bag: list[str] = field(default_factory=list)

    def draw(self, names: list[str]) -> str:
        """One of the names; each comes before any comes again."""
        if not self._bag:
            self._bag = list(names)
            self.rng.shuffle(self._bag)
        name = self._bag.pop()
        self.met[name] += 1
        return name


class LogTrouble(Trouble):
    """What may happen to a batch of events."""

    def push(self) -> None:
        """Send the whole log, with a trouble before each good batch."""
        troubles: dict[str, Callable[[], None]] = {
            "batch cut in its head": lambda: self._cut(0),
            "batch cut in its body": lambda: self._cut(self.rng.randrange(1, 3_000)),
            "batch cut by a reset": lambda: self._cut(self.rng.randrange(1, 3_000), reset=True),
            "batch sent, reply never read": self._unheard,
            "batch sent twice": self._twice,
            "old batch sent again": self._again,
            "batch beyond a gap": self._gap,
            "stale challenge": self._stale,
            "empty batch while ahead": self._ahead,
            "batch too large": self._too_large,
            "chain broken": self._broken,
        }
        while self.client.acked < len(self.client.log.events):
            troubles[self.draw(list(troubles))]()
            self.client.sync(self.client.next_batch(self.rng.randrange(5, BATCH_EVENTS + 1)))
        if self.client.receipted < self.client.acked:  # the reply with the last receipt was lost: ask for it again
            self.client.sync(self.client.log.events[-1:])

    def _cut(self, sent: int, reset: bool = False) -> None:
        request = self.client.request(self.client.next_batch())
        self.client.line.cut("POST", SYNC, JSON, request, min(sent, len(request) - 1), reset=reset)

    def _unheard(self) -> None:
        self.client.line.unheard("POST", SYNC, JSON, self.client.request(self.client.next_batch()))

    def _twice(self) -> None:
        batch = self.client.next_batch(self.rng.randrange(2, 20))
        self.client.sync(batch)
        self.client.sync(batch)

    def _again(self) -> None:
        start = self.rng.randrange(max(1, self.client.acked))
        self.client.sync(self.client.log.events[start : start + 30])

    def _gap(self) -> None:
        later = self.client.acked + self.rng.randrange(1, 9)
        self.client.sync(self.client.log.events[later : later + 20])

    def _stale(self) -> None:
        # The middle is changed, not the end: the last letter of a base64 text has bits that mean nothing.
        given, middle = self.client.challenge, len(self.client.challenge) // 2
        for challenge in ("nonsense", given[:middle] + ("A" if given[middle] != "A" else "B") + given[middle + 1 :]):
            problem = self._refused(self.client.request(self.client.next_batch(), challenge=challenge), 401, "challenge-stale")
            self.client.challenge = problem["challenge"]

    def _ahead(self) -> None:
        problem = self._refused(self.client.request([]), 401, "seal-invalid")
        assert problem["acked_seq"] >= self.client.acked, problem
        assert problem["server_epoch"] == self.client.server_epoch, problem
        self.client.challenge = problem["challenge"]

    def _too_large(self) -> None:
        batch = self.client.next_batch(BATCH_EVENTS + 1)
        if len(batch) > BATCH_EVENTS:
            self._refused(self.client.request(batch), 413, "batch-too-large")

    def _broken(self) -> None:
        batch = [dict(event) for event in self.client.next_batch(10)]
        batch[-1]["body"] += " "
        problem = self._refused(self.client.request(batch), 422, "chain-broken")
        assert problem["seq"] == batch[-1]["seq"], problem

    def _refused(self, request: bytes, status: int, slug: str) -> Json:
        reply = self.client.post(request)
        assert (reply.status, reply.slug()) == (status, slug), (reply.status, reply.body[:300])
        problem: Json = json.loads(reply.body)
        assert problem["status"] == status, problem
        return problem


class BlobTrouble(Trouble):
    """What may happen to a blob."""

    def send(self, name: str, blob: bytes) -> None:
        """Bring one blob to its receipt, through one trouble."""
        troubles: dict[str, Callable[[str, bytes], None]] = {
            "sent in one piece": self._nothing,
            "sent in pieces": self._pieces,
            "chunk cut in its head": lambda name, blob: self._cut(name, blob, 0),
            "chunk cut in its middle": lambda name, blob: self._cut(name, blob, len(blob) // 2),
            "chunk cut by a reset": lambda name, blob: self._cut(name, blob, len(blob) - 1, reset=True),
            "chunk sent, reply never read": self._unheard,
            "wrong offset": self._wrong_offset,
            "chunk changed on its way": self._changed,
            "other bytes under the name": self._other_bytes,
            "sent again when whole": self._again,
        }
        troubles[self.draw(list(troubles))](name, blob)
        self._finish(name, blob)

    def _finish(self, name: str, blob: bytes) -> None:
        for _ in range(20):
            offset = self.client.held(name)
            rest = blob[min(offset, len(blob) - 1) :]  # a whole blob gives its receipt again for any chunk (B6)
            reply = self.client.patch(name, blob, offset, rest)
            if reply.status == 200:
                return
            assert reply.status == 409, (reply.status, reply.body[:300])
        raise AssertionError(f"{name} does not arrive")

    def _nothing(self, name: str, blob: bytes) -> None:
        assert self.client.held(name) == 0

    def _pieces(self, name: str, blob: bytes) -> None:
        third = len(blob) // 3
        for offset in (0, third):
            reply = self.client.patch(name, blob, offset, blob[offset : offset + third])
            assert (reply.status, reply.headers["upload-offset"]) == (204, str(offset + third)), reply

    def _cut(self, name: str, blob: bytes, sent: int, reset: bool = False) -> None:
        self.client.line.cut("PATCH", blob_path(name), self.client.chunk_headers(blob, 0, blob), blob, sent, reset=reset)
        assert self.client.held(name) == 0, "of a chunk that was cut nothing is appended (B4)"

    def _unheard(self, name: str, blob: bytes) -> None:
        self.client.line.unheard("PATCH", blob_path(name), self.client.chunk_headers(blob, 0, blob), blob)

    def _wrong_offset(self, name: str, blob: bytes) -> None:
        half = len(blob) // 2
        assert self.client.patch(name, blob, 0, blob[:half]).status == 204
        for wrong in (0, half - 1, half + 1):
            reply = self.client.patch(name, blob, wrong, blob[wrong:])
            assert (reply.status, reply.slug()) == (409, "blob-offset"), reply
            assert int(reply.headers["upload-offset"]) == reply.json()["offset"] == half, reply

    def _changed(self, name: str, blob: bytes) -> None:
        headers = self.client.chunk_headers(blob, 0, blob)
        changed = bytes([blob[0] ^ 1]) + blob[1:]
        reply = self.client.line.ask("PATCH", blob_path(name), headers, changed)
        assert (reply.status, reply.slug()) == (400, "chunk-damaged"), reply
        assert self.client.held(name) == 0

    def _other_bytes(self, name: str, blob: bytes) -> None:
        reply = self.client.patch(name, blob, 0, blob[::-1])
        assert (reply.status, reply.slug()) == (422, "blob-digest-mismatch"), reply
        assert self.client.held(name) == 0, "what was held is dropped (B5)"

    def _again(self, name: str, blob: bytes) -> None:
        for _ in range(2):
            assert self.client.patch(name, blob, 0, blob).status == 200
        assert self.client.held(name) == len(blob)
