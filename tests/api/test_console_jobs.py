"""The office's lists and one job with all its evidence, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app import clock
from app.services import review
from app.store.db import writing
from app.store.events import EventRow
from app.store.jobs import JobView
from tests import builders
from tests.builders import SPLIT, Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def listed(client: FlaskClient, query: str = "") -> list[str]:
    response = client.get(f"/api/v1/jobs{query}")
    assert response.status_code == 200, response.text
    return [job["job_id"] for job in response.get_json()["jobs"]]


def walked(client: FlaskClient, query: str, cursor: str | None) -> list[str]:
    """All jobs behind a cursor, page by page."""
    found: list[str] = []
    while cursor is not None:
        page = client.get(f"/api/v1/jobs?{query}&cursor={cursor}").get_json()
        assert page["jobs"]
        found += [job["job_id"] for job in page["jobs"]]
        cursor = page["next"]
        assert len(found) < 100
    return found


def refused(client: FlaskClient, query: str) -> list[str]:
    response = client.get(f"/api/v1/jobs?{query}")
    assert response.status_code == 422, response.text
    return [error["pointer"] for error in response.get_json()["errors"]]


def slot(begins: str, hours: int = 2) -> dict[str, str]:
    return {"from": begins, "to": clock.stamp(clock.parse(begins) + timedelta(hours=hours))}


def test_a_row_says_what_the_list_needs(north: Network) -> None:
    job_id = north.finished("wang", order_ref="A-7")
    [row] = north.signed_in("qian").get("/api/v1/jobs").get_json()["jobs"]
    view = north.view(job_id)
    assert row == {
        "job_id": job_id,
        "rev": view.rev,
        "stage": "finished",
        "order_ref": "A-7",
        "customer_name": "陈静",
        "city": "Hangzhou",
        "units": [{"name": "Washer", "category": "washing_machine"}],
        "slot": {"from": "2026-11-22T01:00:00.000Z", "to": "2026-11-22T03:00:00.000Z"},
        "station": {"id": north.stations[0], "name": "North 1"},
        "crew": [{"id": north.people["wang"], "name": "Wang"}],
        "blobs_named": view.blobs_named,
        "blobs_missing": 0,
        "received": True,
        "notices": [],
        "anomalies": [],
        "open_findings": 0,
        "ended_at": clock.stamp(view.ended_at),
        "updated_at": clock.stamp(view.updated_at),
    }


def test_queues_and_counts(north: Network) -> None:
    planned, sent = north.take_in(), north.job("wang")
    done, waiting, failed = north.finished("wang"), north.finished("wang", upload=False), north.failed("wang")
    returned = north.finished("wang")
    review.open_finding(north.office, north.tenant_id, north.people["sun"], returned, {"step_id": "ARR-01", "reason": "other"})
    sealed = north.finished("wang")
    review.approve(north.office, north.tenant_id, north.people["sun"], sealed, rev=north.view(sealed).rev)
    client = north.signed_in("qian")
    assert listed(client, "?queue=review") == [done, waiting, failed]
    assert listed(client, "?queue=waiting") == [waiting]
    assert listed(client, "?stage=sealed") == [sealed]
    assert set(listed(client)) == {planned, sent, done, waiting, failed, returned, sealed}
    counts = client.get("/api/v1/jobs").get_json()["counts"]
    expected = {"review": 3, "waiting_for_blobs": 1, "returned": 1, "planned": 1, "dispatched": 1, "finished": 2, "failed": 1}
    assert counts == expected | {"on_the_way": 0, "on_site": 0}


@pytest.mark.parametrize("query", ["", "queue=review", "day=2026-11-22&utc_offset_minutes=0", "stage=finished"])
def test_pages_join_without_holes_or_repeats(north: Network, query: str) -> None:
    """Many rows share what they are ordered by; new ones come in while pages are turned."""
    made = [north.take_in() for _ in range(7)]
    with writing() as session:
        session.execute(update(JobView).values(stage="finished", ended_at=clock.now()))
    client = north.signed_in("qian")
    whole = listed(client, f"?{query}&limit=100")
    assert sorted(whole) == sorted(made)
    first = client.get(f"/api/v1/jobs?{query}&limit=3").get_json()
    north.take_in(slot=None)
    rest = walked(client, f"{query}&limit=2", first["next"])
    assert [job["job_id"] for job in first["jobs"]] + rest == whole


def test_words_are_looked_for_as_they_are(north: Network) -> None:
    wanted = north.take_in(order_ref="SO_100%", customer={"name": "Anna Weiß", "phone": "123456", "language": "en"})
    other = north.take_in(order_ref="SOX1000", customer={"name": "李娜", "phone": "123456", "language": "zh-Hans"})
    client = north.signed_in("qian")
    assert listed(client, "?q=so_100%25") == [wanted]
    assert listed(client, "?q=%25") == [wanted]
    assert listed(client, "?q=anna") == [wanted]
    assert listed(client, "?q=李娜") == [other]
    assert listed(client, f"?q={other}") == [other]
    assert listed(client, "?q='--") == []
    assert listed(client, "?q=\\") == []


def test_a_day_is_a_day_where_the_reader_is(north: Network) -> None:
    late = north.take_in(slot=slot("2026-11-21T23:00:00.000Z"))
    noon = north.take_in(slot=slot("2026-11-22T04:00:00.000Z"))
    evening = north.take_in(slot=slot("2026-11-22T17:00:00.000Z"))
    client = north.signed_in("qian")
    assert listed(client, "?day=2026-11-22&utc_offset_minutes=0") == [noon, evening]
    assert listed(client, "?day=2026-11-22&utc_offset_minutes=480") == [late, noon]


def test_a_supervisor_sees_the_own_station_first(north: Network) -> None:
    here, there, nowhere = north.job("wang"), north.job("zhao"), north.take_in()
    sun, qian = north.signed_in("sun"), north.signed_in("qian")
    assert set(listed(sun)) == {here, nowhere}
    assert set(listed(sun, "?station_id=all")) == {here, there, nowhere}
    assert set(listed(sun, f"?station_id={north.stations[1]}")) == {there, nowhere}
    assert set(listed(qian)) == {here, there, nowhere}
    assert sun.get("/api/v1/jobs").get_json()["counts"]["dispatched"] == 1


def test_foreign_jobs_are_neither_listed_nor_counted_nor_found(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    job_id = south.take_in()
    client = north.signed_in("qian")
    page = client.get(f"/api/v1/jobs?station_id=all&q={job_id}").get_json()
    assert page["jobs"] == []
    assert set(page["counts"].values()) == {0}
    foreign, missing = client.get(f"/api/v1/jobs/{job_id}"), client.get("/api/v1/jobs/no-such-job")
    assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data)
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("queue=mine", "#/queue"),
        ("stage=lost", "#/stage"),
        ("limit=0", "#/limit"),
        ("limit=101", "#/limit"),
        ("limit=" + "9" * 5000, "#/limit"),
        ("limit=1e2", "#/limit"),
        ("day=2026-02-30", "#/day"),
        ("day=0001-01-01", "#/day"),
        ("day=9999-12-31", "#/day"),
        ("day=2026-11-22", "#/utc_offset_minutes"),
        ("utc_offset_minutes=841", "#/utc_offset_minutes"),
        ("q=%00", "#/q"),
        ("q=" + "x" * 81, "#/q"),
        ("station_id=%00", "#/station_id"),
        ("cursor=x", "#/cursor"),
        ("cursor=bnVsbA", "#/cursor"),
        ("cursor=W251bGwsIDFd", "#/cursor"),
        ("queue=review&cursor=W251bGwsICJ4Il0", "#/cursor"),
        ("cursor=" + "W" * 301, "#/cursor"),
        ("tenant_id=mine", "#/tenant_id"),
    ],
)
def test_odd_questions_are_refused_with_pointers(north: Network, query: str, where: str) -> None:
    assert refused(north.signed_in("qian"), query) == [where]


def test_a_list_costs_the_same_however_long_it_is(north: Network) -> None:
    client = north.signed_in("qian")
    north.job("wang")
    with builders.statements() as short:
        listed(client)
    for login in ("wang", "li", "zhao"):
        north.job(login, "wang")
    with builders.statements() as long:
        assert len(listed(client)) == 4
    assert len(short) == len(long) <= 6


def test_a_job_costs_the_same_however_much_evidence_there_is(north: Network) -> None:
    client = north.signed_in("qian")
    failed, done = north.failed("wang"), north.finished("li", units=[{"gtin": builders.WASHER}, {"gtin": builders.FRIDGE}])
    counts = []
    for job_id in (failed, done):
        with builders.statements() as sent:
            assert client.get(f"/api/v1/jobs/{job_id}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 16


def detail(network: Network, job_id: str) -> dict[str, Any]:
    response = network.signed_in("qian").get(f"/api/v1/jobs/{job_id}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.get_json()
    return found


def test_a_job_has_every_answer_beside_the_rule_that_asked(north: Network) -> None:
    job_id = north.finished()
    found = detail(north, job_id)
    state = north.state(job_id)
    assert found["state"] == state
    assert [document["standard_id"] for document in found["standards"]] == ["base_delivery", "washing_machine"]
    by_step = {step["step_id"]: step for step in found["steps"]}
    assert by_step["WM-INS-04"]["verdict"] == "met"
    assert by_step["WM-INS-04"]["rule"]["evidence"][0]["unit"] == "cm"
    [answer] = [one for one in state["answers"] if one["event_id"] in by_step["WM-INS-04"]["answers"]]
    assert answer["value"] == "60"
    [photo] = [one for one in state["photos"] if one["photo_id"] in by_step["IDN-01"]["photos"]]
    assert photo["role"] == "rating_plate"
    assert by_step["IDN-01"]["scans"] == [state["scans"][0]["event_id"]]
    assert found["people"][north.people["wang"]] == "Wang"
    assert found["people"][north.platform_id] == "Shop"
    assert found["received"]
    assert found["may"] == {"approve": True, "why_not": []}
    assert found["proof"] is None


def test_what_was_recorded_of_one_part_stands_beside_that_part(north: Network) -> None:
    parts = [{"name": "Indoor", "part": "indoor", "serial": "IN000111"}, {"name": "Outdoor", "part": "outdoor", "serial": "OUT000111"}]
    job_id = north.finished(units=[{"gtin": SPLIT, "components": parts}])
    found, state = detail(north, job_id), north.state(job_id)
    by_part = {step["component"]: step for step in found["steps"] if step["step_id"] == "AC-INS-11"}
    assert by_part.keys() == {"indoor", "outdoor"}
    for component, step in by_part.items():
        answers = {one["component"] for one in state["answers"] if one["event_id"] in step["answers"]}
        photos = {one["component"] for one in state["photos"] if one["photo_id"] in step["photos"]}
        assert answers == photos == {component}
    scanned = {step["component"]: step["scans"] for step in found["steps"] if step["step_id"] == "AC-IDN-01"}
    assert {component: len(scans) for component, scans in scanned.items()} == {"indoor": 1, "outdoor": 1}


def test_what_the_customer_agreed_to_is_shown_with_their_hand(north: Network) -> None:
    without, job_id = north.finished(services=["deliver", "take_back"], upload=False), north.finished(services=["deliver", "take_back"])
    [agreed] = north.state(job_id)["acknowledgements"]
    shown = detail(north, job_id)["agreements"]
    assert shown.keys() == {agreed["event_id"]}
    assert shown[agreed["event_id"]]["text"]["step_id"] == agreed["step_id"] == "TBK-14"
    assert shown[agreed["event_id"]]["strokes"]["strokes"][0][0] == [1, 2, 0]
    assert [*detail(north, without)["agreements"].values()] == [{"text": None, "strokes": None}]


def test_the_timeline_tells_facts_from_decisions(north: Network) -> None:
    job_id = north.finished()
    found = detail(north, job_id)
    timeline = found["timeline"]
    assert [line["rev"] for line in timeline] == list(range(1, found["rev"] + 1))
    assert [(line["kind"], line["source"]) for line in timeline[:4]] == [
        ("job.created", "decision"),
        ("job.scheduled", "decision"),
        ("job.dispatched", "decision"),
        ("visit.departed", "fact"),
    ]
    shot = next(line for line in timeline if line["kind"] == "photo.captured")
    assert shot["about"] == north.state(job_id)["photos"][0]["step_id"] == "ARR-02"
    assert (shot["epoch"], shot["device_id"]) == (1, north.phone().device_id)
    assert shot["hash"] == north.phone().events[shot["seq"] - 1]["hash"]


def test_blobs_say_whether_they_are_here_and_can_be_shown(north: Network) -> None:
    job_id = north.finished(upload=False)
    missing = detail(north, job_id)
    assert not missing["received"]
    assert missing["may"] == {"approve": False, "why_not": ["blobs_missing"]}
    assert {(blob["verified"], blob["is_picture"], blob["size"]) for blob in missing["blobs"].values()} == {(False, False, None)}
    assert missing["statement"] is None
    done = north.finished()
    found, state = detail(north, done), north.state(done)
    photo, signoff = state["photos"][0], state["signoffs"][0]
    assert found["blobs"][photo["sha256"]] == {"size": photo["size"], "verified": True, "is_picture": True}
    assert not found["blobs"][signoff["statement_sha256"]]["is_picture"]
    assert found["statement"]["job_id"] == done
    assert found["strokes"]["strokes"][0][0] == [1, 2, 0]


def test_a_statement_that_is_no_json_is_not_shown(north: Network) -> None:
    job_id = north.job("wang")
    phone = north.phone()
    phone.sync()
    statement = b"[" * 100_000
    name = builders.digest(statement)
    builders.sign(phone, job_id, statement_sha256=name, statement_size=len(statement), strokes_sha256=None, strokes_size=None)
    phone.sync()
    builders.deliver(phone, [statement])
    assert detail(north, job_id)["statement"] is None


def test_the_chain_is_checked_when_a_job_is_shown(north: Network) -> None:
    job_id = north.finished()
    chain = detail(north, job_id)["chain"]
    assert chain["ok"]
    phone = north.phone()
    [own] = [device for device in chain["devices"] if device["device_id"] == phone.device_id]
    assert (own["from_seq"], own["to_seq"], own["ok"], own["sealed"]) == (1, len(phone.events), True, True)
    with writing() as session:
        session.execute(update(EventRow).where(EventRow.device_id == phone.device_id, EventRow.seq == 2).values(body_digest="0" * 64))
    chain = detail(north, job_id)["chain"]
    assert not chain["ok"]
    assert [device["why"] for device in chain["devices"] if not device["ok"]] == ["body_changed"]


def test_what_was_held_back_is_shown_with_its_reason(north: Network) -> None:
    job_id, other = north.job("wang"), north.job("wang")
    phone = north.phone()
    phone.sync()
    phone.record(job_id, "visit.arrived", {"nothing": "of use"})
    phone.record(other, "visit.arrived", {"nothing": "of use"})
    phone.append(f'{{"job_id": "{job_id}", "cut')
    phone.sync()
    held = detail(north, job_id)["quarantined"]
    assert sorted((one["seq"], one["reason"]) for one in held) == [(1, "bad_data"), (3, "unreadable")]
    assert {one["device_id"] for one in held} == {phone.device_id}


def test_a_job_without_events_of_phones_is_shown_too(north: Network) -> None:
    found = detail(north, north.take_in(slot=None))
    assert (found["steps"], found["station"], found["statement"], found["quarantined"]) == ([], None, None, [])
    assert found["may"] == {"approve": False, "why_not": ["not_ended"]}


def test_a_failed_visit_and_a_refused_signoff_are_told_in_the_list_with_their_reason(app: Flask) -> None:
    """The one by the standard's own words in each language, the other as the customer said it."""
    network = builders.network(app)
    failed, refused, fine = network.failed(), network.job("li"), network.finished("zhao")
    phone = network.phone("li")
    phone.sync()
    builders.sign(phone, refused, outcome="refused", reason="The door is scratched", strokes_sha256=None, strokes_size=None)
    phone.sync()
    rows = {row["job_id"]: row["notices"] for row in network.signed_in("qian").get("/api/v1/jobs").get_json()["jobs"]}
    [notice] = rows[failed]
    assert (notice["code"], notice["reason"]) == ("visit_failed", "nobody_home")
    assert set(notice["title"]) == {"en", "zh-Hans"}
    assert rows[refused] == [{"code": "signoff_refused", "reason": "The door is scratched", "title": None}]
    assert rows[fine] == []
