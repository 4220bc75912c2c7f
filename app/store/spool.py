"""Local files of bytes on their way in, and what a full disk means."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from app import clock, ids
from app.problems import StorageFullProblem
from app.store.durable import make_folder

READ_BYTES = 1 << 20
_AGE_MAX_S = 86_400
_FULL = (errno.ENOSPC, errno.EDQUOT)


class Spool:
    """A folder for bytes on their way in. What a server that died left there is swept out once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._swept = False

    def folder(self) -> Path:
        """The folder, made and swept."""
        if not self._swept:
            make_folder(self._folder)
            _sweep(self._folder)
            self._swept = True
        return self._folder

    @contextlib.contextmanager
    def file(self) -> Iterator[Path]:
        """A new name in the folder; whatever lies there at the end of the block is removed."""
        path = self.folder() / ids.uuid7()
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def check(self) -> None:
        """Write a little file; raises what stands against it."""
        with full_disk_is_a_problem(), self.file() as probe:
            probe.write_bytes(b"ready")


@contextlib.contextmanager
def full_disk_is_a_problem() -> Iterator[None]:
    """Turn "no space left" into `StorageFullProblem`, which the phone understands as: keep it, try again later."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullProblem(retry_after_s=60) from error
        raise


def _sweep(folder: Path) -> None:
    """Remove files that nobody has written to for a day. What a slow phone is sending now is younger."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if clock.now().timestamp() - path.stat().st_mtime > _AGE_MAX_S:
                path.unlink()
