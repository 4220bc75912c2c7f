"""Jobs move, jobs end, people and phones go out of service while a phone is offline: what it recorded counts (PROTOCOL F, S12)."""

from collections import Counter

import pytest
from flask.testing import FlaskClient

from app import clock
from app.services import enrol
from app.store.db import writing
from app.store.people import User
from tests.api.counted import assert_sound, codes, flags_of, note, notes
from tests.phone import Phone, enrolled
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def test_f4_f6_a_job_given_to_another_crew_meanwhile_keeps_the_work_of_both(client: FlaskClient, world: World, phone: Phone) -> None:
    """H40: the first crew is offline when the job moves; its evidence arrives late, counts, and says so; nothing is refused."""
    job_id = world.job(world.wang)
    other = enrolled(client, world.code(world.li))
    phone.sync()
    answer = {"step_id": "check_area", "unit_id": None, "component": None, "unit": None, "exception": None, "finding_id": None}
    phone.record(job_id, "step.answered", answer | {"value": "wet"})
    first = b"the first crew's photo"
    first_hash = phone.photo(job_id, first)
    world.dispatch(job_id, world.li, visit_id="visit-2")
    other.sync()
    other.record(job_id, "step.answered", answer | {"value": "dry"})
    second_hash = other.photo(job_id, b"the second crew's photo")
    other.sync()
    reply = phone.sync()
    assert (reply["manifest"], reply["blobs_wanted"]) == ([], [first_hash])
    assert phone.patch(first_hash, first).status_code == 200, "a job that moved away still takes the photos it was promised"
    assert world.view(job_id).blobs_missing == 1, "and waits for the other crew's too"
    assert other.patch(second_hash, b"the second crew's photo").status_code == 200
    assert world.view(job_id).blobs_missing == 0
    answers = world.state(job_id)["answers"]
    assert sorted((one["value"], one["conflict"]) for one in answers) == [("dry", True), ("wet", True)]
    assert codes(world, job_id) == {"not_assigned": 2, "conflict": 1}
    assert_sound()


def test_f5_a_job_cancelled_meanwhile_keeps_what_was_done(world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "done before anybody told us")
    content = b"proof of it"
    sha256 = phone.photo(job_id, content)
    world.decide(job_id, "job.cancelled", reason="customer called")
    reply = phone.sync()
    assert [one["status"] for one in reply["results"]] == ["accepted", "accepted"]
    assert phone.patch(sha256, content).status_code == 200
    state = world.state(job_id)
    assert (state["stage"], len(state["notes"]), len(state["photos"])) == ("cancelled", 1, 1)
    assert codes(world, job_id) == {"cancelled": 2}


def test_f4_two_of_one_crew_work_on_one_job_at_the_same_time(client: FlaskClient, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang, world.li)
    other = enrolled(client, world.code(world.li))
    phone.sync()
    other.sync()
    for number in range(3):
        note(phone, job_id, f"wang {number}")
        note(other, job_id, f"li {number}")
        (phone if number % 2 else other).sync()
    phone.sync()
    other.sync()
    assert sorted(notes(world, job_id)) == sorted([f"{who} {number}" for who in ("wang", "li") for number in range(3)])
    assert codes(world, job_id) == Counter()
    phone.sync()
    assert phone.jobs[job_id]["state"]["notes"] == other.jobs[job_id]["state"]["notes"] == world.state(job_id)["notes"]


@pytest.mark.parametrize("out_of_service", ["revoked", "disabled"])
def test_s12_what_was_recorded_before_going_out_of_service_is_drained(
    client: FlaskClient, world: World, phone: Phone, out_of_service: str
) -> None:
    """H41: kept, flagged and folded; photos are taken; nothing is given back."""
    job_id = world.job(world.wang)
    phone.sync()
    note(phone, job_id, "honest work")
    content = b"a photo of it"
    sha256 = phone.photo(job_id, content)
    if out_of_service == "revoked":
        enrol.revoke(world.tenant_id, phone.device_id)
    else:
        with writing() as session:
            session.get_one(User, world.wang).disabled_at = clock.now()
    reply = phone.sync()
    flag = {"revoked": "device_revoked", "disabled": "user_disabled"}[out_of_service]
    assert flags_of(reply) == [[flag], [flag]]
    assert (reply["manifest"], reply["jobs"], reply["acked_seq"]) == ([], [], 2)
    assert phone.patch(sha256, content).status_code == 200
    assert (notes(world, job_id), world.view(job_id).blobs_missing) == (["honest work"], 0)
    assert codes(world, job_id) == {flag: 2}
    bearer = {"Authorization": f"Bearer {phone.token}"}
    assert client.get(f"/api/v1/blobs/{sha256}", headers=bearer).status_code == 403
