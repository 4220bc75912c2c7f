"""Writers to SQLite wait in line: none of them meets a lock that is taken, however many there are."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from app import clock, ids
from app.store import db as database
from app.store.db import db, writing
from app.store.people import Tenant

WRITERS = 12


def make_tenant(app: Flask, name: str) -> None:
    with app.app_context():
        with writing() as session:
            session.add(Tenant(tenant_id=ids.uuid7(), name=name, created_at=clock.now()))
            session.flush()
            time.sleep(0.02)
        db.session.remove()


def test_nobody_meets_a_taken_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no patience at all a second writer would fail at once, did it not wait for its turn first."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 0)
    db.session.remove()
    db.engine.dispose()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(make_tenant, [app] * WRITERS, [f"Town {number}" for number in range(WRITERS)]))
    assert db.session.query(Tenant).count() == WRITERS


def test_a_turn_ends_with_a_failed_transaction_too(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), writing():
        raise ZeroDivisionError
    make_tenant(app, "Town")
    assert db.session.query(Tenant).count() == 1
