"""Orders, dispatch, catalogue and people over HTTP."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from tests import builders
from tests.builders import HEADERS, WASHER, Network
from tests.phone import enrol, enrolled


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def dora(north: Network) -> FlaskClient:
    return north.signed_in("dora")


def slug(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json", response.text
    kind: str = response.get_json()["type"]
    return kind.removeprefix("/problems/")


def pointers(response: TestResponse) -> list[str]:
    assert slug(response) == "invalid-body", response.text
    return [error["pointer"] for error in response.get_json()["errors"]]


def send(client: FlaskClient, network: Network, order: Any) -> TestResponse:
    return client.post("/api/v1/orders", json=order, headers={"Authorization": f"Bearer {network.platform_key}"})


def test_a_platform_sends_orders_with_its_key(client: FlaskClient, north: Network) -> None:
    order = builders.order()
    first = send(client, north, order)
    again = send(client, north, order)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.get_json() == first.get_json() == {"job_id": first.get_json()["job_id"]}
    conflict = send(client, north, order | {"note": "other"})
    assert (conflict.status_code, slug(conflict)) == (409, "order-conflict")
    assert conflict.get_json()["job_id"] == first.get_json()["job_id"]
    assert north.state(first.get_json()["job_id"])["platform"] == "Shop"


def test_a_wrong_key_and_none_are_refused(client: FlaskClient, north: Network) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer dsk_wrong"},
        {"Authorization": "Basic x"},
        {"Authorization": f"Bearer {north.phone().token}"},
    ):
        response = client.post("/api/v1/orders", json=builders.order(), headers=headers)
        assert (response.status_code, slug(response)) == (401, "unauthenticated")


def test_a_platforms_key_opens_nothing_else(client: FlaskClient, north: Network) -> None:
    headers = {"Authorization": f"Bearer {north.platform_key}"}
    assert client.get("/api/v1/jobs", headers=headers).status_code == 401
    assert client.get("/api/v1/people", headers=headers).status_code == 401


def test_orders_are_typed_in_at_the_console(dora: FlaskClient, north: Network) -> None:
    response = dora.post("/api/v1/orders", json=builders.order(), headers=HEADERS)
    assert response.status_code == 201
    assert north.state(response.get_json()["job_id"])["platform"] is None


def test_an_unknown_model_is_named(client: FlaskClient, north: Network) -> None:
    response = send(client, north, builders.order(units=[{"gtin": "4006381333931"}]))
    assert (response.status_code, slug(response)) == (422, "unknown-gtin")
    assert response.get_json()["gtin"] == "04006381333931"


GOOD = builders.order()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"customer": GOOD["customer"] | {"phone": "0000"}}, ["#/customer/phone"]),
        ({"customer": GOOD["customer"] | {"phone": None}}, ["#/customer/phone"]),
        ({"customer": GOOD["customer"] | {"language": "fr"}}, ["#/customer/language"]),
        ({"customer": GOOD["customer"] | {"name": "a\0b"}}, ["#/customer/name"]),
        ({"customer": GOOD["customer"] | {"name": "\ud800"}}, ["#/customer/name"]),
        ({"customer": "x"}, ["#/customer"]),
        ({"units": []}, ["#/units"]),
        ({"units": [{"gtin": WASHER}] * 21}, ["#/units"]),
        ({"units": [{"gtin": "06901234567893"}]}, ["#/units/0/gtin"]),
        ({"units": [{"gtin": 6901234567892}]}, ["#/units/0/gtin"]),
        ({"units": [{"gtin": WASHER, "price": 1}]}, ["#/units/0/price"]),
        ({"units": [{"gtin": WASHER, "components": [{"name": "x"}] * 9}]}, ["#/units/0/components"]),
        ({"services": ["deliver", "paint"]}, ["#/services/1"]),
        ({"services": []}, ["#/services"]),
        ({"slot": {"from": "2026-11-22T01:00:00.000Z"}}, ["#/slot/to"]),
        ({"slot": {"from": "today", "to": "2026-11-22T01:00:00.000Z"}}, ["#/slot/from"]),
        ({"slot": {"from": "2026-02-30T01:00:00.000Z", "to": "2026-03-01T01:00:00.000Z"}}, ["#/slot/from"]),
        ({"slot": {"from": "2026-11-22T01:00:00.000Z", "to": "2026-11-23T01:00:00.000Z"}}, ["#/slot"]),
        ({"address": GOOD["address"] | {"lines": ["x"] * 5}}, ["#/address/lines"]),
        ({"address": GOOD["address"] | {"lat_e6": 1, "lon_e6": 180_000_001}}, ["#/address/lon_e6"]),
        ({"address": GOOD["address"] | {"lat_e6": 1.5, "lon_e6": 1}}, ["#"]),
        ({"address": GOOD["address"] | {"lat_e6": 10**30, "lon_e6": 1}}, ["#"]),
        ({"address": GOOD["address"] | {"lat_e6": True, "lon_e6": 1}}, ["#/address/lat_e6"]),
        ({"order_ref": "x" * 81}, ["#/order_ref"]),
        ({"order_ref": ""}, ["#/order_ref"]),
        ({"tenant_id": "mine", "stage": "approved"}, ["#/stage", "#/tenant_id"]),
    ],
)
def test_what_is_wrong_with_an_order_is_pointed_at(client: FlaskClient, north: Network, changes: dict[str, Any], where: list[str]) -> None:
    response = send(client, north, GOOD | changes)
    assert response.status_code == 422
    assert sorted(pointers(response)) == where


def test_dispatch_and_cancel(dora: FlaskClient, north: Network) -> None:
    job_id = north.take_in()
    body = {"crew": [north.people["wang"]], "station_id": north.stations[1], "slot": None}
    response = dora.post(f"/api/v1/jobs/{job_id}/dispatch", json=body, headers=HEADERS)
    assert (response.status_code, response.get_json()) == (200, {"rev": 3})
    assert north.state(job_id)["station_id"] == north.stations[1]
    assert dora.post(f"/api/v1/jobs/{job_id}/cancel", json={"reason": "moved"}, headers=HEADERS).status_code == 204
    again = dora.post(f"/api/v1/jobs/{job_id}/dispatch", json=body, headers=HEADERS)
    assert (again.status_code, slug(again), again.get_json()["stage"]) == (409, "job-state", "cancelled")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"crew": []}, "#/crew"),
        ({"crew": ["x"] * 7}, "#/crew"),
        ({"crew": ["nobody"]}, "#/crew/0"),
        ({"crew": ["\0"]}, "#/crew/0"),
        ({}, "#/crew"),
    ],
)
def test_a_crew_that_cannot_be(dora: FlaskClient, north: Network, body: dict[str, Any], where: str) -> None:
    response = dora.post(f"/api/v1/jobs/{north.take_in()}/dispatch", json=body, headers=HEADERS)
    assert pointers(response) == [where]


def test_odd_addresses_name_nothing(dora: FlaskClient, north: Network) -> None:
    for odd in ("%00", "a%00b", "x" * 65, "%F0%9F%98%80", "..%2F..", "%ED%A0%80"):
        response = dora.get(f"/api/v1/jobs/{odd}")
        assert (response.status_code, slug(response)) == (404, "not-found"), odd


def test_the_catalogue_people_and_stations(dora: FlaskClient, north: Network) -> None:
    north.phone("wang").sync()
    models = dora.get("/api/v1/models").get_json()["models"]
    assert {"gtin": WASHER, "name": "Washer", "category": "washing_machine"} in models
    assert [station["name"] for station in dora.get("/api/v1/stations").get_json()["stations"]] == ["North 1", "North 2"]
    people = dora.get("/api/v1/people?role=installer").get_json()["people"]
    assert [person["name"] for person in people] == ["Li", "Wang", "Zhao"]
    wang = people[1]
    assert wang["station"] == {"id": north.stations[0], "name": "North 1"}
    [device] = wang["devices"]
    assert (device["label"], device["revoked"], device["pending_events"]) == ("Test phone", False, 0)
    assert clock.parse(device["last_contact_at"])
    assert len(dora.get("/api/v1/people").get_json()["people"]) == len(north.people)
    assert pointers(dora.get("/api/v1/people?role=boss")) == ["#/role"]


@pytest.mark.parametrize("path", ["people", "people?role=installer", "devices", "stations", "models"])
def test_lists_cost_the_same_however_long_they_are(app: Flask, north: Network, path: str) -> None:
    dora = north.signed_in("dora")
    counts = []
    for login in ("wang", "li", "zhao"):
        north.phone(login)
        with builders.statements() as sent:
            assert dora.get(f"/api/v1/{path}").status_code == 200
        counts.append(len(sent))
    assert counts[0] == counts[2] <= 5


def test_an_enrolment_code_makes_a_phone_which_can_be_revoked(dora: FlaskClient, north: Network) -> None:
    response = dora.post("/api/v1/enrolment-codes", json={"user_id": north.people["li"]}, headers=HEADERS)
    assert response.status_code == 201
    made = response.get_json()
    assert made["url"] == f"http://localhost/app/#enrol={made['code']}"
    assert made["qr_svg"].startswith("<svg ")
    assert clock.parse(made["expires_at"])
    phone = enrolled(north.app.test_client(), made["code"])
    [device] = dora.get("/api/v1/devices").get_json()["devices"]
    assert (device["device_id"], device["user"]) == (phone.device_id, {"id": north.people["li"], "name": "Li"})
    assert enrol(north.app.test_client(), made["code"]).status_code == 404
    assert dora.post(f"/api/v1/devices/{phone.device_id}/revoke", json={}, headers=HEADERS).status_code == 204
    assert dora.get("/api/v1/devices").get_json()["devices"][0]["revoked"]


def test_codes_are_for_installers_of_ones_own_network(app: Flask, dora: FlaskClient, north: Network) -> None:
    south = builders.network(app, "south")
    for user_id in (north.people["sun"], south.people["wang"], "nobody"):
        response = dora.post("/api/v1/enrolment-codes", json={"user_id": user_id}, headers=HEADERS)
        assert (response.status_code, slug(response)) == (404, "not-found")
    device_id = south.phone("wang").device_id
    assert dora.post(f"/api/v1/devices/{device_id}/revoke", json={}, headers=HEADERS).status_code == 404


def test_roles(north: Network) -> None:
    edit = north.signed_in("edit")
    job_id = north.take_in()
    assert edit.get("/api/v1/jobs").status_code == 200
    for path, body in (
        ("orders", builders.order()),
        (f"jobs/{job_id}/dispatch", {"crew": [north.people["wang"]]}),
        (f"jobs/{job_id}/cancel", {"reason": "x"}),
        (f"jobs/{job_id}/approve", {"rev": 2}),
        ("enrolment-codes", {"user_id": north.people["wang"]}),
    ):
        response = edit.post(f"/api/v1/{path}", json=body, headers=HEADERS)
        assert (response.status_code, slug(response)) == (403, "forbidden"), path
