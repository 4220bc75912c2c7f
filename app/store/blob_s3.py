"""Blobs in a bucket of an S3-compatible store, for several machines that serve together (docs/adr/0004)."""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from app.problems import Unavailable
from app.store.blob_copies import Copies
from app.store.blob_store import BEGINNING_BYTES, Partial, StoredBlob
from app.store.s3_bucket import RETRY_AFTER_S, Bucket
from app.store.spool import Spool, full_disk_is_a_problem

_BEGINNINGS_MAX = 20_000


class S3Blobs:
    """Objects `part/<tenant>/<hash>/<offset>`, each a chunk that waits for others, and `blob/<tenant>/<2>/<hash>`, whole blobs.

    The names under `blob/` are those of a folder of blobs, so that one can be copied to the other. An object there may be what a
    process put and did not come to read back; therefore only `verify` says that it is whole.
    """

    def __init__(self, bucket: Bucket, data: Path) -> None:
        self._bucket = bucket
        self._spool = Spool(data / "spool")
        self._copies = Copies(data / "copies")
        self._beginnings: dict[tuple[str, str], bytes] = {}

    def held(self, tenant_id: str, sha256: str) -> int:
        """How many bytes of an unfinished upload are held without a gap; 0 when none are."""
        return sum(size for _, size in self._chunks(tenant_id, sha256))

    def append(self, tenant_id: str, sha256: str, offset: int, chunk: Path) -> int | None:
        """Store a chunk; how many bytes are held then, None when others are. Of two writers at one offset the store takes the first."""
        if self.held(tenant_id, sha256) != offset or not self._bucket.send(_part(tenant_id, sha256, offset), chunk, only_new=True):
            return None
        return offset + chunk.stat().st_size

    def finish(self, tenant_id: str, sha256: str) -> int | None:
        """Put the chunks together and, when they are that blob, make it durable; its size. None: they were not, and are dropped."""
        with self._spool.file() as whole:
            if self._gather(tenant_id, sha256, whole) == sha256:
                self.accept(tenant_id, sha256, whole)
                return whole.stat().st_size
        done_by_another = self.verify(tenant_id, sha256)
        self.drop(tenant_id, sha256)
        return done_by_another

    def accept(self, tenant_id: str, sha256: str, whole: Path) -> None:
        """Make a file of `spool`, whose bytes were found to be the blob's, the blob; it is read back before it counts."""
        self._bucket.send(_blob(tenant_id, sha256), whole)
        if self.verify(tenant_id, sha256) is None:
            raise Unavailable("The blob store gave back other bytes than it was sent.", retry_after_s=RETRY_AFTER_S)
        with contextlib.suppress(Unavailable):  # the blob is safe; what stays behind is swept out later
            self.drop(tenant_id, sha256)

    def drop(self, tenant_id: str, sha256: str) -> None:
        """Forget the bytes of an unfinished upload."""
        self._bucket.delete([found.path for found in self._bucket.list(f"part/{tenant_id}/{sha256}/")])

    def drop_stale(self, tenant_id: str, sha256: str, before: datetime) -> bool:
        """Forget an unfinished upload to which nobody has added since that moment; whether it was so."""
        chunks = list(self._bucket.list(f"part/{tenant_id}/{sha256}/"))
        is_stale = bool(chunks) and all(one.modified_at < before for one in chunks)
        if is_stale:
            self._bucket.delete([one.path for one in chunks])
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
        digest, size = hashlib.sha256(), 0
        try:
            for piece in self._bucket.read(_blob(tenant_id, sha256)):
                digest.update(piece)
                size += len(piece)
        except FileNotFoundError:
            return None
        return size if digest.hexdigest() == sha256 else None

    def stored_size(self, tenant_id: str, sha256: str) -> int | None:
        """The size of the object in the bucket, whatever copy there is here; None when there is none."""
        with contextlib.suppress(FileNotFoundError):
            return self._bucket.size(_blob(tenant_id, sha256))
        return None

    def has(self, tenant_id: str, sha256: str) -> bool:
        """Whether there is an object of that name."""
        try:
            self.size(tenant_id, sha256)
        except FileNotFoundError:
            return False
        return True

    def size(self, tenant_id: str, sha256: str) -> int:
        """The object's size in bytes."""
        kept = self._copies.used(tenant_id, sha256)
        return kept.stat().st_size if kept is not None else self._bucket.size(_blob(tenant_id, sha256))

    def beginning(self, tenant_id: str, sha256: str) -> bytes:
        """The blob's first bytes, none when it is not there; asked for once, for they never change."""
        known = self._beginnings.get((tenant_id, sha256))
        if known is None:
            try:
                known = self._bucket.beginning(_blob(tenant_id, sha256), BEGINNING_BYTES)
            except FileNotFoundError:
                return b""
            if len(self._beginnings) >= _BEGINNINGS_MAX:
                self._beginnings.clear()
            self._beginnings[tenant_id, sha256] = known
        return known

    def path(self, tenant_id: str, sha256: str) -> Path:
        """A local copy of the blob, fetched and checked when there is none yet."""
        kept = self._copies.used(tenant_id, sha256)
        if kept is not None:
            return kept
        with self._spool.file() as whole:
            try:
                found = self._fetch([_blob(tenant_id, sha256)], whole)
            except FileNotFoundError:
                return self._copies.path(tenant_id, sha256)
            if found != sha256:
                raise Unavailable("The blob store gave other bytes than this blob's.", retry_after_s=RETRY_AFTER_S)
            return self._copies.take(tenant_id, sha256, whole)

    def spool(self) -> Path:
        """A folder on this machine's disk."""
        return self._spool.folder()

    def stored(self) -> Iterator[StoredBlob]:
        """All objects that are blobs."""
        for found in self._bucket.list("blob/"):
            tenant_id, _, sha256 = found.path.split("/")[1:]
            yield StoredBlob(tenant_id, sha256, found.size)

    def partials(self) -> Iterator[Partial]:
        """All unfinished uploads."""
        by_blob: dict[tuple[str, str], Partial] = {}
        for found in self._bucket.list("part/"):
            tenant_id, sha256, _ = found.path.split("/")[1:]
            known = by_blob.get((tenant_id, sha256), Partial(tenant_id, sha256, 0, found.modified_at))
            touched_at = max(known.touched_at, found.modified_at)
            by_blob[tenant_id, sha256] = Partial(tenant_id, sha256, known.size + found.size, touched_at)
        yield from by_blob.values()

    def check(self) -> None:
        """Raises what stands against storing blobs. Once the store has answered it is not asked again.

        When it fails later, events still come in; a server that went out of service for the store's sake would refuse those too.
        """
        self._spool.check()
        if not self._bucket.has_answered:
            with self._spool.file() as probe:
                probe.write_bytes(b"ready")
                self._bucket.send("ready", probe)

    def _chunks(self, tenant_id: str, sha256: str) -> list[tuple[int, int]]:
        """Offset and size of the chunks that follow one another from the start; what lies beyond a gap does not count."""
        found = sorted((int(one.path.rpartition("/")[2]), one.size) for one in self._bucket.list(f"part/{tenant_id}/{sha256}/"))
        chunks, end = [], 0
        for offset, size in found:
            if offset == end:
                chunks.append((offset, size))
                end += size
        return chunks

    def _gather(self, tenant_id: str, sha256: str, whole: Path) -> str | None:
        """Write all chunks to one file; the bytes' hash, or None when another process removes them meanwhile."""
        try:
            return self._fetch([_part(tenant_id, sha256, offset) for offset, _ in self._chunks(tenant_id, sha256)], whole)
        except FileNotFoundError:
            return None

    def _fetch(self, paths: list[str], to: Path) -> str:
        """Write objects into one file; the hash of all their bytes."""
        digest = hashlib.sha256()
        with full_disk_is_a_problem(), to.open("wb") as file:
            for path in paths:
                for piece in self._bucket.read(path):
                    digest.update(piece)
                    file.write(piece)
        return digest.hexdigest()


def _part(tenant_id: str, sha256: str, offset: int) -> str:
    return f"part/{tenant_id}/{sha256}/{offset:012d}"


def _blob(tenant_id: str, sha256: str) -> str:
    return f"blob/{tenant_id}/{sha256[:2]}/{sha256}"
