"""What every blob store can do. There are two: a folder on a disk, and a bucket of an S3-compatible store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A whole blob as it lies in the store."""

    tenant_id: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Partial:
    """An unfinished upload as it lies in the store; `touched_at` is when bytes last came."""

    tenant_id: str
    sha256: str
    size: int
    touched_at: datetime


class BlobStore(Protocol):
    """Unfinished uploads that grow, and whole blobs named by tenant and hash.

    Each call may be made by any process and machine. Every one raises `Unavailable` when the store cannot be reached in time, those
    that write `StorageFullProblem` when there is no room, and leave what was there before. None may be called while a database
    connection is held: the store may be slow.
    """

    def held(self, tenant_id: str, sha256: str) -> int:
        """How many bytes of an unfinished upload are held; 0 when none are."""

    def append(self, tenant_id: str, sha256: str, offset: int, chunk: Path) -> int | None:
        """Put the bytes of the file `chunk` behind the `offset` bytes that are held, and return how many are held then.

        Returns None when another number of bytes is held. Of a write that fails midway nothing counts.
        """

    def finish(self, tenant_id: str, sha256: str) -> int | None:
        """Hash a complete upload and, when it is the blob of that name, make it durable; its size. None: it was not, and is dropped."""

    def accept(self, tenant_id: str, sha256: str, whole: Path) -> None:
        """Make a file of `spool`, whose bytes were found to be the blob's, the blob; durable, and read again, when this returns."""

    def drop(self, tenant_id: str, sha256: str) -> None:
        """Forget the bytes of an unfinished upload."""

    def drop_stale(self, tenant_id: str, sha256: str, before: datetime) -> bool:
        """Forget an unfinished upload to which nobody has added since that moment; whether it was so."""

    def put(self, tenant_id: str, sha256: str, content: bytes) -> None:
        """Store a whole blob that the server made itself."""

    def verify(self, tenant_id: str, sha256: str) -> int | None:
        """Read what lies in the store itself: the blob's size when it is whole, to the last byte; None when it is not, or not there."""

    def stored_size(self, tenant_id: str, sha256: str) -> int | None:
        """The size of what lies in the store itself in the blob's place, whatever it is; None when nothing does."""

    def has(self, tenant_id: str, sha256: str) -> bool:
        """Whether there is a blob of that name."""

    def size(self, tenant_id: str, sha256: str) -> int:
        """The size in bytes of a blob that is there."""

    def beginning(self, tenant_id: str, sha256: str) -> bytes:
        """A blob's first bytes, `BEGINNING_BYTES` at most; none when it is not there."""

    def path(self, tenant_id: str, sha256: str) -> Path:
        """A file with the blob's bytes, to be opened at once and not written to. It does not exist when the blob does not."""

    def spool(self) -> Path:
        """A local folder for bytes on their way in."""

    def stored(self) -> Iterator[StoredBlob]:
        """All whole blobs, in no order."""

    def partials(self) -> Iterator[Partial]:
        """All unfinished uploads, in no order."""

    def check(self) -> None:
        """Find out whether blobs can be stored; raises what storing one would raise."""


BEGINNING_BYTES = 12
