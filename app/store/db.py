"""The database: its base class, its times, and how a transaction begins and ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Table, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 20_000
# Pages that are written again and again go into the database file once a checkpoint: 16 MB of log lie beside it at most, as a rule.
_CHECKPOINT_PAGES = 4_096
_CACHE_KIB = 8_192
_WRITES = "doorstep_writes"
_HAS_TURN = "doorstep_has_turn"


class UtcTime(TypeDecorator[datetime]):
    """A moment; always aware and in UTC in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of all tables. Constraints have names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def table(model: type[Base]) -> Table:
    """A model's table, for statements that bring rows and no objects."""
    return cast(Table, model.__table__)


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction that writes: committed at the end, rolled back on any error.

    It is the outermost one: a reading transaction that the session still holds is ended first, because SQLite must take its
    write lock when a transaction begins. What was loaded before is read anew.
    """
    session: Session = db.session()
    if session.in_transaction():
        session.rollback()
    has_turn = session.info.get(_HAS_TURN)
    with nullcontext() if has_turn else _turn(db.engine):
        session.info[_HAS_TURN] = True
        try:
            session.connection(execution_options={_WRITES: True})
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            if not has_turn:
                session.info.pop(_HAS_TURN)


@contextmanager
def changing() -> Iterator[Connection]:
    """As `writing`, for statements that were made ready (`app.store.prepared`): without a session.

    Raises `RuntimeError` inside `writing`, where it would wait for its own thread for ever.
    """
    if db.session.registry.has() and db.session.info.get(_HAS_TURN):
        raise RuntimeError("this thread writes already")
    engine = db.engine
    with _turn(engine), engine.connect() as connection, connection.execution_options(**{_WRITES: True}).begin():
        yield connection


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait until it is this thread's turn to write to SQLite.

    SQLite itself only tries again after ever longer naps, so that under load the lock lies idle. Waiting in line at a file beside the
    database wakes the next writer at once, in whichever process; the system gives a dead one's place to the next.
    """
    if engine.dialect.name != "sqlite" or engine.url.database is None:
        yield
        return
    line = os.open(f"{engine.url.database}-turn", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(line, fcntl.LOCK_EX)
        yield
    finally:
        os.close(line)


@contextmanager
def reading() -> Iterator[Session]:
    """One transaction that sees a single state of the whole database, and writes nothing."""
    session: Session = db.session()
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield session
    finally:
        session.rollback()


@contextmanager
def looking() -> Iterator[Connection]:
    """As `reading`, for statements that were made ready (`app.store.prepared`): without a session, which would cost more than they do."""
    engine = db.engine
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")  # of this connection, which is what it returns
        with connection.begin() as transaction:
            yield connection
            transaction.rollback()


def end_transaction() -> None:
    """Give the database connection back, so that none is held while bytes come in or go out slowly."""
    db.session.remove()


def is_sqlite(session: Session) -> bool:
    """Whether the session speaks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def prepare_engine(engine: Engine) -> None:
    """Make SQLite durable, patient and honest about when a transaction begins. Other databases need nothing."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    cursor.execute("PRAGMA temp_store=MEMORY")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # waits for nothing and cannot fail; said to the driver itself, it costs a tenth
        cast(Any, connection.connection.driver_connection).execute("BEGIN")


def give_up() -> None:
    """Roll back what the session has begun; a connection that broke is thrown away, and the next one is a new one."""
    session: Session = db.session()
    try:
        session.rollback()
    except DBAPIError:
        session.invalidate()


def is_gone(error: Exception) -> bool:
    """Whether an error says that the database's connection broke or none could be had; what was under way may or may not be stored."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or "connection failed" in str(error.orig))


def is_busy(error: Exception) -> bool:
    """Whether an error says that the database was locked, or all connections were taken, for too long; trying again later is safe."""
    return isinstance(error, PoolTimeout) or (isinstance(error, OperationalError) and "database is locked" in str(error.orig))


def is_nobodys(error: Exception) -> bool:
    """Whether an error is of the database itself, whoever meets it: whoever asks next would wait as long, and for nothing."""
    return is_gone(error) or is_busy(error)


def is_full(error: Exception) -> bool:
    """Whether an error says that the database has no room to grow."""
    no_room = ("database or disk is full", "No space left on device", "could not extend file")
    return isinstance(error, OperationalError) and any(words in str(error.orig) for words in no_room)
