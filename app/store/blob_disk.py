"""Blobs on a local disk: partial uploads that grow, and verified blobs named by tenant and hash."""

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from app import clock, ids
from app.problems import StorageFullProblem

_READ_BYTES = 1 << 20
_SPOOL_AGE_MAX_S = 86_400
_FULL = (errno.ENOSPC, errno.EDQUOT)


class DiskBlobs:
    """A folder with `part/` for what is still coming and `blob/` for what is verified, each by tenant, then hash.

    A file is in `blob/` only when its bytes were hashed, synced and then renamed; so whatever is there is whole.
    Every write raises `StorageFullProblem` when the disk is full, and leaves what was there before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._swept = False

    def held(self, tenant_id: str, sha256: str) -> int:
        """How many bytes of an unfinished upload are held; 0 when none are."""
        with contextlib.suppress(FileNotFoundError):
            return self._part(tenant_id, sha256).stat().st_size
        return 0

    def append(self, tenant_id: str, sha256: str, offset: int, chunk: Path) -> int | None:
        """Put the bytes of the file `chunk` behind the `offset` bytes that are held, and return how many are held then.

        Returns None when another number of bytes is held. A write that fails midway is taken back.
        """
        part = self._part(tenant_id, sha256)
        _make_folder(part.parent)
        with full_disk_is_a_problem(), _locked(part) as file:
            if os.fstat(file).st_size != offset:
                return None
            try:
                with chunk.open("rb") as source:
                    while piece := source.read(_READ_BYTES):
                        _write_all(file, piece)
            except BaseException:
                os.ftruncate(file, offset)
                raise
            return os.fstat(file).st_size

    def finish(self, tenant_id: str, sha256: str) -> bool:
        """Hash a complete upload and, when it is the blob of that name, make it durable. False: it was not, and is dropped."""
        part, blob = self._part(tenant_id, sha256), self._blob(tenant_id, sha256)
        _make_folder(blob.parent)
        with full_disk_is_a_problem(), _locked(part) as file:
            if blob.exists():
                part.unlink(missing_ok=True)
                return True
            os.lseek(file, 0, os.SEEK_SET)
            with open(os.dup(file), "rb") as bytes_held:
                found = hashlib.file_digest(bytes_held, "sha256").hexdigest()
            if found != sha256:
                os.ftruncate(file, 0)
                return False
            os.fsync(file)
            part.rename(blob)
            _sync_folder(blob.parent)
            return True

    def accept(self, tenant_id: str, sha256: str, whole: Path) -> None:
        """Make a file of `spool`, whose bytes were found to be the blob's, the blob; durable when this returns.

        It needs no lock: whoever else completes the blob meanwhile puts the same bytes in the same place.
        """
        blob = self._blob(tenant_id, sha256)
        _make_folder(blob.parent)
        with full_disk_is_a_problem():
            _sync(whole, os.O_RDONLY)
            whole.rename(blob)
            _sync_folder(blob.parent)
        self.drop(tenant_id, sha256)

    def drop(self, tenant_id: str, sha256: str) -> None:
        """Forget the bytes of an unfinished upload."""
        self._part(tenant_id, sha256).unlink(missing_ok=True)

    def put(self, tenant_id: str, sha256: str, content: bytes) -> None:
        """Store a whole blob that the server made itself."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError("the content is not the blob of that name")
        whole = self.spool() / ids.uuid7()
        try:
            with full_disk_is_a_problem():
                whole.write_bytes(content)
            self.accept(tenant_id, sha256, whole)
        finally:
            whole.unlink(missing_ok=True)

    def has(self, tenant_id: str, sha256: str) -> bool:
        """Whether the verified blob is there."""
        return self._blob(tenant_id, sha256).exists()

    def size(self, tenant_id: str, sha256: str) -> int:
        """The verified blob's size in bytes."""
        return self._blob(tenant_id, sha256).stat().st_size

    def path(self, tenant_id: str, sha256: str) -> Path:
        """A file with the verified blob's bytes."""
        return self._blob(tenant_id, sha256)

    def spool(self) -> Path:
        """A folder on the same disk for bytes on their way in. What a server that died left there is swept out once."""
        folder = self._root / "spool"
        if not self._swept:
            _make_folder(folder)
            _sweep(folder)
            self._swept = True
        return folder

    def _part(self, tenant_id: str, sha256: str) -> Path:
        return self._root / "part" / tenant_id / sha256

    def _blob(self, tenant_id: str, sha256: str) -> Path:
        return self._root / "blob" / tenant_id / sha256[:2] / sha256


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The open file at `path`, held by this process and thread alone, and still the one with that name."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_still_at(path, file):
                yield file
                return
        finally:
            os.close(file)


def _is_still_at(path: Path, file: int) -> bool:
    """Whether the open file has not been renamed away while its lock was waited for."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def full_disk_is_a_problem() -> Iterator[None]:
    """Turn "no space left" into `StorageFullProblem`, which the phone understands as: keep it, try again later."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFullProblem from error
        raise


def _write_all(file: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(file, view) :]


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync_folder(folder.parent)


def _sweep(folder: Path) -> None:
    """Remove files that nobody has written to for a day. What a slow phone is sending now is younger."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if clock.now().timestamp() - path.stat().st_mtime > _SPOOL_AGE_MAX_S:
                path.unlink()


def _sync_folder(folder: Path) -> None:
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
