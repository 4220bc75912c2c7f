"""X7: an old build may always push. What each released build has sent, byte for byte, is taken by this server and counts as it did."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock
from app.services import tickets
from app.services.office import Office
from app.store.db import db, writing
from app.store.devices import Device
from app.store.events import EventRow
from app.store.jobs import JobView
from app.store.people import User
from tests import world as worlds

GOLDEN = sorted((Path(__file__).parents[1] / "vectors" / "golden").glob("*/visit.json"))


def test_there_are_golden_batches() -> None:
    assert GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.parent.name)
def test_x7_what_a_released_build_sent_is_taken(path: Path, client: FlaskClient, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    golden: dict[str, Any] = json.loads(path.read_text("utf-8"))
    arrange(office, golden)
    # The challenges of that day are long stale, and its tokens too; all else is as it was.
    monkeypatch.setattr(tickets, "is_fresh", lambda *_: True)
    token = tickets.access_token(office, tickets.Access(golden["device"]["device_id"], False))
    for _ in range(2):  # and again, as after a lost answer
        answers = [send(client, request, token) for request in golden["requests"]]
        assert {status for status, _ in answers} <= {200, 204}, answers
        statuses = {one["status"] for _, reply in answers for one in (reply or {}).get("results", [])}
        assert statuses <= {"accepted", "flagged", "duplicate"}
    state = json.loads(db.session.get_one(JobView, golden["job_id"]).state)
    counted = {"notes": [note["text"] for note in state["notes"]], "answers": len(state["answers"]), "photos": len(state["photos"])}
    assert counted == golden["expected"]
    assert {one["code"] for one in state["anomalies"]} <= {"clock_skew"}
    kinds = set(db.session.scalars(select(EventRow.kind).where(EventRow.device_id == golden["device"]["device_id"])))
    assert kinds >= {"visit.departed", "note.added", "step.answered", "photo.captured"}


def arrange(office: Office, golden: dict[str, Any]) -> None:
    """The phone, its user and its job under the ids that they had."""
    world, phone, job_id = worlds.make(office, "Golden"), golden["device"], golden["job_id"]
    known = {"kind": "phone", "label": "Golden", "platform": "golden", "epoch_offered": 1, "enrolled_at": clock.now()}
    with writing() as session:
        session.add(User(user_id=phone["user_id"], tenant_id=world.tenant_id, login="golden", name="Golden", role="installer"))
        session.flush()
        key = {"alg": phone["alg"], "public_key": json.dumps(phone["public_key"])}
        session.add(Device(device_id=phone["device_id"], tenant_id=world.tenant_id, user_id=phone["user_id"], **key, **known))
    world.decide(job_id, "job.created", **worlds.order())
    world.dispatch(job_id, phone["user_id"], visit_id=golden["visit_id"])


def send(client: FlaskClient, request: dict[str, Any], token: str) -> tuple[int, dict[str, Any] | None]:
    """Send a request of that day; the status and the JSON of the answer."""
    headers = request["headers"] | {"Authorization": f"Bearer {token}"}
    answer = client.open(request["path"], method=request["method"], headers=headers, data=base64.b64decode(request["body"]))
    return answer.status_code, answer.get_json(silent=True)
