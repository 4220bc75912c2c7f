"""Doorstep's application for gunicorn and flask, patched from outside: its process dies by SIGKILL when it comes to a named point.

The file that `DOORSTEP_DEADLY` names holds a line `<point> <who> <nth>`: `who` is `worker`, or `server` for the master and all workers, and
`nth` counts how often the point is passed before. Whoever dies takes the file away, so that only one does.
"""

import contextlib
import itertools
import os
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.factory import create_app
from app.services import desk, media, proofs, sync, uploads
from app.store import blob_disk, blob_notes, log

FILE = Path(os.environ["DOORSTEP_DEADLY"])
_passed: Counter[str] = Counter()


def arrive(point: str) -> None:
    """Die here, if that is what the file says."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        named, who, nth = FILE.read_text().split()
        if named != point:
            return
        _passed[point] += 1
        if _passed[point] > int(nth):
            FILE.unlink()
            if who == "server":
                os.killpg(os.getpgrp(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)


def before(module: Any, name: str, point: str) -> None:
    """Die when a function is called."""
    _wrap(module, name, lambda call: (arrive(point), call())[1])


def after(module: Any, name: str, point: str) -> None:
    """Die when a function has done its work."""

    def run(call: Callable[[], Any]) -> Any:
        found = call()
        arrive(point)
        return found

    _wrap(module, name, run)


def _wrap(module: Any, name: str, run: Callable[[Callable[[], Any]], Any]) -> None:
    own = getattr(module, name)
    setattr(module, name, lambda *args, **named: run(lambda: own(*args, **named)))


def _half_a_body(own: Any) -> Any:
    """Die when half of a chunk's bytes have come."""

    def spool(path: Path, chunk: Any, read: Callable[[int], bytes]) -> None:
        come = itertools.count()

        def counted(size: int) -> bytes:
            if next(come):
                arrive("blob.body")
            return read(min(size, chunk.length // 2 or 1))

        own(path, chunk, counted)

    return spool


def _half_a_piece(own: Any) -> Any:
    """Die when half of a piece has been appended to a partial."""

    def write(file: int, piece: bytes) -> None:
        own(file, piece[: len(piece) // 2])
        arrive("chunk.write")
        own(file, piece[len(piece) // 2 :])

    return write


def _on_statement(*_: Any) -> None:
    arrive("migration")


arrive("start")
uploads._spool = _half_a_body(uploads._spool)
blob_disk._write_all = _half_a_piece(blob_disk._write_all)
before(blob_disk, "sync_file", "blob.before_sync")
after(blob_disk, "sync_file", "blob.after_sync")
before(blob_disk, "sync_folder", "blob.after_rename")
before(uploads, "register", "blob.before_commit")
after(blob_notes, "count_again", "blob.in_transaction")
after(uploads, "register", "blob.after_commit")
before(log, "insert_events", "sync.before_insert")
after(sync, "append_all", "sync.before_commit")
after(sync, "_push", "sync.after_commit")
after(desk, "append", "desk.before_commit")
after(media, "_decode", "media.decoded")
after(proofs, "seal", "proof.sealed")
event.listen(Engine, "after_cursor_execute", _on_statement)
app = create_app()
