"""Jobs to crews and back, on both databases."""

import json

import pytest
from flask import Flask

from app.problems import InvalidBody, JobState, NotFound
from app.services import accounts, dispatch, standards
from app.store.db import writing
from app.store.people import User
from app.store.reference import StandardVersion
from tests import builders
from tests.builders import FRIDGE, OVEN, WASHER, Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def pinned(network: Network, job_id: str) -> list[str]:
    return [f"{one['standard_id']} {one['version']}" for one in network.state(job_id)["standards"]]


def publish_newer(network: Network, standard_id: str) -> None:
    with writing() as session:
        old = session.query(StandardVersion).filter_by(tenant_id=network.tenant_id, standard_id=standard_id).one()
        standards.publish(session, network.tenant_id, json.dumps(json.loads(old.document) | {"version": "2026.2"}).encode())


def test_dispatch_gives_the_job_to_phones(north: Network) -> None:
    job_id = north.take_in()
    phone = north.phone("wang")
    phone.sync()
    assert job_id not in phone.have
    rev = north.send(job_id, "wang", "li")
    phone.sync()
    assert phone.jobs[job_id]["rev"] == rev == north.view(job_id).rev
    state = phone.jobs[job_id]["state"]
    assert state["stage"] == "dispatched"
    assert state["crew"] == [north.people["wang"], north.people["li"]]
    assert state["station_id"] == north.stations[0]


def test_the_standards_of_the_units_are_pinned(north: Network) -> None:
    both = north.job("wang", units=[{"gtin": WASHER}, {"gtin": FRIDGE}])
    assert pinned(north, both) == ["base_delivery 2026.2", "refrigerator 2026.1", "washing_machine 2026.1"]
    assert pinned(north, north.job("wang", units=[{"gtin": OVEN}])) == ["base_delivery 2026.2"]


def test_a_newer_standard_reaches_new_visits_only(north: Network) -> None:
    waiting, under_way = north.job("wang"), north.job("wang")
    phone = north.phone("wang")
    phone.sync()
    phone.record(under_way, "visit.departed", {"visit_id": phone.jobs[under_way]["state"]["visit_id"]})
    phone.sync()
    publish_newer(north, "washing_machine")
    north.send(waiting, "li")
    north.send(under_way, "li")
    assert pinned(north, waiting)[1] == "washing_machine 2026.2"
    assert pinned(north, under_way)[1] == "washing_machine 2026.1"


def test_a_failed_visit_is_followed_by_a_new_one(north: Network) -> None:
    job_id = north.failed("wang")
    first = north.state(job_id)["visit_id"]
    north.send(job_id, "li")
    state = north.state(job_id)
    assert state["stage"] == "dispatched"
    assert state["visit_id"] != first
    assert [visit["visit_id"] for visit in state["visits"]] == [first, state["visit_id"]]


def test_another_crew_goes_on_with_the_same_visit(north: Network) -> None:
    job_id = north.job("wang")
    visit = north.state(job_id)["visit_id"]
    north.send(job_id, "li")
    assert north.state(job_id)["visit_id"] == visit
    phone = north.phone("wang")
    phone.sync()
    assert job_id not in phone.have


def test_a_slot_is_scheduled_only_when_it_changes(north: Network) -> None:
    job_id = north.take_in()
    rev = north.view(job_id).rev
    slot = {"from": "2026-11-23T01:00:00.000Z", "to": "2026-11-23T03:00:00.000Z"}
    assert north.send(job_id, "wang", slot=slot) == rev + 2
    assert north.state(job_id)["slot"] == slot
    assert north.send(job_id, "li", slot=slot) == rev + 3


def test_a_crew_is_made_of_installers_in_service_here(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    job_id = north.take_in()
    accounts.disable(north.people["zhao"])
    for user_id in (north.people["sun"], north.people["zhao"], south.people["wang"], "nobody"):
        with pytest.raises(InvalidBody) as caught:
            dispatch.dispatch(north.office, north.tenant_id, "x", job_id, dispatch.Plan([north.people["wang"], user_id]))
        assert caught.value.members["errors"] == [{"pointer": "#/crew/1", "detail": "Not an installer in service here."}]
    with pytest.raises(InvalidBody):
        north.send(job_id, "wang", station_id=south.stations[0])
    assert north.view(job_id).stage == "planned"


def test_without_a_station_there_is_none_to_start_from(north: Network) -> None:
    with writing() as session:
        session.get_one(User, north.people["wang"]).station_id = None
    with pytest.raises(InvalidBody) as caught:
        north.send(north.take_in(), "wang")
    assert caught.value.members["errors"] == [{"pointer": "#/station_id", "detail": "Not a station here."}]


def test_a_network_without_standards_cannot_dispatch(app: Flask) -> None:
    north = builders.network(app)
    with writing() as session:
        session.query(StandardVersion).delete()
    with pytest.raises(JobState) as caught:
        north.send(north.take_in(), "wang")
    assert caught.value.members["why"] == ["no_standard"]


def test_a_cancelled_job_goes_nowhere(north: Network) -> None:
    job_id = north.job("wang")
    dispatch.cancel(north.office, north.tenant_id, north.people["dora"], job_id, "customer moved")
    assert north.state(job_id)["cancelled"]["reason"] == "customer moved"
    for again in (lambda: north.send(job_id, "wang"), lambda: dispatch.cancel(north.office, north.tenant_id, "x", job_id, "again")):
        with pytest.raises(JobState) as caught:
            again()
        assert caught.value.members["stage"] == "cancelled"


def test_evidence_of_a_cancelled_job_is_kept(north: Network) -> None:
    job_id = north.job("wang")
    phone = north.phone("wang")
    phone.sync()
    phone.record(job_id, "note.added", {"text": "we were there"})
    dispatch.cancel(north.office, north.tenant_id, north.people["dora"], job_id, "customer moved")
    phone.sync()
    state = north.state(job_id)
    assert [note["text"] for note in state["notes"]] == ["we were there"]
    assert [anomaly["code"] for anomaly in state["anomalies"]] == ["cancelled"]


def test_foreign_jobs_do_not_exist(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    job_id = south.take_in()
    with pytest.raises(NotFound):
        north.send(job_id, "wang")
    with pytest.raises(NotFound):
        dispatch.cancel(north.office, north.tenant_id, "x", job_id, "mine")
    assert south.view(job_id).rev == 2
