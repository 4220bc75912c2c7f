"""Which phones need a look, and why."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app import clock
from app.services import phones
from app.services.phones import Wanted
from app.store.db import writing
from app.store.devices import Device
from tests import builders
from tests.builders import Network, statements


@pytest.fixture
def network(app: Flask) -> Network:
    return builders.network(app)


def put(device_id: str, **values: Any) -> None:
    """Make a phone's row as if time had passed."""
    with writing() as session:
        session.execute(update(Device).where(Device.device_id == device_id).values(values))


def listed(network: Network, **wanted: Any) -> dict[str, Any]:
    return phones.page(network.tenant_id, Wanted(**wanted))


def looks(network: Network, device_id: str, **wanted: Any) -> list[str]:
    found = {one["device_id"]: one["looks"] for one in listed(network, **wanted)["devices"]}
    return list(found[device_id])


def ago(**time: float) -> Any:
    return clock.now() - timedelta(**time)


def test_a_phone_that_holds_nothing_needs_no_look(network: Network) -> None:
    phone = network.phone()
    phone.sync()
    assert looks(network, phone.device_id) == []
    assert listed(network)["counts"]["look"] == 0
    assert phones.alerts(network.tenant_id) == {"overdue": 0, "readmitted": 0, "storage_lost": 0, "quarantine": 0}


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"pending_events": 1, "pending_oldest_at": 25}, "overdue"),
        ({"pending_blobs": 1, "pending_oldest_at": 25}, "overdue"),
        ({"pending_events": 1, "pending_oldest_at": 73}, "very_overdue"),
        ({"storage_lost_at": 1}, "storage_lost"),
        ({"readmitted_at": 1}, "readmitted"),
        ({"condition": '{"copies": 1}'}, "one_copy"),
        ({"condition": '{"persisted": false}'}, "not_persisted"),
        ({"condition": '{"room_bytes": 1000}'}, "little_room"),
        ({"condition": '{"clock_off_ms": -400000}'}, "clock_off"),
        ({"build": "long ago"}, "old_build"),
    ],
)
def test_each_reason_for_a_look_is_told_alone(network: Network, values: dict[str, Any], code: str) -> None:
    device_id = network.phone().device_id
    put(device_id, **{name: ago(hours=value) if name.endswith("_at") else value for name, value in values.items()})
    assert looks(network, device_id, build="now") == [code]
    assert listed(network, build="now")["counts"][code if code != "very_overdue" else "overdue"] == 1


@pytest.mark.parametrize("values", [{"pending_events": 1, "pending_oldest_at": 23}, {"pending_oldest_at": 90}])
def test_what_is_young_or_not_pending_any_more_is_not_overdue(network: Network, values: dict[str, Any]) -> None:
    device_id = network.phone().device_id
    put(device_id, **{name: ago(hours=value) if name.endswith("_at") else value for name, value in values.items()})
    assert looks(network, device_id) == []
    assert (phones.alerts(network.tenant_id)["overdue"], phones.overdue_everywhere()) == (0, 0)


def test_an_item_past_24_hours_alerts_though_its_phone_is_silent(network: Network) -> None:
    """A dead phone says nothing more: what it last said goes on ageing. One out of service has been dealt with."""
    device_id = network.phone().device_id
    put(device_id, pending_events=3, pending_oldest_at=ago(hours=25), last_contact_at=ago(hours=25))
    assert (phones.alerts(network.tenant_id)["overdue"], phones.overdue_everywhere()) == (1, 1)
    put(device_id, revoked_at=clock.now())
    assert (phones.alerts(network.tenant_id)["overdue"], phones.overdue_everywhere()) == (0, 0)
    assert looks(network, device_id) == []


def test_blobs_that_the_office_waits_for_are_told_by_job_and_age(network: Network) -> None:
    """Even when the phone believes that it holds nothing any more."""
    job_id = network.finished(upload=False)
    phone = network.phone()
    [found] = listed(network)["devices"]
    assert found["awaiting_blobs"] == network.view(job_id).blobs_missing > 0
    assert [(one["job_id"], one["blobs"]) for one in found["awaiting"]] == [(job_id, found["awaiting_blobs"])]
    assert found["looks"] == []
    from app.store.events import EventRow  # noqa: PLC0415

    with writing() as session:
        session.execute(update(EventRow).where(EventRow.device_id == phone.device_id).values(received_at=ago(hours=30)))
    assert looks(network, phone.device_id) == ["blobs_overdue"]
    assert (phones.alerts(network.tenant_id)["overdue"], phones.overdue_everywhere()) == (1, 1)
    put(phone.device_id, revoked_at=clock.now())
    assert (phones.alerts(network.tenant_id)["overdue"], phones.overdue_everywhere()) == (0, 0)


@pytest.mark.parametrize(
    ("values", "calls"),
    [
        ({"build": "long ago"}, 0),
        ({"condition": '{"copies": 1}'}, 0),
        ({"condition": '{"persisted": false}'}, 1),
        ({"condition": '{"room_bytes": 1000}'}, 1),
    ],
)
def test_what_is_only_good_to_know_calls_for_nobody(network: Network, values: dict[str, Any], calls: int) -> None:
    device_id = network.phone().device_id
    put(device_id, **values)
    assert len(looks(network, device_id, build="now")) == 1
    found = listed(network, which="look", build="now")
    assert (len(found["devices"]), found["counts"]["look"]) == (calls, calls)


def test_what_needs_a_look_comes_first_and_every_page_once(network: Network) -> None:
    """Keyset paging: no phone is shown twice, none is left out, whatever the size of a page."""
    ids = [builders.enrolled(network.app.test_client(), network_code(network)).device_id for _ in range(7)]
    put(ids[1], readmitted_at=clock.now())
    put(ids[2], pending_events=1, pending_oldest_at=ago(hours=30))
    put(ids[3], pending_events=1, pending_oldest_at=ago(hours=50))
    put(ids[4], pending_events=1, pending_oldest_at=ago(hours=1))
    put(ids[5], revoked_at=clock.now())
    order = [one["device_id"] for one in listed(network, limit=200)["devices"]]
    assert order[:4] == [ids[1], ids[3], ids[2], ids[4]]
    assert order[-1] == ids[5]
    for limit in (1, 2, 3):
        paged, cursor = [], None
        while True:
            answer = listed(network, limit=limit, cursor=cursor)
            paged += [one["device_id"] for one in answer["devices"]]
            cursor = answer["next"]
            if cursor is None:
                break
        assert paged == order
    assert [one["device_id"] for one in listed(network, which="look")["devices"]] == [ids[1], ids[3], ids[2]]
    assert listed(network, words="  ZHAO ")["devices"] == []


def network_code(network: Network) -> str:
    from app.services import enrol  # noqa: PLC0415

    return enrol.make_code(network.office, network.tenant_id, network.people["wang"], None).code


def test_a_page_costs_as_many_queries_for_one_phone_as_for_many(network: Network) -> None:
    network.finished(upload=False)
    with statements() as one:
        listed(network)
    for login in ("li", "zhao"):
        network.finished(login, upload=False)
    with statements() as three:
        listed(network)
    assert len(three) == len(one) <= 4
