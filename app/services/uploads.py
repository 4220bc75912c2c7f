"""Blobs on their way in: offsets, chunks, the final check and the receipt (PROTOCOL B)."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import clock, ids
from app.problems import BlobDigestMismatch, BlobNotNamed, BlobOffset, BlobTooLarge, ChunkDamaged, NotFound
from app.services import receipts
from app.services.office import Office
from app.store import blob_notes, turns
from app.store.blobs import Blob, BlobName
from app.store.db import changing, db, end_transaction, looking
from app.store.jobs import JobCrew
from app.store.prepared import Bound
from app.store.spool import full_disk_is_a_problem

BLOB_BYTES_MAX = 26_214_400
CHUNK_BYTES_MAX = 4_194_304
_PIECE_BYTES = 131_072

Reader = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk's headers: where it goes, the blob's whole length, its own length and hash."""

    offset: int
    blob_length: int
    length: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """How much of a blob is held; with a receipt when it is whole."""

    offset: int
    length: int | None
    receipt: dict[str, Any] | None


def offset(office: Office, tenant_id: str, device_id: str, sha256: str) -> Held:
    """How many bytes of a blob are held.

    Raises `BlobNotNamed`.
    """
    size = _stored_size(office, tenant_id, device_id, sha256)
    if size is not None:
        return Held(size, size, None)
    return Held(office.blobs.held(tenant_id, sha256), None, None)


def receive(office: Office, tenant_id: str, device_id: str, sha256: str, chunk: Chunk, read: Reader) -> Held:
    """Append a chunk whose bytes come from `read`; the last one makes the blob whole and durable.

    The bytes go to disk as they come and are counted and hashed before any is appended; no database connection is held
    meanwhile, nor while the store works. Raises `BlobNotNamed`, `BlobTooLarge`, `BlobOffset`, `ChunkDamaged`, `BlobDigestMismatch`,
    `StorageFullProblem`, `Unavailable`.
    """
    size = _stored_size(office, tenant_id, device_id, sha256)
    if size is not None:
        return _whole(office, tenant_id, sha256, size)
    if chunk.blob_length > BLOB_BYTES_MAX or chunk.length > CHUNK_BYTES_MAX:
        raise BlobTooLarge
    held = office.blobs.held(tenant_id, sha256)
    if held > chunk.blob_length:  # begun by somebody who took the blob for a longer one
        office.blobs.drop(tenant_id, sha256)
        raise BlobOffset(offset=0)
    if held < chunk.blob_length:  # else the server died before it could check what it held
        if held != chunk.offset or chunk.offset + chunk.length > chunk.blob_length:
            raise BlobOffset(offset=held)
        return _append(office, tenant_id, sha256, chunk, read)
    return _finish(office, tenant_id, sha256)


def _append(office: Office, tenant_id: str, sha256: str, chunk: Chunk, read: Reader) -> Held:
    """Take in a chunk and say what is held then.

    A chunk that is the whole blob, as most photos come, is put in its place as it is: not copied, not hashed twice.
    """
    spooled = office.blobs.spool() / ids.uuid7()
    try:
        _spool(spooled, chunk, read)
        if chunk.length == chunk.blob_length and chunk.sha256.hex() == sha256:
            office.blobs.accept(tenant_id, sha256, spooled)
            return _noted(office, tenant_id, sha256, chunk.length)
        held = office.blobs.append(tenant_id, sha256, chunk.offset, spooled)
    finally:
        spooled.unlink(missing_ok=True)
    if held is None:
        return _overtaken(office, tenant_id, sha256)
    return _finish(office, tenant_id, sha256) if held == chunk.blob_length else Held(held, chunk.blob_length, None)


def _finish(office: Office, tenant_id: str, sha256: str) -> Held:
    """All bytes are held: check them, and vouch for them."""
    size = office.blobs.finish(tenant_id, sha256)
    if size is None:
        raise BlobDigestMismatch
    return _noted(office, tenant_id, sha256, size)


def _noted(office: Office, tenant_id: str, sha256: str, size: int) -> Held:
    """Note a blob that is stored, and only then give a receipt for it."""
    register(tenant_id, sha256, size)
    return _whole(office, tenant_id, sha256, size)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A blob that is stored whole."""

    tenant_id: str
    sha256: str
    size: int


_LINE = turns.Line[_Arrived, None]()


def register(tenant_id: str, sha256: str, size: int) -> None:
    """Note a stored blob as verified, and count it in the jobs that wait for it: in one transaction with others that come just then."""
    _LINE.serve(_Arrived(tenant_id, sha256, size), lambda arrived: turns.write_together(changing, arrived, _note))


def _note(bound: Bound, arrived: Sequence[_Arrived]) -> list[None]:
    now = clock.now()
    for tenant_id in sorted({one.tenant_id for one in arrived}):
        sizes = {one.sha256: one.size for one in arrived if one.tenant_id == tenant_id}
        job_ids = blob_notes.lock_waiting(bound, tenant_id, sizes)
        blob_notes.note_stored(bound, tenant_id, sizes, now)
        blob_notes.count_again(bound, job_ids)
    return [None for _ in arrived]


def require_readable(tenant_id: str, sha256: str, installer_id: str | None = None) -> None:
    """Let pass who may read a verified blob. An installer gets only blobs of jobs that are now in their hands.

    Raises `NotFound` when there is no such blob for the caller.
    """
    query = select(Blob.sha256).where(Blob.tenant_id == tenant_id, Blob.sha256 == sha256)
    if installer_id is not None:
        in_hand = (
            select(BlobName.sha256)
            .join(JobCrew, JobCrew.job_id == BlobName.job_id)
            .where(BlobName.tenant_id == tenant_id, BlobName.sha256 == sha256, JobCrew.user_id == installer_id, JobCrew.is_open)
        )
        query = query.where(in_hand.exists())
    found = db.session.scalars(query).first()
    end_transaction()
    if found is None:
        raise NotFound


def _stored_size(office: Office, tenant_id: str, device_id: str, sha256: str) -> int | None:
    """The size of the blob when it is stored whole, None when it is still wanted.

    A blob that is stored but not noted, because the server died in between, is noted now. No transaction is left open.
    """
    with looking() as bound:
        naming = blob_notes.named_by(bound, tenant_id, device_id, sha256)
    if naming is None:
        raise BlobNotNamed
    return note_if_stored(office, tenant_id, sha256) if naming.size is None else naming.size


def note_if_stored(office: Office, tenant_id: str, sha256: str) -> int | None:
    """The size of a blob that lies in the store, whole, without being noted; it is noted now. None when it is not there."""
    size = office.blobs.verify(tenant_id, sha256)
    if size is not None:
        register(tenant_id, sha256, size)
    return size


def _whole(office: Office, tenant_id: str, sha256: str, size: int) -> Held:
    return Held(size, size, receipts.blob_receipt(office, tenant_id, sha256, size))


def _overtaken(office: Office, tenant_id: str, sha256: str) -> Held:
    """Another request for the same blob was faster: say what is held now."""
    size = note_if_stored(office, tenant_id, sha256)
    if size is not None:
        return _whole(office, tenant_id, sha256, size)
    raise BlobOffset(offset=office.blobs.held(tenant_id, sha256))


def _spool(path: Path, chunk: Chunk, read: Reader) -> None:
    """Write exactly the announced bytes to `path`. Fewer, or others than announced, are `ChunkDamaged` (B4)."""
    digest = hashlib.sha256()
    left = chunk.length
    with full_disk_is_a_problem(), path.open("wb") as file:
        while left and (piece := read(min(left, _PIECE_BYTES))):
            digest.update(piece)
            file.write(piece)
            left -= len(piece)
    if left or digest.digest() != chunk.sha256:
        raise ChunkDamaged
