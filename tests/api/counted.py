"""What phones say in the tests of sync, and what of it counts in the office."""

from collections import Counter
from typing import Any

from app.services import job_view, log_check
from tests.phone import Json, Phone
from tests.world import World


def note(phone: Phone, job_id: str, text: str, **changes: Any) -> Json:
    return phone.record(job_id, "note.added", {"text": text}, **changes)


def notes(world: World, job_id: str) -> list[str]:
    return [one["text"] for one in world.state(job_id)["notes"]]


def codes(world: World, job_id: str) -> Counter[str]:
    return Counter(one["code"] for one in world.state(job_id)["anomalies"])


def flags_of(reply: Json) -> list[list[str]]:
    return [one["flags"] for one in reply["results"]]


def assert_sound() -> None:
    """Every view equals its events, and every log is intact."""
    assert job_view.refold(check_only=True) == []
    assert log_check.faults() == []
