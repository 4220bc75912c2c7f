"""The page of phones over the wire: conditions, confirmation, what a browser was before, what was set aside."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.store.db import writing
from app.store.devices import Device
from tests import builders
from tests.builders import HEADERS, Network

CONDITION = {"copies": 1, "persisted": False, "room_bytes": 1_000, "mode": "tab", "clock_off_ms": 400_000}


@pytest.fixture
def network(app: Flask) -> Network:
    return builders.network(app)


def put_condition(network: Network, body: dict[str, Any]) -> int:
    phone = network.phone()
    phone.sync()
    headers = {"Authorization": f"Bearer {phone.token}"}
    return phone.client.put("/api/v1/devices/mine/condition", json=body, headers=headers).status_code


def test_a_phones_condition_is_kept_and_shown(network: Network) -> None:
    assert put_condition(network, CONDITION) == 204
    [device] = network.signed_in("sun").get("/api/v1/devices").get_json()["devices"]
    assert device["condition"] == CONDITION
    assert device["condition_at"] is not None
    assert {"one_copy", "not_persisted", "little_room", "clock_off"} <= set(device["looks"])
    unknown = {"copies": 2, "persisted": None, "room_bytes": None, "mode": "installed", "clock_off_ms": None}
    assert put_condition(network, unknown) == 204
    [device] = network.signed_in("sun").get("/api/v1/devices").get_json()["devices"]
    assert (device["condition"], set(device["looks"]) - {"old_build"}) == (unknown, set())


@pytest.mark.parametrize(
    "change", [{"copies": 3}, {"mode": "else"}, {"room_bytes": -1}, {"persisted": "yes and no"}, {"clock_off_ms": 1.5}]
)
def test_a_condition_of_another_form_is_refused(network: Network, change: dict[str, Any]) -> None:
    assert put_condition(network, CONDITION | change) == 422


def test_a_phone_that_came_back_is_confirmed_or_revoked(network: Network) -> None:
    """E5: until somebody says so it calls for a look; confirming twice is once."""
    phone = network.phone()
    with writing() as session:
        session.execute(update(Device).where(Device.device_id == phone.device_id).values(readmitted_at=clock.now()))
    boss = network.signed_in("sun")
    assert boss.get("/api/v1/devices/alerts").get_json()["readmitted"] == 1
    assert boss.get("/api/v1/devices?show=look").get_json()["devices"][0]["looks"][0] == "readmitted"
    times = set()
    for _ in range(2):
        assert boss.post(f"/api/v1/devices/{phone.device_id}/confirm", headers=HEADERS).status_code == 204
        times.add(boss.get("/api/v1/devices").get_json()["devices"][0]["confirmed_at"])
    assert len(times) == 1
    assert boss.get("/api/v1/devices/alerts").get_json()["readmitted"] == 0
    assert boss.post("/api/v1/devices/nobody/confirm", headers=HEADERS).status_code == 404


def test_a_browser_is_told_which_phone_it_was_and_what_was_pending(network: Network) -> None:
    """E6: by the cookie of its enrolment, which outlives an emptied storage where the browser keeps it."""
    phone = network.phone()
    pending = {"events": 3, "blobs": 2, "bytes": 5_000, "oldest_at": "2026-11-22T08:00:00.000Z"}
    phone.post(phone.request([], pending=pending))
    answer = phone.client.get("/api/v1/devices/before", base_url="https://localhost").get_json()["phone"]
    assert (answer["label"], answer["user_name"], answer["pending"], answer["awaiting_blobs"]) == ("Test phone", "Wang", pending, 0)
    assert network.app.test_client().get("/api/v1/devices/before").get_json() == {"phone": None}
    stranger = network.app.test_client()
    stranger.set_cookie("__Host-doorstep-phone", "forged", domain="localhost", secure=True)
    assert stranger.get("/api/v1/devices/before", base_url="https://localhost").get_json() == {"phone": None}


def test_what_was_set_aside_is_shown_raw_until_somebody_has_looked(network: Network) -> None:
    """S7: each with its reason and its text as it came; new ones come up again."""
    job_id, phone = network.job("wang"), network.phone()
    phone.sync()
    phone.append("<img src=x onerror=alert(1)> not JSON")
    phone.record(job_id, "visit.departed", {"visit_id": 7})
    phone.sync()
    boss = network.signed_in("sun")
    assert boss.get("/api/v1/devices/alerts").get_json()["quarantine"] == 1
    shown = boss.get("/api/v1/quarantine").get_json()["events"]
    assert [(one["reason"], one["kind"], one["job_id"], one["seen"]) for one in shown] == [
        ("bad_data", "visit.departed", job_id, False),
        ("unreadable", None, None, False),
    ]
    assert shown[1]["text"] == "<img src=x onerror=alert(1)> not JSON"
    seen = {"device_id": phone.device_id, "until": shown[0]["received_at"]}
    assert boss.post("/api/v1/quarantine/seen", json=seen, headers=HEADERS).status_code == 204
    assert boss.get("/api/v1/devices/alerts").get_json()["quarantine"] == 0
    assert [one["seen"] for one in boss.get("/api/v1/quarantine").get_json()["events"]] == [True, True]
    phone.append("again")
    phone.sync()
    assert boss.get("/api/v1/devices").get_json()["devices"][0]["quarantined"] == 1
    assert [one["seen"] for one in boss.get("/api/v1/quarantine").get_json()["events"]] == [False, True, True]


def test_second_branches_are_shown_with_the_rest_page_by_page(network: Network) -> None:
    """S9: a cloned profile's branch is in the same list, and paging shows each event once."""
    phone = network.phone()
    for number in range(3):
        phone.append(f"first {number}")
    phone.sync()
    phone.events.clear()
    for number in range(3):
        phone.append(f"second {number}")
    phone.post(phone.request(phone.events))
    boss = network.signed_in("sun")
    found, cursor = [], ""
    while True:
        answer = boss.get(f"/api/v1/quarantine?limit=2{cursor}").get_json()
        found += [(one["reason"], one["text"]) for one in answer["events"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert sorted(found) == [*(("fork", f"second {n}") for n in range(3)), *(("unreadable", f"first {n}") for n in range(3))]
    for cursor in ("AAAA", "W10", "WyIyMDI2IiwgMSwgMSwgMSwgMV0"):
        assert boss.get(f"/api/v1/quarantine?cursor={cursor}").status_code == 422
        assert boss.get(f"/api/v1/devices?cursor={cursor}").status_code == 422


def test_the_measures_count_phones_that_hold_something_old(network: Network) -> None:
    phone = network.phone()
    phone.post(phone.request([], pending={"events": 1, "blobs": 0, "bytes": 9, "oldest_at": "2026-11-01T08:00:00.000Z"}))
    assert "\ndoorstep_phones_overdue 1.0\n" in network.app.test_client().get("/metrics").text
