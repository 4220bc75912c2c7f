"""Orders in, on both databases: one job each, whatever is sent how often."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.phone import normal_phone
from app.problems import InvalidBody, OrderConflict, UnknownGtin
from app.services import accounts, job_view, orders
from app.store.db import db
from app.store.jobs import JobView
from tests import builders
from tests.builders import FRIDGE, WASHER, Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def take(network: Network, order: dict[str, Any]) -> orders.TakenIn:
    return orders.take_in(network.office, network.tenant_id, orders.from_platform(network.platform_id, "Shop"), order)


def pointers(caught: pytest.ExceptionInfo[InvalidBody]) -> list[str]:
    errors: Any = caught.value.members["errors"]
    return [error["pointer"] for error in errors]


def test_an_order_makes_a_planned_job_with_all_it_says(north: Network) -> None:
    job_id = north.take_in(order_ref="A-1", services=["take_back", "install"], note="ring twice")
    state = north.state(job_id)
    assert state["stage"] == "planned"
    assert state["order_ref"] == "A-1"
    assert state["platform"] == "Shop"
    assert state["services"] == ["install", "take_back"]
    assert state["customer"] == {"name": "陈静", "phone": "+8613800000001", "language": "zh-Hans"}
    assert state["slot"] == {"from": "2026-11-22T01:00:00.000Z", "to": "2026-11-22T03:00:00.000Z"}
    assert state["note"] == "ring twice"
    [unit] = state["units"]
    assert (unit["gtin"], unit["category"], unit["name"]) == (WASHER, "washing_machine", "Washer")
    assert job_view.refold(check_only=True) == []


def test_the_same_order_again_is_the_same_job(north: Network) -> None:
    order = builders.order()
    first = take(north, order)
    again = take(north, order | {"services": order["services"][::-1], "customer": order["customer"] | {"phone": "+86 138-0000-0001"}})
    assert first.is_new
    assert again == orders.TakenIn(first.job_id, is_new=False)
    assert db.session.scalar(select(func.count()).select_from(JobView)) == 1


def test_another_content_under_the_same_reference_is_a_conflict(north: Network) -> None:
    order = builders.order()
    first = take(north, order)
    with pytest.raises(OrderConflict) as caught:
        take(north, order | {"note": "another"})
    assert caught.value.members["job_id"] == first.job_id


def test_a_reference_is_unique_within_its_source_and_tenant(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    order = builders.order()
    typed_in = orders.take_in(north.office, north.tenant_id, orders.from_console(north.people["dora"]), order)
    assert len({take(north, order).job_id, take(south, order).job_id, typed_in.job_id}) == 3


def test_the_same_order_many_times_at_once_is_one_job(app: Flask, north: Network) -> None:
    order = builders.order()
    found: list[orders.TakenIn] = []
    started = threading.Barrier(6)

    def send() -> None:
        with app.app_context():
            started.wait()
            found.append(take(north, order))
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({taken.job_id for taken in found}) == 1
    assert sorted(taken.is_new for taken in found) == [False] * 5 + [True]


def test_gtins_are_padded_and_known(north: Network) -> None:
    job_id = north.take_in(units=[{"gtin": WASHER[1:]}, {"gtin": FRIDGE, "components": [{"name": "Door", "serial": "dr-0001"}]}])
    washer, fridge = north.state(job_id)["units"]
    assert washer["gtin"] == WASHER
    assert fridge["components"] == [{"component_id": "c1", "name": "Door", "serial": "DR-0001"}]
    with pytest.raises(UnknownGtin) as caught:
        north.take_in(units=[{"gtin": WASHER}, {"gtin": "4006381333931"}])
    assert caught.value.members == {"gtin": "04006381333931", "pointer": "#/units/1/gtin"}


def test_a_foreign_catalogue_does_not_help(north: Network) -> None:
    source = orders.from_platform("nobody", "Shop")
    bare = accounts.make_tenant("Bare")
    with pytest.raises(UnknownGtin):
        orders.take_in(north.office, bare, source, builders.order())


def test_everything_wrong_is_told_at_once(north: Network) -> None:
    wrong = builders.order(
        customer={"name": "x", "phone": "call me", "language": "en"},
        slot={"from": "2026-11-22T03:00:00.000Z", "to": "2026-11-22T03:00:00.000Z"},
        units=[{"gtin": WASHER}, {"gtin": "06901234567893", "serial": "§§"}],
        address={"lines": ["x"], "city": "y", "lat_e6": 1},
    )
    with pytest.raises(InvalidBody) as caught:
        take(north, wrong)
    assert pointers(caught) == ["#/customer/phone", "#/slot", "#/address", "#/units/1/gtin", "#/units/1/serial"]


@pytest.mark.parametrize(("hours", "fits"), [(12, True), (13, False)])
def test_a_slot_is_at_most_twelve_hours(north: Network, hours: int, fits: bool) -> None:
    slot = {"from": "2026-11-22T01:00:00.000Z", "to": f"2026-11-22T{1 + hours}:00:00.000Z"}
    assert (orders.slot_problem(slot) is None) == fits


def test_an_order_too_large_for_an_event_is_refused_as_such(north: Network) -> None:
    unit = {"gtin": WASHER, "components": [{"name": "零" * 80} for _ in range(8)]}
    with pytest.raises(InvalidBody) as caught:
        north.take_in(units=[unit] * 20)
    assert pointers(caught) == ["#/units"]


def test_unit_ids_are_typable_and_differ() -> None:
    made = {orders.new_unit_id() for _ in range(2_000)}
    assert len(made) == 2_000
    assert set("".join(made)) <= set("23456789ABCDEFGHJKMNPQRSTVWXYZ-")
    assert {len(unit_id) for unit_id in made} == {11}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138 0000 0001", "+8613800000001"),
        ("0086-13800000001", "+8613800000001"),
        ("１３８００００００１１", "+8613800000011"),
        ("010-12345678", "01012345678"),
        ("+49 (30) 901820", "+4930901820"),
        ("12345", None),
        ("1" * 21, None),
        ("+12a4567", None),
        ("", None),
        ("++4930901820", None),
    ],
)
def test_phone_numbers_have_one_form(typed: str, kept: str | None) -> None:
    assert normal_phone(typed) == kept
