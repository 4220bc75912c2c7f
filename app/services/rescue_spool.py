"""A rescue file on its way in: streamed to the disk, counted, and gone when it was taken in or was no good."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app import ids
from app.problems import RescueFileInvalid
from app.services.office import Office
from app.store.spool import full_disk_is_a_problem

_PIECE_BYTES = 1 << 20


@contextmanager
def spooled(office: Office, length: int, read: Callable[[int], bytes]) -> Iterator[Path]:
    """The `length` announced bytes of a file as a file on the server's disk, until the end of the block.

    Raises `RescueFileInvalid` when fewer came, and `StorageFullProblem`.
    """
    path = office.blobs.spool() / ids.uuid7()
    try:
        left = length
        with full_disk_is_a_problem(), path.open("wb") as file:
            while left and (piece := read(min(left, _PIECE_BYTES))):
                file.write(piece)
                left -= len(piece)
        if left:
            raise RescueFileInvalid(
                "The connection broke before the whole file had come. Nothing was taken in; bring it again.", reason="cut"
            )
        yield path
    finally:
        path.unlink(missing_ok=True)
