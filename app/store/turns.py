"""Small pieces of work by many threads, committed together where the database takes one writer at a time (docs/adr/0005).

A commit to SQLite costs the same whether one phone's batch is in it or twenty: the pages that all batches touch are written and synced
once. So whoever comes while another one writes leaves its work in the line; the next to write takes all that wait into one
transaction, each behind a savepoint of its own, and nobody hears that its work is done before that transaction is on the disk.
PostgreSQL writes side by side and gathers its commits itself: there, each piece is a transaction of its own.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.store.db import db, is_sqlite, writing

TOGETHER_MAX = 32
Found = TypeVar("Found")


class _Piece:
    """Work that waits for its turn, and what became of it."""

    def __init__(self, work: Callable[[Session], Any]) -> None:
        self.work = work
        self.found: Any = None
        self.error: BaseException | None = None
        self.is_over = False
        self.told = threading.Event()


class _Line:
    """What waits to be written to one database by this process. While somebody writes, its own piece no longer stands here."""

    def __init__(self) -> None:
        self._pieces: deque[_Piece] = deque()
        self._changes = threading.Lock()
        self._somebody_writes = False

    def join(self, piece: _Piece) -> bool:
        """Stand at the end. Whether somebody else writes, so that the piece must wait until it is told."""
        with self._changes:
            self._pieces.append(piece)
            must_wait, self._somebody_writes = self._somebody_writes, True
            return must_wait

    def take(self, most: int) -> list[_Piece]:
        """The first pieces of the line, which then no longer stand in it."""
        with self._changes:
            return [self._pieces.popleft() for _ in range(min(most, len(self._pieces)))]

    def leave(self) -> None:
        """Writing is over: the next one in the line is told to write."""
        with self._changes:
            following = self._pieces[0] if self._pieces else None
            self._somebody_writes = following is not None
        if following is not None:
            following.told.set()


_lines: WeakKeyDictionary[Engine, _Line] = WeakKeyDictionary()
_lines_change = threading.Lock()


def write(work: Callable[[Session], Found]) -> Found:
    """What `work` finds, once all that it wrote is durable. It gets a session in a transaction and must neither commit nor roll back.

    What it raises is raised here, and nothing that it wrote stays; the work of others is not touched by that. It may run on another
    thread, so it must not use what belongs to its own. When the commit itself fails, that is raised for all that were in it.
    """
    if not is_sqlite(db.session()):
        with writing() as session:
            return work(session)
    with _lines_change:
        line = _lines.setdefault(db.engine, _Line())
    piece = _Piece(work)
    if line.join(piece):
        piece.told.wait()
    if not piece.is_over:
        _write_what_waits(line)
    if piece.error is not None:
        raise piece.error
    found: Found = piece.found
    return found


def _write_what_waits(line: _Line) -> None:
    """Run and commit what stands in the line, the caller's own piece first, and let the next one write."""
    taken: list[_Piece] = []
    try:
        with writing() as session:
            taken = line.take(TOGETHER_MAX)
            for piece in taken:
                _run_alone(session, piece)
    except BaseException as error:  # noqa: BLE001  each caller raises it again, on its own thread
        taken = taken or line.take(1)  # when the transaction did not even begin, that is told to the caller alone
        for piece in taken:
            piece.error = piece.error or error
    finally:
        line.leave()
        for piece in taken:
            piece.is_over = True
            piece.told.set()


def _run_alone(session: Session, piece: _Piece) -> None:
    """Run one piece so that its failure leaves no trace. When the whole transaction is gone with it, as on a full disk, that is raised."""
    driver = cast(Any, session.connection().connection.driver_connection)
    driver.execute("SAVEPOINT piece")
    try:
        piece.found = piece.work(session)
        session.flush()
    except Exception as error:
        piece.error = error
        session.expunge_all()
        if not driver.in_transaction:
            raise
        driver.execute("ROLLBACK TO piece")
    driver.execute("RELEASE piece")
