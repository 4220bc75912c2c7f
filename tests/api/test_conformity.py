"""How jobs kept to their standards: rows that approval writes, the report, the file, and one job's part of it."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import clock
from app.services import conformity, conformity_file, conformity_report, review
from app.services.conformity_report import Asked
from app.store.conformity import Conformity
from app.store.db import db, writing
from app.store.jobs import JobView
from app.store.reference import StandardVersion
from tests import builders
from tests.builders import Network

Json = dict[str, Any]
EXCEPTED = "UNP-01"
BROKEN, OUTSIDE = "PRO-01", "WM-PRE-02"
WAIVED = "The customer asked to open it alone"


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def qian(north: Network) -> FlaskClient:
    return north.signed_in("qian")


def worked(north: Network, login: str = "wang", *, badly: bool = False, note: str = "asked for it", **changes: Any) -> str:
    """A finished job; done `badly`, one rule is left undone for a reason, one is broken, and a reading lies outside its limits."""
    job_id = north.finished(login, **changes)
    if badly:
        phone, unit_id = north.phone(login), north.state(job_id)["units"][0]["unit_id"]
        given: list[tuple[str, str | None, Any, Json | None]] = [
            (EXCEPTED, unit_id, None, {"reason": "customer_waived", "note": note}),
            (BROKEN, None, False, None),
            (OUTSIDE, unit_id, "253", None),
        ]
        for step_id, unit, value, exception in given:
            place = {"step_id": step_id, "unit_id": unit, "component": None}
            phone.record(job_id, "step.answered", place | {"value": value, "unit": None, "exception": exception})
        phone.sync()
    return job_id


def approve(north: Network, job_id: str) -> str:
    review.approve(north.office, north.tenant_id, north.people["sun"], job_id, rev=north.view(job_id).rev)
    return job_id


def rows(job_id: str | None = None) -> list[Conformity]:
    db.session.rollback()
    query = select(Conformity).order_by(Conformity.job_id, Conformity.standard_id)
    return list(db.session.scalars(query if job_id is None else query.where(Conformity.job_id == job_id)))


def period(**changes: Any) -> str:
    today = clock.now().date()
    members = {"from": today - timedelta(days=1), "to": today + timedelta(days=1), "utc_offset_minutes": 0} | changes
    return "&".join(f"{name}={value}" for name, value in members.items() if value is not None)


def report(client: FlaskClient, **query: Any) -> Json:
    response = client.get(f"/api/v1/conformity?{period(**query)}")
    assert response.status_code == 200, response.text
    found: Json = response.get_json()
    return found


def table(client: FlaskClient, **query: Any) -> list[dict[str, str]]:
    response = client.get(f"/api/v1/conformity.csv?{period(**query)}")
    assert (response.status_code, response.mimetype) == (200, "text/csv")
    text = response.get_data(as_text=True)
    assert text.startswith("\ufeffline,")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_approval_writes_what_became_of_each_standard(north: Network) -> None:
    job_id = worked(north, badly=True)
    assert rows() == []
    approve(north, job_id)
    base, washer = rows()
    state = north.state(job_id)
    assert (base.standard_id, washer.standard_id) == ("base_delivery", "washing_machine")
    assert (base.excepted, base.broken, base.left_out) == (1, 1, 0)
    assert (washer.excepted, washer.broken, washer.left_out) == (0, 1, 0)
    assert base.met > 5
    assert (base.tenant_id, base.station_id, json.loads(base.crew)) == (north.tenant_id, north.stations[0], [north.people["wang"]])
    assert clock.stamp(base.approved_at) == state["approved"]["at"]
    assert base.visit_ended_at is not None
    assert clock.stamp(base.visit_ended_at) == state["visits"][-1]["ended"]["at"]
    assert {"standard_id": base.standard_id, "version": base.version, "digest": base.digest} in state["standards"]
    details = json.loads(base.details or "")
    assert (details["excepted"][0]["reason"], details["broken"][0]["why"], details["left_out"]) == ("customer_waived", "missing", [])


def test_what_comes_in_after_the_approval_changes_no_row(north: Network) -> None:
    job_id = approve(north, worked(north))
    phone = north.phone()
    place = {"step_id": BROKEN, "unit_id": None, "component": None}
    phone.record(job_id, "step.answered", place | {"value": False, "unit": None, "exception": None})
    phone.sync()
    assert list(conformity.faults()) == []
    assert [row.broken for row in rows()] == [0, 0]


def test_a_visit_that_failed_broke_nothing(north: Network, qian: FlaskClient) -> None:
    job_id = approve(north, north.failed())
    assert rows() == []
    assert list(conformity.faults()) == []
    assert qian.get(f"/api/v1/jobs/{job_id}").get_json()["conformity"] == []


def test_a_unit_that_came_back_broke_nothing(north: Network) -> None:
    job_id = north.job("wang", units=[{"gtin": builders.WASHER}, {"gtin": builders.FRIDGE}])
    phone = north.phone()
    phone.sync()
    visit = {"visit_id": phone.jobs[job_id]["state"]["visit_id"]}
    washer, fridge = (unit["unit_id"] for unit in phone.jobs[job_id]["state"]["units"])
    phone.record(job_id, "visit.arrived", visit)
    handed = {"condition": "unknown", "note": None}
    phone.record(job_id, "custody.handed_over", handed | {"unit_ids": [fridge], "from": "station", "to": "crew"})
    phone.record(job_id, "custody.handed_over", handed | {"unit_ids": [washer], "from": "crew", "to": "customer"})
    phone.record(job_id, "visit.completed", visit | {"outcome": "partial", "note": None})
    phone.sync()
    approve(north, job_id)
    broken = [one for row in rows(job_id) for one in json.loads(row.details or "{}").get("broken", [])]
    assert {one["unit_id"] for one in broken} == {None, washer}
    assert "refrigerator" not in {row.standard_id for row in rows(job_id)}


def test_a_phone_may_say_a_day_that_there_is_not(north: Network, qian: FlaskClient) -> None:
    job_id = worked(north)
    phone = north.phone()
    visit = {"visit_id": north.state(job_id)["visit_id"], "outcome": "completed", "note": None}
    phone.record(job_id, "visit.completed", visit, at="2026-02-31T10:00:00.000Z")
    phone.sync()
    assert north.state(job_id)["visits"][-1]["ended"]["at"].startswith("2026-02-31")
    approve(north, job_id)
    assert {row.visit_ended_at for row in rows()} == {None}
    assert {line["visit_ended_at (UTC)"] for line in table(qian)} == {""}
    assert list(conformity.faults()) == []


def test_a_refold_brings_back_what_is_missing_and_nothing_else(north: Network) -> None:
    """As for jobs that were approved before there was such a table."""
    first, second = approve(north, worked(north, badly=True)), approve(north, worked(north))
    unlike = worked(north)
    before = [(row.job_id, row.standard_id, row.met, row.broken, row.details, row.approved_at) for row in rows()]
    stray = {name: getattr(rows(second)[0], name) for name in ("standard_id", "version", "digest", "crew", "approved_at", "tenant_id")}
    with writing() as session:
        session.execute(Conformity.__table__.delete().where(Conformity.job_id == first))
        session.execute(update(Conformity).where(Conformity.job_id == second).values(met=99))
        session.add(Conformity(job_id=unlike, met=0, excepted=0, broken=0, left_out=0, **stray))
    runner = north.app.test_cli_runner()
    told = runner.invoke(args=["jobs", "refold", "--check"])
    assert told.exit_code == 1
    assert {line.split(":")[0] for line in told.output.splitlines()} == {first, second, unlike}
    assert "the conformity of 3 jobs" in runner.invoke(args=["jobs", "refold"]).output
    assert [(row.job_id, row.standard_id, row.met, row.broken, row.details, row.approved_at) for row in rows()] == before
    assert runner.invoke(args=["jobs", "refold", "--check"]).output == ""


def test_sums_by_crew_count_a_job_for_each_who_was_there(north: Network, qian: FlaskClient) -> None:
    both = worked(north, badly=True)
    north.send(both, "wang", "li")
    approve(north, both)
    approve(north, worked(north))
    found = report(qian, by="crew")
    wang, li = (next(group for group in found["groups"] if group["name"] == name) for name in ("Wang", "Li"))
    assert (wang["jobs"], wang["conforming"], wang["broken"], wang["excepted"]) == (2, 1, 2, 1)
    assert (li["jobs"], li["conforming"], li["broken"], li["key"]) == (1, 0, 2, north.people["li"])
    total = found["total"]
    assert (total["jobs"], total["conforming"], total["broken"], total["excepted"]) == (2, 1, 2, 1)
    assert total["met"] == sum(row.met for row in rows())
    assert found["groups"].index(wang) < found["groups"].index(li)


def test_sums_by_station_standard_and_job(north: Network, qian: FlaskClient) -> None:
    bad, good = approve(north, worked(north, badly=True)), approve(north, worked(north, "zhao"))
    by_station = report(qian, by="station")["groups"]
    assert [(one["name"], one["jobs"], one["broken"]) for one in by_station] == [("North 1", 1, 2), ("North 2", 1, 0)]
    by_standard = report(qian, by="standard")["groups"]
    assert {(one["key"], one["jobs"], one["conforming"]) for one in by_standard} == {("base_delivery", 2, 1), ("washing_machine", 2, 1)}
    assert all(one["title"]["en"] for one in by_standard)
    by_job = report(qian, by="job")
    assert [(one["key"], one["name"]) for one in by_job["groups"]] == [(one, north.view(one).order_ref) for one in (bad, good)]
    assert by_job["groups_in_all"] == 2


def test_rules_with_their_reasons_and_what_is_owed(north: Network, qian: FlaskClient) -> None:
    job_id = approve(north, worked(north, badly=True))
    approve(north, worked(north, badly=True))
    found = report(qian)
    rules = {rule["step_id"]: rule for rule in found["rules"]}
    assert set(rules) == {EXCEPTED, BROKEN, OUTSIDE}
    assert (rules[BROKEN]["broken"], rules[BROKEN]["excepted"], rules[BROKEN]["reasons"]) == (2, 0, {})
    assert (rules[EXCEPTED]["excepted"], rules[EXCEPTED]["reasons"]) == (2, {"customer_waived": 2})
    assert rules[EXCEPTED]["reason_titles"]["customer_waived"]["zh-Hans"]
    assert found["rules"][-1]["step_id"] == EXCEPTED
    assert found["rules_in_all"] == 3
    # The reading has no remedy in its standard, the broken rule has one.
    assert found["remedies_in_all"] == 2
    owed = found["remedies"][-1]
    assert (owed["job_id"], owed["order_ref"], owed["step_id"]) == (job_id, north.view(job_id).order_ref, BROKEN)
    assert owed["remedy"]["text"]["en"]
    assert (owed["why"], owed["standard_id"]) == ("missing", "base_delivery")


def test_filters(north: Network, qian: FlaskClient) -> None:
    approve(north, worked(north, badly=True))
    approve(north, worked(north, "zhao"))
    assert report(qian, station_id=north.stations[1])["total"]["jobs"] == 1
    assert report(qian, station_id="nowhere")["total"]["jobs"] == 0
    washing = report(qian, standard_id="washing_machine")
    assert (washing["total"]["jobs"], washing["total"]["broken"], {rule["step_id"] for rule in washing["rules"]}) == (2, 1, {OUTSIDE})
    assert report(qian, standard_id="oven") == {
        "total": dict.fromkeys(("jobs", "conforming", "met", "excepted", "broken", "left_out"), 0),
        **{name: [] for name in ("groups", "rules", "remedies")},
        **dict.fromkeys(("groups_in_all", "rules_in_all", "remedies_in_all"), 0),
    }
    assert {line["standard_id"] for line in table(qian, standard_id="washing_machine")} == {"washing_machine"}


def test_a_supervisor_sees_the_own_station_first_as_in_the_list_of_jobs(north: Network) -> None:
    approve(north, worked(north))
    approve(north, worked(north, "zhao"))
    sun = north.signed_in("sun")
    assert report(sun)["total"]["jobs"] == 1
    assert report(sun, station_id="all")["total"]["jobs"] == 2
    assert len({line["job_id"] for line in table(sun)}) == 1
    assert report(north.signed_in("dora"))["total"]["jobs"] == 2


def test_a_day_is_a_day_where_the_reader_is(north: Network, qian: FlaskClient) -> None:
    approve(north, worked(north))
    with writing() as session:
        session.execute(update(Conformity).values(approved_at=clock.parse("2026-11-21T17:00:00.000Z")))
    days = {"from": "2026-11-22", "to": "2026-11-22"}
    assert report(qian, **days)["total"]["jobs"] == 0
    assert report(qian, **days, utc_offset_minutes=480)["total"]["jobs"] == 1
    assert report(qian, **days | {"from": "2026-11-21"})["total"]["jobs"] == 1
    [line, _] = table(qian, **days, utc_offset_minutes=480)
    assert line["approved_at (UTC+08:00)"] == "2026-11-22 01:00:00"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"from": None}, "#/from"),
        ({"to": "2026-13-01"}, "#/to"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "#/to"),
        ({"from": "2025-01-01", "to": "2026-01-02"}, "#/to"),
        ({"from": "9999-01-01", "to": "9999-01-02"}, "#/from"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "#/from"),
        ({"utc_offset_minutes": None}, "#/utc_offset_minutes"),
        ({"utc_offset_minutes": 900}, "#/utc_offset_minutes"),
        ({"by": "colour"}, "#/by"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_a_period_that_is_none_is_refused(qian: FlaskClient, changes: Json, pointer: str) -> None:
    for path in ("conformity", "conformity.csv"):
        response = qian.get(f"/api/v1/{path}?{period(**changes)}")
        assert response.status_code == 422, response.text
        assert [error["pointer"] for error in response.get_json()["errors"]] == [pointer]


def test_a_year_and_a_day_is_the_most(qian: FlaskClient) -> None:
    assert report(qian, **{"from": "2024-01-01", "to": "2024-12-31"})["total"]["jobs"] == 0


def test_lists_are_bounded_and_say_how_much_there_is(north: Network, qian: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("GROUPS_MAX", 2), ("RULES_MAX", 1), ("REASONS_MAX", 1)):
        monkeypatch.setattr(f"app.services.conformity_report.{name}", most)
    jobs = [approve(north, worked(north, badly=number == 1)) for number in range(3)]
    found = report(qian, by="job")
    assert (len(found["groups"]), found["groups_in_all"], found["groups"][0]["key"]) == (2, 3, jobs[1])
    assert (len(found["rules"]), found["rules_in_all"]) == (1, 3)


def test_another_networks_jobs_are_in_no_sum(app: Flask, north: Network, qian: FlaskClient) -> None:
    south = builders.network(app, "south")
    approve(south, worked(south, badly=True))
    assert report(qian, station_id=south.stations[0])["total"]["jobs"] == 0
    assert report(qian, by="job")["groups"] == []
    assert table(qian) == []


def test_the_file_has_a_line_for_each_standard_and_each_rule_that_was_not_met(north: Network, qian: FlaskClient) -> None:
    job_id = approve(north, worked(north, badly=True, note='two "lines",\r\nand a comma'))
    found = table(qian)
    assert [(line["line"], line["standard_id"], line["step_id"]) for line in found] == [
        ("summary", "base_delivery", ""),
        ("broken", "base_delivery", BROKEN),
        ("excepted", "base_delivery", EXCEPTED),
        ("summary", "washing_machine", ""),
        ("broken", "washing_machine", OUTSIDE),
    ]
    summary, broken, excepted, _, outside = found
    assert (summary["broken"], summary["excepted"], summary["left_out"]) == ("1", "1", "0")
    assert (summary["job_id"], summary["order_ref"], summary["crew"]) == (job_id, north.view(job_id).order_ref, "Wang")
    assert (excepted["note"], excepted["requires"]) == ('two "lines",\r\nand a comma', "note")
    assert excepted["reason"] == WAIVED
    assert (broken["why"], outside["why"], bool(broken["remedy"])) == ("missing", "out_of_limits", True)
    in_chinese = table(qian, language="zh-Hans")
    assert in_chinese[0]["standard"] != summary["standard"]


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_no_cell_is_taken_for_a_formula(north: Network, qian: FlaskClient, beginning: str) -> None:
    evil = f'{beginning}cmd|"/c calc"!A0'
    approve(north, worked(north, badly=True, note=evil, order_ref=evil.strip()))
    for line in table(qian):
        assert not any(cell.startswith(tuple("=+-@\t\r＝")) for cell in line.values()), line
    assert [line["note"] for line in table(qian) if line["note"]] == [f"'{evil}"]


def test_harmless_cells_stay_as_they_are() -> None:
    assert [conformity_file.harmless(cell) for cell in ("a-b", "", None, -3, "中")] == ["a-b", "", None, -3, "中"]


def test_the_file_comes_page_by_page_without_holes(north: Network, qian: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [approve(north, worked(north)) for _ in range(4)]
    with writing() as session:  # a tie, as two approvals in one millisecond
        session.execute(update(Conformity).where(Conformity.job_id.in_(jobs[1:])).values(approved_at=clock.now()))
    whole = table(qian)
    monkeypatch.setattr(conformity_file, "_ROWS_AT_ONCE", 3)
    assert table(qian) == whole
    assert len(whole) == 8


def test_a_standard_that_went_missing_breaks_nothing(north: Network, qian: FlaskClient) -> None:
    approve(north, worked(north, badly=True))
    with writing() as session:
        session.execute(StandardVersion.__table__.delete())
    assert report(qian, by="standard")["groups"][0]["title"] is None
    assert {line["standard"] for line in table(qian)} == {""}


def test_a_job_tells_how_it_stands_now(north: Network, qian: FlaskClient) -> None:
    planned = north.take_in()
    assert qian.get(f"/api/v1/jobs/{planned}").get_json()["conformity"] == []
    job_id = worked(north, badly=True)
    base, washer = qian.get(f"/api/v1/jobs/{job_id}").get_json()["conformity"]
    assert (base["standard_id"], base["conforms"], base["met"] > 0) == ("base_delivery", False, True)
    assert [one["step_id"] for one in base["excepted"]] == [EXCEPTED]
    assert [(one["step_id"], one["why"], bool(one["remedy"])) for one in base["broken"]] == [(BROKEN, "missing", True)]
    assert [(one["step_id"], one["why"], one["remedy"]) for one in washer["broken"]] == [(OUTSIDE, "out_of_limits", None)]
    assert set(base) == {"standard_id", "version", "digest", "conforms", "met", "excepted", "broken", "left_out"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_many_jobs_take_little_memory(north: Network) -> None:
    """Rows come some at once, and sums are all that is kept of them."""
    job_id = approve(north, worked(north, badly=True))
    many(north, job_id, 5_000)
    asked = Asked(clock.now().date() - timedelta(days=1), clock.now().date() + timedelta(days=1), 0)
    for by in ("crew", "job"):
        tracemalloc.start()
        found = conformity_report.report(north.tenant_id, asked, by)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (found["total"]["jobs"], found["remedies_in_all"]) == (5_001, 5_001)
        assert peak < 8_000_000, by
    tracemalloc.start()
    written = sum(len(part) for part in conformity_file.lines(north.tenant_id, asked, "en"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written > 2_000_000
    assert peak < 8_000_000


def many(north: Network, job_id: str, jobs: int) -> None:
    """As many jobs more as badly done as one that is there."""
    [view] = db.session.execute(select(JobView.__table__).where(JobView.job_id == job_id)).mappings().all()
    base = next(row for row in rows(job_id) if row.standard_id == "base_delivery")
    like = {column.name: getattr(base, column.name) for column in Conformity.__table__.columns}
    with writing() as session:
        for first in range(0, jobs, 1_000):
            ids = [f"job-{number:07d}" for number in range(first, first + 1_000)]
            session.execute(JobView.__table__.insert(), [{**view, "job_id": one, "state": b"{}"} for one in ids])
            session.execute(Conformity.__table__.insert(), [like | {"job_id": one} for one in ids])
