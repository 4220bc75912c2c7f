"""Findings and approval (PROTOCOL R), on both databases, with evidence that real phones sent."""

from typing import Any

import pytest
from flask import Flask

from app.problems import InvalidBody, JobState, NotFound
from app.services import job_view, review
from tests import builders
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def complain(network: Network, job_id: str, **finding: Any) -> str:
    finding = {"reason": "blurred", "note": "again, please", "mark": None} | finding
    return review.open_finding(network.office, network.tenant_id, network.people["sun"], job_id, finding)


def close(network: Network, job_id: str, finding_id: str, verdict: str) -> int:
    return review.close_finding(network.office, network.tenant_id, network.people["sun"], job_id, finding_id, verdict=verdict)


def approve(network: Network, job_id: str, rev: int | None = None) -> str:
    at = network.view(job_id).rev if rev is None else rev
    return review.approve(network.office, network.tenant_id, network.people["sun"], job_id, rev=at, note="well done")


def why(caught: pytest.ExceptionInfo[JobState]) -> Any:
    return caught.value.members["why"]


def plate(network: Network, job_id: str) -> dict[str, Any]:
    return next(photo for photo in network.state(job_id)["photos"] if photo["role"] == "rating_plate")


def test_r1_a_finding_about_a_photo_reaches_the_crew_as_one_open_step(north: Network) -> None:
    job_id = north.finished()
    photo = plate(north, job_id)
    mark = {"x": 1, "y": 2, "w": 300, "h": 400}
    finding_id = complain(north, job_id, photo_id=photo["photo_id"], mark=mark)
    phone = north.phone()
    phone.sync()
    state = phone.jobs[job_id]["state"]
    assert state["stage"] == "returned"
    [finding] = state["findings"]
    assert (finding["finding_id"], finding["step_id"], finding["mark"]) == (finding_id, photo["step_id"], mark)


def test_r1_the_answer_comes_back_beside_the_original_and_is_accepted(north: Network) -> None:
    job_id = north.finished()
    photo, phone = plate(north, job_id), north.phone()
    finding_id = complain(north, job_id, photo_id=photo["photo_id"])
    with pytest.raises(JobState) as caught:
        close(north, job_id, finding_id, "accepted")
    assert why(caught) == ["not_answered"]
    phone.sync()
    place = {name: photo[name] for name in ("step_id", "unit_id", "component")}
    content = builders.snap(phone, job_id, place, "rating_plate", finding_id=finding_id)
    phone.sync()
    builders.deliver(phone, [content])
    state = north.state(job_id)
    assert state["stage"] == "finished"
    assert plate(north, job_id)["replaced_by"] == state["photos"][-1]["photo_id"]
    close(north, job_id, finding_id, "accepted")
    assert north.state(job_id)["findings"][0]["verdict"] == "accepted"
    approve(north, job_id)


def test_r1_a_finding_about_an_answer(north: Network) -> None:
    job_id = north.finished()
    [unit] = north.state(job_id)["units"]
    complain(north, job_id, step_id="WM-INS-04", unit_id=unit["unit_id"], reason="not_to_standard")
    [finding] = north.state(job_id)["findings"]
    assert (finding["photo_id"], finding["step_id"], finding["status"]) == (None, "WM-INS-04", "open")


def test_r1_a_finding_is_about_something_the_job_has(north: Network) -> None:
    job_id = north.finished()
    for target in ({"photo_id": "no-such-photo"}, {"step_id": "NO-STEP"}, {"step_id": "WM-INS-04", "unit_id": None}):
        with pytest.raises(InvalidBody):
            complain(north, job_id, **target)
    assert north.state(job_id)["findings"] == []


def test_r1_no_second_finding_while_one_is_open(north: Network) -> None:
    job_id = north.finished()
    photo = plate(north, job_id)
    complain(north, job_id, photo_id=photo["photo_id"])
    with pytest.raises(JobState) as caught:
        complain(north, job_id, photo_id=photo["photo_id"], reason="dark")
    assert why(caught) == ["finding_open"]
    complain(north, job_id, step_id=photo["step_id"], unit_id=photo["unit_id"])
    assert len(north.state(job_id)["findings"]) == 2


def test_r1_only_an_ended_visit_is_reviewed(north: Network) -> None:
    job_id = north.job("wang")
    with pytest.raises(JobState) as caught:
        complain(north, job_id, step_id="ARR-01")
    assert why(caught) == ["not_ended"]


def test_r1_a_withdrawn_finding_no_longer_holds_the_job(north: Network) -> None:
    job_id = north.finished()
    finding_id = complain(north, job_id, step_id="ARR-01")
    close(north, job_id, finding_id, "withdrawn")
    assert north.state(job_id)["stage"] == "finished"
    with pytest.raises(JobState) as caught:
        close(north, job_id, finding_id, "withdrawn")
    assert why(caught) == ["finding_closed"]
    with pytest.raises(NotFound):
        close(north, job_id, "no-such-finding", "withdrawn")


def test_r2_a_job_is_approved_when_it_ended_is_received_and_nothing_is_open(north: Network) -> None:
    planned = north.take_in()
    with pytest.raises(JobState) as caught:
        approve(north, planned)
    assert why(caught) == ["not_ended"]

    job_id = north.finished(upload=False)
    assert north.view(job_id).blobs_missing > 0
    with pytest.raises(JobState) as caught:
        approve(north, job_id)
    assert why(caught) == ["blobs_missing"]

    finding_id = complain(north, job_id, step_id="ARR-01")
    with pytest.raises(JobState) as caught:
        approve(north, job_id)
    assert why(caught) == ["blobs_missing", "open_findings"]
    close(north, job_id, finding_id, "withdrawn")
    assert north.view(job_id).stage == "finished"


def test_r2_an_approval_is_of_what_was_seen(north: Network) -> None:
    job_id = north.finished()
    seen = north.view(job_id).rev
    phone = north.phone()
    phone.record(job_id, "note.added", {"text": "one more thing"})
    phone.sync()
    with pytest.raises(JobState) as caught:
        approve(north, job_id, seen)
    assert why(caught) == ["changed"]
    assert caught.value.members["rev"] == seen + 1
    approve(north, job_id)


def test_r2_approving_seals_and_is_done_once(north: Network) -> None:
    job_id = north.finished()
    proof_id = approve(north, job_id)
    state = north.state(job_id)
    assert state["stage"] == "sealed"
    assert state["sealed"]["proof_id"] == proof_id
    assert state["approved"]["note"] == "well done"
    with pytest.raises(JobState) as caught:
        approve(north, job_id)
    assert why(caught) == ["sealed"]
    with pytest.raises(JobState):
        complain(north, job_id, step_id="ARR-01")
    assert job_view.refold(check_only=True) == []


def test_r2_a_failed_visit_can_be_approved_too(north: Network) -> None:
    job_id = north.failed()
    approve(north, job_id)
    assert north.view(job_id).stage == "sealed"


def test_foreign_jobs_do_not_exist(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    job_id = south.finished()
    rev = south.view(job_id).rev
    for attempt in (
        lambda: complain(north, job_id, step_id="ARR-01"),
        lambda: close(north, job_id, "x", "withdrawn"),
        lambda: approve(north, job_id, rev),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert south.view(job_id).rev == rev
