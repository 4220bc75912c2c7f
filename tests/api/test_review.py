"""Findings and approval over HTTP."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import builders
from tests.builders import HEADERS, Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def sun(north: Network) -> FlaskClient:
    return north.signed_in("sun")


def post(client: FlaskClient, path: str, body: Any) -> TestResponse:
    return client.post(f"/api/v1/jobs/{path}", json=body, headers=HEADERS)


def slug(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json", response.text
    kind: str = response.get_json()["type"]
    return kind.removeprefix("/problems/")


def test_r1_r2_one_photo_is_sent_back_redone_accepted_and_the_job_approved(sun: FlaskClient, north: Network) -> None:
    job_id, phone = north.finished(), north.phone()
    photo = next(one for one in north.state(job_id)["photos"] if one["role"] == "rating_plate")
    finding = {"photo_id": photo["photo_id"], "reason": "blurred", "note": "plate", "mark": {"x": 0, "y": 0, "w": 1000, "h": 1000}}
    opened = post(sun, f"{job_id}/findings", finding)
    assert opened.status_code == 201
    finding_id = opened.get_json()["finding_id"]
    refused = post(sun, f"{job_id}/approve", {"rev": north.view(job_id).rev})
    assert (refused.status_code, slug(refused), refused.get_json()["why"]) == (409, "job-state", ["open_findings"])
    phone.sync()
    place = {name: photo[name] for name in ("step_id", "unit_id", "component")}
    content = builders.snap(phone, job_id, place, "rating_plate", finding_id=finding_id)
    phone.sync()
    builders.deliver(phone, [content])
    assert post(sun, f"{job_id}/findings/{finding_id}/close", {"verdict": "accepted", "note": None}).status_code == 204
    shown = sun.get(f"/api/v1/jobs/{job_id}").get_json()
    assert shown["may"]["approve"]
    approved = post(sun, f"{job_id}/approve", {"rev": shown["rev"], "note": None})
    assert approved.status_code == 200
    proof = sun.get(f"/api/v1/jobs/{job_id}").get_json()["proof"]
    assert proof["proof_id"] == approved.get_json()["proof_id"]


def test_r2_a_stale_approval_says_the_newer_rev(sun: FlaskClient, north: Network) -> None:
    job_id = north.finished()
    rev = north.view(job_id).rev
    response = post(sun, f"{job_id}/approve", {"rev": rev - 1})
    assert (response.status_code, slug(response)) == (409, "job-state")
    assert (response.get_json()["why"], response.get_json()["rev"], response.get_json()["stage"]) == (["changed"], rev, "finished")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"photo_id": None}, "#/photo_id"),
        ({"step_id": "ARR-01"}, "#/photo_id"),
        ({"photo_id": None, "step_id": "ARR-01", "mark": {"x": 0, "y": 0, "w": 1, "h": 1}}, "#/mark"),
        ({"photo_id": "no-such-photo"}, "#/photo_id"),
        ({"photo_id": None, "step_id": "NO-STEP"}, "#/step_id"),
        ({"reason": "ugly"}, "#/reason"),
        ({"note": "x" * 1001}, "#/note"),
        ({"note": "a\0"}, "#/note"),
        ({"mark": {"x": 0, "y": 0, "w": 1}}, "#/mark/h"),
        ({"mark": {"x": 0, "y": 0, "w": 1001, "h": 1}}, "#/mark/w"),
        ({"mark": {"x": 0.5, "y": 0, "w": 1, "h": 1}}, "#"),
        ({"finding_id": "mine"}, "#/finding_id"),
    ],
)
def test_r1_a_finding_that_cannot_be(sun: FlaskClient, north: Network, changes: dict[str, Any], where: str) -> None:
    job_id = north.failed()
    phone = north.phone()
    content = builders.snap(phone, job_id, {}, "front_door", photo_id="p1")
    phone.sync()
    builders.deliver(phone, [content])
    response = post(sun, f"{job_id}/findings", {"photo_id": "p1", "reason": "dark", "note": None, "mark": None} | changes)
    assert (response.status_code, slug(response)) == (422, "invalid-body")
    assert [error["pointer"] for error in response.get_json()["errors"]] == [where]
    assert north.state(job_id)["findings"] == []


@pytest.mark.parametrize("body", [{}, {"rev": 0}, {"rev": "5"}, {"rev": 2**53}, {"rev": 1.0}, {"rev": True}, {"rev": None}])
def test_an_approval_names_a_rev(sun: FlaskClient, north: Network, body: dict[str, Any]) -> None:
    response = post(sun, f"{north.take_in()}/approve", body)
    assert (response.status_code, slug(response)) == (422, "invalid-body")


def test_only_supervisors_and_admins_review(north: Network) -> None:
    job_id = north.failed()
    rev = north.view(job_id).rev
    for login in ("dora", "edit"):
        client = north.signed_in(login)
        for path, body in (("findings", {"step_id": "ARR-01", "reason": "other"}), ("approve", {"rev": rev})):
            assert slug(post(client, f"{job_id}/{path}", body)) == "forbidden"
    assert post(north.signed_in("adam"), f"{job_id}/approve", {"rev": rev}).status_code == 200


def test_foreign_jobs_are_as_if_they_were_not(app: Flask, sun: FlaskClient) -> None:
    south = builders.network(app, "south")
    job_id = south.failed()
    for path, body in (
        ("findings", {"step_id": "ARR-01", "reason": "other"}),
        ("findings/x/close", {"verdict": "withdrawn"}),
        ("approve", {"rev": south.view(job_id).rev}),
    ):
        foreign, missing = post(sun, f"{job_id}/{path}", body), post(sun, f"no-such-job/{path}", body)
        assert (foreign.status_code, foreign.data) == (missing.status_code, missing.data)
        assert slug(foreign) == "not-found"
    assert south.view(job_id).stage == "failed"
