"""A job's row that an older release folded is read, folded anew when something comes, and put right by a refold (PROTOCOL S11)."""

import json

from flask.testing import FlaskClient

from app.domain.job import FOLD_V
from app.services import job_view
from app.store.db import db, writing
from app.store.jobs import JobView
from tests.phone import enrolled
from tests.world import World


def make_older(job_id: str) -> None:
    """The row as a release wrote it whose fold knew no acknowledgements."""
    with writing() as session:
        view = session.get_one(JobView, job_id)
        state = json.loads(view.state)
        del state["acknowledgements"]
        view.state, view.fold_v = json.dumps(state).encode(), FOLD_V - 1


def test_s11_what_comes_next_folds_it_anew(client: FlaskClient, world: World) -> None:
    job_id = world.job(world.wang)
    phone = enrolled(client, world.code())
    phone.record(job_id, "note.added", {"text": "before"})
    phone.sync()
    make_older(job_id)
    agreed = {"step_id": "S-01", "text_sha256": "a" * 64, "text_size": 9, "typed_name": "Chen Jing", "language": "en"}
    phone.record(job_id, "step.acknowledged", agreed)
    reply = phone.sync()
    assert reply["blobs_wanted"] == ["a" * 64]
    assert phone.jobs[job_id]["fold_v"] == FOLD_V
    state = phone.jobs[job_id]["state"]
    assert [note["text"] for note in state["notes"]] == ["before"]
    assert [one["typed_name"] for one in state["acknowledgements"]] == ["Chen Jing"]
    assert job_view.refold(check_only=True) == []


def test_s11_until_then_it_is_read_as_it_is_and_a_refold_puts_it_right(client: FlaskClient, world: World) -> None:
    job_id = world.job(world.wang)
    make_older(job_id)
    phone = enrolled(client, world.code())
    phone.sync()
    assert phone.jobs[job_id]["fold_v"] == FOLD_V - 1
    assert job_view.state_of(db.session.get_one(JobView, job_id))["acknowledgements"] == []
    db.session.rollback()
    assert job_view.refold(check_only=True) == [job_id]
    assert job_view.refold(check_only=False) == [job_id]
    assert job_view.refold(check_only=True) == []
