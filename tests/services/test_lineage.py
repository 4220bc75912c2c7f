"""What begins anew with a lineage (DESIGN 4.5)."""

from flask import Flask
from sqlalchemy import select

from app.services import enrol
from app.services.lineage import begin_lineage
from app.services.log_check import faults
from app.store.db import db
from app.store.devices import Device, LogHead
from tests import builders
from tests import phone as phones


def test_a_new_lineage_is_told_to_phones_and_makes_one_use_things_void(app: Flask) -> None:
    """E5: codes that may have been spent after the backup are dead, people sign in anew, and phones are told at once."""
    network = builders.network(app)
    before = network.office.server_epoch()
    phone = network.phone()
    code = enrol.make_code(network.office, network.tenant_id, network.people["li"], None).code
    browser = network.signed_in("sun")

    after = begin_lineage(network.office)

    assert after != before
    assert phone.sync()["server_epoch"] == after == network.office.server_epoch()
    assert phones.enrol(app.test_client(), code).get_json()["type"].endswith("enrolment-code-invalid")
    assert browser.get("/api/v1/session").status_code == 401


def test_the_desk_begins_a_log_of_its_own_in_each_lineage(app: Flask) -> None:
    """Two lineages of one backup must not put two decisions into one place of one log: proofs name that place."""
    network = builders.network(app)
    network.job("wang")
    desks = select(Device.device_id).where(Device.kind == "desk")
    first = set(db.session.scalars(desks))
    heads = {head.device_id: head.hash for head in db.session.scalars(select(LogHead))}

    begin_lineage(network.office)
    network.job("wang")

    second = set(db.session.scalars(desks)) - first
    assert len(first) == len(second) == 1
    assert {head.device_id: head.hash for head in db.session.scalars(select(LogHead)) if head.device_id in heads} == heads
    assert faults() == []
