"""Blobs on a local disk: partial uploads that grow, and verified blobs named by tenant and hash."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.store.blob_store import BEGINNING_BYTES, Partial, StoredBlob
from app.store.durable import make_folder, sync_file, sync_folder
from app.store.spool import READ_BYTES, Spool, full_disk_is_a_problem


class DiskBlobs:
    """A folder with `part/` for what is still coming and `blob/` for what is verified, each by tenant, then hash.

    A file comes into `blob/` only when its bytes were hashed and synced, by being renamed. What somebody copied there or a disk changed
    is found by `verify`, and gives way to the blob.
    Every write raises `StorageFullProblem` when the disk is full, and leaves what was there before.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._spool = Spool(root / "spool")

    def held(self, tenant_id: str, sha256: str) -> int:
        """How many bytes of an unfinished upload are held; 0 when none are."""
        with contextlib.suppress(FileNotFoundError):
            return self._part(tenant_id, sha256).stat().st_size
        return 0

    def append(self, tenant_id: str, sha256: str, offset: int, chunk: Path) -> int | None:
        """Put the bytes of the file `chunk` behind the `offset` bytes that are held; how many are held then, None when others were.

        A write that fails midway is taken back.
        """
        part = self._part(tenant_id, sha256)
        make_folder(part.parent)
        with full_disk_is_a_problem(), _locked(part) as file:
            if os.fstat(file).st_size != offset:
                return None
            try:
                with chunk.open("rb") as source:
                    while piece := source.read(READ_BYTES):
                        _write_all(file, piece)
            except BaseException:
                os.ftruncate(file, offset)
                raise
            return os.fstat(file).st_size

    def finish(self, tenant_id: str, sha256: str) -> int | None:
        """Hash a complete upload and, when it is the blob of that name, make it durable; its size. None: it was not, and is dropped."""
        part, blob = self._part(tenant_id, sha256), self._blob(tenant_id, sha256)
        make_folder(part.parent)
        make_folder(blob.parent)
        with full_disk_is_a_problem(), _locked(part) as file:
            if (size := self.verify(tenant_id, sha256)) is not None:
                part.unlink(missing_ok=True)
                return size
            os.lseek(file, 0, os.SEEK_SET)
            with open(os.dup(file), "rb") as bytes_held:
                found = hashlib.file_digest(bytes_held, "sha256").hexdigest()
            if found != sha256:
                os.ftruncate(file, 0)
                return None
            _keep(part, blob)
            return os.fstat(file).st_size

    def accept(self, tenant_id: str, sha256: str, whole: Path) -> None:
        """Make a file of `spool`, whose bytes were found to be the blob's, the blob; durable when this returns.

        It needs no lock: whoever else completes the blob meanwhile puts the same bytes in the same place.
        """
        blob = self._blob(tenant_id, sha256)
        make_folder(blob.parent)
        with full_disk_is_a_problem():
            _keep(whole, blob)
        self.drop(tenant_id, sha256)

    def drop(self, tenant_id: str, sha256: str) -> None:
        """Forget the bytes of an unfinished upload."""
        self._part(tenant_id, sha256).unlink(missing_ok=True)

    def drop_stale(self, tenant_id: str, sha256: str, before: datetime) -> bool:
        """Forget an unfinished upload to which nobody has added since that moment; whether it was so. Nobody can add to it meanwhile."""
        part = self._part(tenant_id, sha256)
        if not part.exists():
            return False
        with _locked(part) as file:
            is_stale = datetime.fromtimestamp(os.fstat(file).st_mtime, UTC) < before
            if is_stale:
                part.unlink()
            return is_stale

    def put(self, tenant_id: str, sha256: str, content: bytes) -> None:
        """Store a whole blob that the server made itself."""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError("the content is not the blob of that name")
        with self._spool.file() as whole:
            with full_disk_is_a_problem():
                whole.write_bytes(content)
            self.accept(tenant_id, sha256, whole)

    def verify(self, tenant_id: str, sha256: str) -> int | None:
        """The blob's size when all its bytes were read and are right; None when it is not there, or they are not."""
        with contextlib.suppress(FileNotFoundError), self._blob(tenant_id, sha256).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                return os.fstat(file.fileno()).st_size
        return None

    def stored_size(self, tenant_id: str, sha256: str) -> int | None:
        """The size of what is in the blob's place; None when nothing is."""
        with contextlib.suppress(FileNotFoundError):
            return self.size(tenant_id, sha256)
        return None

    def has(self, tenant_id: str, sha256: str) -> bool:
        """Whether the verified blob is there."""
        return self._blob(tenant_id, sha256).exists()

    def size(self, tenant_id: str, sha256: str) -> int:
        """The verified blob's size in bytes."""
        return self._blob(tenant_id, sha256).stat().st_size

    def path(self, tenant_id: str, sha256: str) -> Path:
        """A file with the verified blob's bytes."""
        return self._blob(tenant_id, sha256)

    def beginning(self, tenant_id: str, sha256: str) -> bytes:
        """The verified blob's first bytes; none when it is not there."""
        with contextlib.suppress(OSError), self._blob(tenant_id, sha256).open("rb") as file:
            return file.read(BEGINNING_BYTES)
        return b""

    def spool(self) -> Path:
        """A folder on the same disk for bytes on their way in."""
        return self._spool.folder()

    def stored(self) -> Iterator[StoredBlob]:
        """All verified blobs."""
        for path in (self._root / "blob").glob("*/*/*"):
            yield StoredBlob(path.parts[-3], path.name, path.stat().st_size)

    def partials(self) -> Iterator[Partial]:
        """All unfinished uploads; one that holds nothing is left out."""
        for path in (self._root / "part").glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                found = path.stat()
                if found.st_size:
                    yield Partial(path.parts[-2], path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def check(self) -> None:
        """Write a little file; raises what stands against it."""
        self._spool.check()

    def _part(self, tenant_id: str, sha256: str) -> Path:
        return self._root / "part" / tenant_id / sha256

    def _blob(self, tenant_id: str, sha256: str) -> Path:
        return self._root / "blob" / tenant_id / sha256[:2] / sha256


def _keep(whole: Path, blob: Path) -> None:
    """Give a whole file its name: only when its bytes are on the disk, and so that the name is too before anybody is told."""
    sync_file(whole)
    whole.rename(blob)
    sync_folder(blob.parent)


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


def _write_all(file: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(file, view) :]
