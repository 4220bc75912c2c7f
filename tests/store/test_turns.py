"""Writers to SQLite wait in line: none of them meets a lock that is taken, however many there are."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app import clock, ids
from app.store import db as database
from app.store import turns
from app.store.db import changing, db, writing
from app.store.people import Tenant

WRITERS = 12
Begin = Callable[[], AbstractContextManager[Session | Connection]]


def make_tenant(app: Flask, name: str, begin: Begin = writing, meanwhile: Callable[[], None] = lambda: time.sleep(0.02)) -> None:
    with app.app_context():
        with begin() as writer:
            writer.execute(insert(Tenant).values(tenant_id=ids.uuid7(), name=name, created_at=clock.now()))
            meanwhile()
        db.session.remove()


def test_nobody_meets_a_taken_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no patience at all a second writer would fail at once, did it not wait for its turn first."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 0)
    db.session.remove()
    db.engine.dispose()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(make_tenant, [app] * WRITERS, [f"Town {number}" for number in range(WRITERS)], itertools.cycle((writing, changing))))
    assert db.session.query(Tenant).count() == WRITERS


@pytest.mark.parametrize("begin", [writing, changing])
def test_a_turn_ends_with_a_failed_transaction_too_and_nothing_of_it_stays(app: Flask, begin: Begin) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_tenant(app, "Lost", begin, fail)
    make_tenant(app, "Town", begin)
    assert [tenant.name for tenant in db.session.query(Tenant)] == ["Town"]


def test_who_waits_is_served_together_and_one_failure_touches_nobody_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = count_commits(monkeypatch)
    found = all_at_once(app, [*map(str, range(WRITERS)), "fails", "fails"])
    assert found == [*map(str, range(WRITERS)), "failed", "failed"]
    assert stored() == set(map(str, range(WRITERS)))
    assert len(commits) < 2 * WRITERS


def test_many_are_committed_at_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    commits = count_commits(monkeypatch)
    assert all_at_once(app, [str(number) for number in range(WRITERS)]) == [str(number) for number in range(WRITERS)]
    assert stored() == {str(number) for number in range(WRITERS)}
    assert len(commits) < WRITERS


def test_nobody_is_told_before_the_commit(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails is everybody's failure who was in it, and what comes after goes on."""
    real = Session.commit

    def failing(session: Session) -> None:
        session.rollback()
        raise OSError("no room")

    monkeypatch.setattr(Session, "commit", failing)
    assert set(all_at_once(app, [str(number) for number in range(WRITERS)])) == {"failed"}
    monkeypatch.setattr(Session, "commit", real)
    assert all_at_once(app, ["99"]) == ["99"]
    assert stored() == {"99"}


def test_a_transaction_that_does_not_begin_is_told_and_the_line_goes_on(app: Flask) -> None:
    tries = itertools.count()

    @contextmanager
    def sometimes() -> Iterator[Session]:
        if next(tries) % 2 == 0:
            raise OSError("locked for too long")
        with writing() as session:
            yield session

    def add_sometimes(names: Sequence[str]) -> list[str | Exception]:
        return add_tenants(names, sometimes)

    found = all_at_once(app, [str(number) for number in range(WRITERS)], add_sometimes)
    assert "failed" in found
    assert stored() == set(found) - {"failed"}


def test_one_that_loses_the_whole_transaction_fails_alone(app: Flask) -> None:
    """A database ends a transaction by itself when its disk is full; what was in it must not be called stored before it is."""
    names = [*map(str, range(3)), "loses all", "9"]
    assert all_at_once(app, names) == ["0", "1", "2", "failed", "9"]
    assert stored() == {"0", "1", "2", "9"}


def test_what_serving_itself_raises_is_told_to_all_and_the_line_goes_on(app: Flask) -> None:
    def broken(_asked: Sequence[str]) -> list[str | Exception]:
        raise ZeroDivisionError

    assert set(all_at_once(app, [str(number) for number in range(WRITERS)], broken)) == {"failed"}
    assert all_at_once(app, ["99"]) == ["99"]


def test_what_serving_raises_for_one_touches_nobody_else(app: Flask) -> None:
    def touchy(asked: Sequence[str]) -> list[str | Exception]:
        if "5" in asked:
            raise ZeroDivisionError
        time.sleep(0.05)
        return list(asked)

    names = [str(number) for number in range(WRITERS)]
    assert all_at_once(app, names, touchy) == ["failed" if name == "5" else name for name in names]


@pytest.mark.parametrize("error", [OperationalError("", None, Exception("the database is down")), PoolTimeout()])
def test_what_the_database_raises_is_not_tried_again_for_each(app: Flask, error: Exception) -> None:
    """It would make each of many wait until a database that is down has let all the others wait."""
    calls = itertools.count()

    def down(_asked: Sequence[str]) -> list[str | Exception]:
        next(calls)
        time.sleep(0.05)
        raise error

    assert set(all_at_once(app, [str(number) for number in range(WRITERS)], down)) == {"failed"}
    assert next(calls) < WRITERS


def test_a_database_that_is_not_to_be_had_is_asked_once_for_all_who_write_together(app: Flask) -> None:
    """Each of many would wait as long as the first, and everybody behind them."""
    for error in (OperationalError("", None, Exception("connection failed: timeout")), PoolTimeout()):
        begun = itertools.count()

        @contextmanager
        def down(count: Iterator[int] = begun, error: Exception = error) -> Iterator[Session]:
            next(count)
            raise error
            yield

        assert turns.write_together(down, ["1", "2", "3"], lambda _session, names: list(names)) == [error] * 3
        assert next(begun) == 1


def test_when_it_is_lost_while_each_is_done_alone_the_rest_do_not_wait_for_it(app: Flask) -> None:
    lost = OperationalError("", None, Exception("connection failed: timeout"))
    asked: list[str] = []

    def work(_session: Session, names: Sequence[str]) -> list[str]:
        asked.extend(names)
        if len(names) > 1:
            raise ZeroDivisionError
        if names == ["2"]:
            raise lost
        return list(names)

    assert turns.write_together(writing, ["1", "2", "3", "4"], work) == ["1", lost, lost, lost]
    assert asked == ["1", "2", "3", "4", "1", "2"]


def test_no_transaction_without_a_session_begins_inside_one_that_writes(app: Flask) -> None:
    with writing():
        with writing():  # what is inside takes nothing away from what is outside
            pass
        with pytest.raises(RuntimeError), changing():
            pass
    make_tenant(app, "Town", changing)


def add_tenant(name: str, session: Session) -> str:
    session.add(Tenant(tenant_id=name, name=name, created_at=clock.now()))
    session.flush()
    if name == "fails":
        raise ZeroDivisionError
    if name == "loses all":
        session.connection().exec_driver_sql("ROLLBACK")
        raise OSError("disk full")
    return name


def add_tenants(names: Sequence[str], begin: Callable[[], AbstractContextManager[Session]] = writing) -> list[str | Exception]:
    time.sleep(0.02)
    return turns.write_together(begin, names, lambda session, some: [add_tenant(name, session) for name in some])


def stored() -> set[str]:
    db.session.remove()
    return set(db.session.scalars(select(Tenant.tenant_id)))


def all_at_once(app: Flask, names: list[str], serving: Callable[[Sequence[str]], list[str | Exception]] = add_tenants) -> list[str]:
    """What each caller, all of them on threads of their own, is told, or that it failed."""
    together = threading.Barrier(len(names))
    line = turns.Line[str, str]()

    def one(name: str) -> str:
        with app.app_context():
            together.wait()
            try:
                return line.serve(name, serving)
            except (OSError, ZeroDivisionError, OperationalError, PoolTimeout):
                return "failed"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(names)) as pool:
        return list(pool.map(one, names))


def count_commits(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    found: list[None] = []
    real = Session.commit

    def counted(session: Session) -> None:
        found.append(None)
        real(session)

    monkeypatch.setattr(Session, "commit", counted)
    return found
