"""SQLite databases as files: a copy of one that is in use, and what a copy holds."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class NotedBlob:
    """A blob that a database says is stored."""

    tenant_id: str
    sha256: str
    size: int


def copy_online(source: Path, target: Path) -> None:
    """Make `target` a copy of one moment of the database `source`, which others may go on writing to.

    The copy is a single file. Raises `sqlite3.OperationalError`, as when the disk is full.
    """
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)  # in one step: under WAL this reads one state and keeps no writer waiting
        copy.execute("PRAGMA journal_mode=DELETE")


def sound(path: Path) -> bool:
    """Whether SQLite finds the file intact: every page, every index, every reference."""
    try:
        with closing(_read_only(path)) as database:
            whole = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            return whole and database.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.DatabaseError:
        return False


def noted_blobs(path: Path) -> Iterator[NotedBlob]:
    """The blobs that the database in a file says are stored, by tenant and hash."""
    with closing(_read_only(path)) as database:
        for row in database.execute("SELECT tenant_id, sha256, size FROM blob ORDER BY tenant_id, sha256"):
            yield NotedBlob(*row)


def lineage_of(path: Path) -> str | None:
    """The `server_epoch` of the database in a file; None when it has served nobody yet."""
    with closing(_read_only(path)) as database:
        row = database.execute("SELECT server_epoch FROM lineage WHERE lineage_id = 1").fetchone()
        return row[0] if row else None


def in_use(path: Path) -> bool:
    """Whether another process has the database open. When none has, its log is folded into the file, which then stands alone."""
    with closing(sqlite3.connect(path, timeout=1, isolation_level=None)) as database:
        try:
            database.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                return True
            raise
    return False


@contextmanager
def writing_on(path: Path) -> Iterator[Session]:
    """One transaction in the database of a file that nobody serves from, committed at the end."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with Session(engine) as session, session.begin():
            yield session
    finally:
        engine.dispose()


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
