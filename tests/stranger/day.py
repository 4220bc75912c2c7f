"""A day's work: for each job 40 events, ten photos and a sign-off among them (rules K and G)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from .client import Client
from .wire import Json, sha256, uuid7

EVENTS_PER_JOB = 40
PHOTOS_PER_JOB = 10
_ANSWERS = 12
_NOTES = 11
PHOTO_BYTES = 60_000


@dataclass
class Work:
    """What was done at one job: the facts in their order, with the blobs that each one names."""

    job_id: str
    facts: list[tuple[str, Json, list[str], str]] = field(default_factory=list)

    def add(self, kind: str, data: Json, *blobs: str) -> None:
        """One more fact."""
        self.facts.append((kind, data, list(blobs), uuid7()))

    def said(self, kind: str, member: str) -> list[str]:
        """One member of all facts of a kind, in order."""
        return [data[member] for one, data, _, _ in self.facts if one == kind]


@dataclass
class Day:
    """All work of a day, and the bytes of every blob by hash."""

    rng: random.Random
    works: dict[str, Work] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)

    def plan(self, job_id: str, state: Json) -> None:
        """Do the work of one job."""
        work = self.works[job_id] = Work(job_id)
        unit, visit = state["units"][0], {"visit_id": state["visit_id"]}
        work.add("visit.departed", visit)
        work.add("custody.handed_over", {"unit_ids": [unit["unit_id"]], "from": "station", "to": "crew", "condition": "intact"})
        work.add("visit.arrived", visit)
        scan = {"raw": unit["serial"], "symbology": "code_128", "method": "camera", "serial": unit["serial"], "verdict": "match"}
        work.add("unit.scanned", {"unit_id": unit["unit_id"], **scan})
        middle = [self._answer, self._note, self._photo]
        turns = [0] * _ANSWERS + [1] * _NOTES + [2] * PHOTOS_PER_JOB
        self.rng.shuffle(turns)
        for number, turn in enumerate(turns):
            middle[turn](work, unit["unit_id"], number)
        work.add(
            "issue.raised",
            {"issue_id": f"issue-{job_id}", "code": "scratch", "unit_id": unit["unit_id"], "note": "Left side, 3 cm. 左侧划痕"},
        )
        self._signoff(work, state)
        work.add("visit.completed", {**visit, "outcome": "completed"})
        assert len(work.facts) == EVENTS_PER_JOB

    def record(self, client: Client) -> None:
        """Record all facts in the client's log: the jobs mixed, the order within each job kept."""
        left = {job_id: iter(work.facts) for job_id, work in self.works.items()}
        for number, job_id in enumerate(self._mixed()):
            kind, data, blobs, event_id = next(left[job_id])
            client.record(job_id, kind, data, blobs, event_id, 1_000 * number)

    def photos(self) -> Iterator[str]:
        """The hashes of all photos."""
        for work in self.works.values():
            yield from work.said("photo.captured", "sha256")

    def _mixed(self) -> list[str]:
        order = [job_id for job_id, work in self.works.items() for _ in work.facts]
        self.rng.shuffle(order)
        return order

    def _answer(self, work: Work, unit_id: str, number: int) -> None:
        values: list[Json] = [
            {"value": True},
            {"value": False},
            {"value": "", "exception": {"reason": "not_possible", "note": "No tap"}},
            {"value": "231.5", "unit": "V"},
            {"value": ["a", "b"]},
        ]
        work.add("step.answered", {"step_id": f"step-{number}", "unit_id": unit_id, **values[number % len(values)]})

    def _note(self, work: Work, unit_id: str, number: int) -> None:
        work.add("note.added", {"text": f'{number}: "quoted" \\ back, 楼道窄 🛗 {work.job_id}'})

    def _photo(self, work: Work, unit_id: str, number: int) -> None:
        content = b"\xff\xd8\xff\xe0" + self.rng.randbytes(PHOTO_BYTES + self.rng.randrange(2_000))
        name = self._keep(content)
        facts = {"photo_id": uuid7(), "role": "final", "unit_id": unit_id, "sha256": name, "size": len(content)}
        shot = {"mime": "image/jpeg", "w": 1600, "h": 1200, "source": "camera", "quality": {"sharpness": 120, "brightness": 99}}
        work.add("photo.captured", facts | shot, name)

    def _signoff(self, work: Work, state: Json) -> None:
        statement = json.dumps(
            {"job": work.job_id, "customer": state["customer"]["name"], "said": "All done."}, ensure_ascii=False
        ).encode()
        strokes = json.dumps(
            {"v": 1, "w": 320, "h": 160, "strokes": [[[1, 2, 0], [30, 40, 16], [self.rng.randrange(320), 9, 32]]]}
        ).encode()
        names = {"statement_sha256": self._keep(statement), "strokes_sha256": self._keep(strokes)}
        sizes = {"statement_size": len(statement), "strokes_size": len(strokes)}
        signer = {"outcome": "accepted", "name": "陈静", "relation": "customer", "language": "en"}
        work.add("signoff.recorded", signer | names | sizes, *dict.fromkeys(names.values()))

    def _keep(self, content: bytes) -> str:
        name = sha256(content)
        self.blobs[name] = content
        return name
