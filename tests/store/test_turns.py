"""Writers to SQLite wait in line: none of them meets a lock that is taken, however many there are."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, ids
from app.store import db as database
from app.store import turns
from app.store.db import db, is_sqlite, writing
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


def test_work_that_waits_is_committed_together_and_one_failure_touches_nobody_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = count_commits(monkeypatch)
    results = write_at_once(app, [*(partial(add_tenant, number) for number in range(WRITERS)), *[add_and_fail] * 2])
    assert results.count("failed") == 2
    assert sorted(one for one in results if one != "failed") == sorted(f"t{number}" for number in range(WRITERS))
    assert sorted(db.session.scalars(select(Tenant.tenant_id))) == sorted(f"t{number}" for number in range(WRITERS))
    if is_sqlite(db.session()):
        assert len(commits) < WRITERS, "several pieces of work in one commit"


def test_nobody_is_told_before_the_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails is everybody's failure who was in it, and what comes after goes on."""
    real = Session.commit

    def failing(session: Session) -> None:
        session.rollback()
        raise OSError("no room")

    monkeypatch.setattr(Session, "commit", failing)
    assert set(write_at_once(app, [partial(add_tenant, number) for number in range(WRITERS)])) == {"failed"}
    monkeypatch.setattr(Session, "commit", real)
    assert write_at_once(app, [partial(add_tenant, 99)]) == ["t99"]
    assert list(db.session.scalars(select(Tenant.tenant_id))) == ["t99"]


def test_a_transaction_that_does_not_begin_is_told_and_the_line_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = itertools.count()
    real = writing

    @contextmanager
    def sometimes() -> Iterator[Session]:
        if next(tries) % 2 == 0:
            raise OSError("locked for too long")
        with real() as session:
            yield session

    monkeypatch.setattr(turns, "writing", sometimes)
    found = write_at_once(app, [partial(add_tenant, number) for number in range(WRITERS)])
    assert "failed" in found
    assert sorted(db.session.scalars(select(Tenant.tenant_id))) == sorted(one for one in found if one != "failed")


def test_a_piece_that_loses_the_whole_transaction_fails_all_that_were_in_it(app: Flask) -> None:
    """SQLite ends a transaction by itself when the disk is full; what came before in it must not be called stored."""
    if not is_sqlite(db.session()):
        pytest.skip("PostgreSQL gives each piece a transaction of its own")
    found = write_at_once(app, [*(partial(add_tenant, number) for number in range(3)), add_and_lose_all, partial(add_tenant, 9)])
    stored = set(db.session.scalars(select(Tenant.tenant_id)))
    assert stored == set(found) - {"failed"}
    assert found[3] == "failed"


def add_tenant(number: int, session: Session) -> str:
    session.add(Tenant(tenant_id=f"t{number}", name=f"Town {number}", created_at=clock.now()))
    time.sleep(0.01)
    return f"t{number}"


def add_and_fail(session: Session) -> str:
    session.add(Tenant(tenant_id="never", name="Never", created_at=clock.now()))
    session.flush()
    raise ZeroDivisionError


def add_and_lose_all(session: Session) -> str:
    driver = session.connection().connection.driver_connection
    assert driver is not None
    driver.execute("ROLLBACK")
    raise OSError("disk full")


def write_at_once(app: Flask, works: list[Callable[[Session], str]]) -> list[str]:
    """What each piece of work, all begun together on threads of their own, found, or that it failed."""
    together = threading.Barrier(len(works))

    def one(work: Callable[[Session], str]) -> str:
        with app.app_context():
            together.wait()
            try:
                return turns.write(work)
            except (OSError, ZeroDivisionError):
                return "failed"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def count_commits(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    found: list[None] = []
    real = Session.commit

    def counted(session: Session) -> None:
        found.append(None)
        real(session)

    monkeypatch.setattr(Session, "commit", counted)
    return found
