"""Requests that come at the same moment are served together, by one of them (docs/adr/0005).

A transaction costs about the same whether one phone's batch is in it or twenty, and so does looking something up: whoever comes while
another one is served leaves its request in the line. The next to serve takes all that wait there, and nobody is answered before the
transaction that theirs is in is on the disk. There is no thread for this: each request that waits may become the one that serves.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Generic, TypeVar, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.store.db import db, is_nobodys

TOGETHER_MAX = 32
_DEADLOCK_TRIES = 5
_TRY_AGAIN = ("40P01", "40001")
Asked = TypeVar("Asked")
Found = TypeVar("Found")
Writer = TypeVar("Writer")


class _Waiting(Generic[Asked, Found]):
    """One request in the line, and what became of it."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.found: Found | Exception | None = None
        self.is_over = False
        self._asleep = threading.Lock()  # a lock that is held until there is news; an event costs several times as much
        self._asleep.acquire()

    def wait(self) -> None:
        """Until one is told, or woken to serve."""
        self._asleep.acquire()

    def wake(self) -> None:
        self._asleep.release()

    def tell(self, found: Found | Exception) -> None:
        self.found, self.is_over = found, True
        self.wake()


class _Queue(Generic[Asked, Found]):
    """Who waits to be served by this process. While somebody serves, those being served no longer stand here."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting[Asked, Found]] = deque()
        self._changes = threading.Lock()
        self._somebody_serves = False

    def join(self, own: _Waiting[Asked, Found]) -> bool:
        """Stand at the end. Whether somebody else serves, so that one must wait until one is told."""
        with self._changes:
            self._waiting.append(own)
            must_wait, self._somebody_serves = self._somebody_serves, True
            return must_wait

    def take(self) -> list[_Waiting[Asked, Found]]:
        """The first ones of the line, who then no longer stand in it."""
        with self._changes:
            return [self._waiting.popleft() for _ in range(min(TOGETHER_MAX, len(self._waiting)))]

    def leave(self) -> None:
        """Serving is over: the next one in the line is told to serve."""
        with self._changes:
            following = self._waiting[0] if self._waiting else None
            self._somebody_serves = following is not None
        if following is not None:
            following.wake()


class Line(Generic[Asked, Found]):
    """A line for each database that this process speaks to."""

    def __init__(self) -> None:
        self._queues: WeakKeyDictionary[Engine, _Queue[Asked, Found]] = WeakKeyDictionary()
        self._changes = threading.Lock()

    def serve(self, asked: Asked, serving: Callable[[Sequence[Asked]], Sequence[Found | Exception]]) -> Found:
        """What `serving` finds for this request, be it on this thread, with others that wait, or on the thread of one of them.

        `serving` gives for each of some requests what it finds or the error that this one's caller gets. What it raises itself it may
        owe to any of them: it is asked again for each alone, so it must be able to serve a request twice; only what the database raises
        is everybody's. It must not use what belongs to one caller's thread.
        """
        with self._changes:
            queue = self._queues.setdefault(db.engine, _Queue())
        own = _Waiting[Asked, Found](asked)
        if queue.join(own):
            own.wait()
        if not own.is_over:
            _serve_who_waits(queue, serving)
        if isinstance(own.found, Exception):
            raise own.found
        return cast(Found, own.found)


def _serve_who_waits(queue: _Queue[Asked, Found], serving: Callable[[Sequence[Asked]], Sequence[Found | Exception]]) -> None:
    """Serve those in the line, the caller first among them, and let the next one serve."""
    taken = queue.take()
    try:
        found = _found(serving, [one.asked for one in taken])
    finally:
        queue.leave()
    for one, own in zip(taken, found, strict=True):
        one.tell(own)


def _found(serving: Callable[[Sequence[Asked]], Sequence[Found | Exception]], asked: Sequence[Asked]) -> Sequence[Found | Exception]:
    """What is found for each; errors are raised again by each caller, on its own thread."""
    try:
        return serving(asked)
    except Exception as error:  # noqa: BLE001
        if len(asked) == 1 or isinstance(error, DBAPIError) or is_nobodys(error):
            return [error] * len(asked)
    return [own for one in asked for own in _found(serving, [one])]


def write_together(
    begin: Callable[[], AbstractContextManager[Writer]],
    asked: Sequence[Asked],
    work: Callable[[Writer, Sequence[Asked]], Sequence[Found]],
) -> list[Found | Exception]:
    """What `work` finds for each of them, or the error, once all that it wrote is durable.

    They share one transaction, which `begin` begins and ends (`writing` or `changing` of `app.store.db`). When that fails, for whichever
    of them, nothing of it stays, and each is done again in a transaction of its own: nobody pays for another's error. A database that is
    not to be had is nobody's error: it is told to all, and none of them waits for it anew. `work` must neither commit nor roll back, and
    have no effect but in the database.
    """
    if len(asked) > 1:
        try:
            with begin() as writer:
                found = work(writer, asked)
            return list(found)
        except Exception as error:  # noqa: BLE001  whose it was shows at once, when each is alone
            if is_nobodys(error):
                return [error] * len(asked)
    told: list[Found | Exception] = []
    for one in asked:
        before = told[-1] if told else None
        told.append(before if isinstance(before, Exception) and is_nobodys(before) else _write_alone(begin, one, work))
    return told


def _write_alone(
    begin: Callable[[], AbstractContextManager[Writer]], one: Asked, work: Callable[[Writer, Sequence[Asked]], Sequence[Found]]
) -> Found | Exception:
    """A deadlock that PostgreSQL broke by ending this transaction is simply tried again."""
    for tries_left in reversed(range(_DEADLOCK_TRIES)):
        try:
            with begin() as writer:
                (found,) = work(writer, [one])
            return found
        except DBAPIError as error:
            if tries_left == 0 or getattr(error.orig, "sqlstate", None) not in _TRY_AGAIN:
                return error
        except Exception as error:  # noqa: BLE001  its caller raises it again
            return error
    raise AssertionError("unreachable")
