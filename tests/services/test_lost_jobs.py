"""Facts about a job that a restore took away: kept, shown by job, and not taken in by themselves when its order comes again (S7)."""

import json
from typing import Any

import pytest
from flask import Flask

from app import ids
from app.services import lost_jobs, orders
from tests import builders
from tests.builders import Network, deliver, digest, picture
from tests.phone import Phone

SHOWN = {
    "v": 1,
    "type": "doorstep-statement",
    "order_ref": "SO-lost",
    "customer": "陈静",
    "address": ["1 Garden Road", "Hangzhou"],
    "units": [{"name": "Washer"}, "no unit", {"name": 7}],
}


@pytest.fixture
def network(app: Flask) -> Network:
    return builders.network(app)


def spoken_of(network: Network) -> list[dict[str, Any]]:
    return lost_jobs.spoken_of(network.office, network.tenant_id)


def done(phone: Phone, statement: Any = SHOWN) -> tuple[str, list[bytes]]:
    """A visit to a job that the office does not have any more, with a photo and a sign-off; the job and its blobs."""
    job_id, photo = ids.uuid7(), picture()
    phone.record(job_id, "visit.departed", {"visit_id": "visit-1"})
    phone.photo(job_id, photo)
    shown = json.dumps(statement, ensure_ascii=False).encode()
    sign = {"statement_sha256": digest(shown), "statement_size": len(shown)}
    strokes = builders.sign(phone, job_id, **sign)[1]
    return job_id, [photo, shown, strokes]


def test_s7_what_phones_say_of_a_lost_job_is_told_by_job(network: Network) -> None:
    phone = network.phone()
    job_id, blobs = done(phone)
    other, _ = done(phone)
    reply = phone.sync()
    assert {result["status"] for result in reply["results"]} == {"quarantined"}
    assert set(map(digest, blobs)) <= set(reply["blobs_wanted"])
    assert {one["job_id"]: (one["facts"], one["blobs_missing"], one["statement"]) for one in spoken_of(network)} == {
        job_id: (3, 3, None),
        other: (3, 3, None),
    }
    deliver(phone, blobs)
    found = next(one for one in spoken_of(network) if one["job_id"] == job_id)
    assert found["statement"] == {"order_ref": "SO-lost", "customer": "陈静", "address": SHOWN["address"], "units": ["Washer"]}
    assert (found["photos"], found["people"], found["blobs_missing"]) == ([digest(blobs[0])], ["Wang"], 0)
    assert found["kinds"] == {"visit.departed": 1, "photo.captured": 1, "signoff.recorded": 1}
    assert found["signoff"] == {"outcome": "accepted", "reason": None, "name": "陈静"}
    boss = network.signed_in("qian")
    assert [one["job_id"] for one in boss.get("/api/v1/quarantine/lost-jobs").get_json()["jobs"]] == [other, job_id]
    with boss.get(f"/api/v1/blobs/{digest(blobs[0])}/thumb") as thumb:
        assert (thumb.status_code, thumb.content_type) == (200, "image/jpeg")


def test_s7_its_order_that_comes_again_is_named_and_takes_nothing_in(network: Network) -> None:
    """Ids of jobs are never given twice: another job, with other units and another visit. People carry over what is true of it."""
    phone = network.phone()
    job_id, blobs = done(phone)
    phone.sync()
    deliver(phone, blobs)
    again = network.job("wang", order_ref="SO-lost")
    assert again != job_id
    phone.sync()
    [found] = spoken_of(network)
    assert found["again"] == [{"job_id": again, "order_ref": "SO-lost", "stage": "dispatched"}]
    assert (network.state(again)["photos"], network.state(again)["signoffs"], found["facts"]) == ([], [], 3)


def test_a_typed_order_is_found_too(network: Network) -> None:
    phone = network.phone()
    _, blobs = done(phone)
    phone.sync()
    deliver(phone, blobs)
    source = orders.from_console(network.people["dora"])
    job_id = orders.take_in(network.office, network.tenant_id, source, builders.order(order_ref="SO-lost")).job_id
    assert [one["job_id"] for one in spoken_of(network)[0]["again"]] == [job_id]


@pytest.mark.parametrize("statement", [[], {}, {"order_ref": 7, "customer": {"a": 1}, "address": "x", "units": None}])
def test_a_statement_of_another_form_breaks_nothing(network: Network, statement: Any) -> None:
    phone = network.phone()
    _, blobs = done(phone, statement)
    phone.sync()
    deliver(phone, blobs)
    [found] = spoken_of(network)
    assert found["statement"] in (None, {"order_ref": None, "customer": None, "address": [], "units": []})
    assert found["again"] == []


def test_nothing_of_another_network_is_told(app: Flask, network: Network) -> None:
    """A fact that names a foreign job is as good as one that names none."""
    south = builders.network(app, "south")
    phone = network.phone()
    phone.record(south.job("wang"), "visit.departed", {"visit_id": "visit-1"})
    phone.sync()
    [found] = spoken_of(network)
    assert (found["facts"], found["statement"], found["again"]) == (1, None, [])
    assert spoken_of(south) == []
