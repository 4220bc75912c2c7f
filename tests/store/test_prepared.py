"""Statements that were made ready once: the same answers, errors and moments as the session's own, and plans that use an index."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.services import callers, pull
from app.store import blob_notes, log
from app.store.db import db, is_sqlite, reading, table, writing
from app.store.people import Tenant
from app.store.prepared import Prepared, among

_tenant = table(Tenant)
_INSERT = Prepared(insert(_tenant))
_AMONG = Prepared(select(_tenant.c.tenant_id, _tenant.c.created_at).where(among(_tenant.c.tenant_id, "ids")).order_by(_tenant.c.tenant_id))
_SOME = Prepared(select(_tenant.c.tenant_id).where(_tenant.c.name != bindparam("name")).order_by(_tenant.c.tenant_id).limit(2))
MOMENT = datetime(2026, 11, 22, 9, 30, 0, 123000, tzinfo=UTC)


@pytest.fixture
def tenants(app: Flask) -> None:
    rows = [{"tenant_id": f"t{number}", "name": f"Town {number}", "created_at": MOMENT} for number in range(4)]
    with writing() as session:
        _INSERT.run_many(session, rows)


@pytest.mark.usefixtures("tenants")
def test_a_list_of_any_length_is_one_value_and_moments_come_back_in_utc() -> None:
    with reading() as session:
        assert _AMONG.rows(session, {"ids": ["t3", "t1", "nobody"]}) == [("t1", MOMENT), ("t3", MOMENT)]
        assert _AMONG.first(session, {"ids": []}) is None


@pytest.mark.usefixtures("tenants")
def test_constants_of_the_statement_need_no_value() -> None:
    with reading() as session:
        assert _SOME.rows(session, {"name": "Town 1"}) == [("t0",), ("t2",)]


@pytest.mark.usefixtures("tenants")
def test_an_error_is_sqlalchemys_and_names_no_values() -> None:
    row = {"tenant_id": "t1", "name": "a secret name", "created_at": clock.now()}
    for once in (lambda session: _INSERT.run(session, row), lambda session: _INSERT.run_many(session, [row])):
        with pytest.raises(IntegrityError) as raised, writing() as session:
            once(session)
        assert "a secret name" not in str(raised.value).split("DETAIL")[0]


def test_no_lookup_of_a_sync_or_a_photo_walks_through_a_tenant(app: Flask) -> None:
    """SQLite's planner, without figures about the tables, takes the index that the most conditions fit; each must be the narrow one."""
    if not is_sqlite(db.session()):
        pytest.skip("PostgreSQL plans by figures about the tables")
    walks: dict[Prepared, dict[str, Any]] = {
        log._KNOWN: {"tenant_id": "t", "event_ids": ["e"]},
        log._AT: {"device_id": "d", "epoch": 1, "seqs": [1]},
        log._LOCK_FOLDED: {"tenant_id": "t", "job_ids": ["j"]},
        log._COUNT_BLOBS: {"job_ids": ["j"]},
        log._HEADS: {"device_ids": ["d"], "epochs": [1]},
        pull._MANIFESTS: {"user_ids": ["u"]},
        pull._STATES: {"job_ids": ["j"]},
        pull._WANTED: {"device_id": "d"},
        callers._DEVICE: {"device_id": "d"},
        blob_notes._NAMED: {"tenant_id": "t", "device_id": "d", "sha256": "s"},
        blob_notes._WAITING: {"tenant_id": "t", "sha256s": ["s"]},
        blob_notes._LOCK: {"tenant_id": "t", "job_ids": ["j"]},
    }
    with reading() as session:
        for prepared, values in walks.items():
            prepared.rows(session, values)
            ready = prepared._of(session.connection().dialect)
            driver = session.connection().connection.driver_connection
            assert driver is not None
            plan = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {ready.text}", ready.given(values)).fetchall()]
            walked = [step for step in plan if (step.startswith("SCAN") and "json_each" not in step) or step.endswith("(tenant_id=?)")]
            assert not walked, (ready.text, plan)
