"""Whether the rows about blobs and the blob store agree, both ways."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select, tuple_

from app.services.office import Office
from app.store import blob_notes
from app.store.blob_store import StoredBlob
from app.store.blobs import Blob, BlobName
from app.store.db import reading

_AT_ONCE = 1_000
Key = tuple[str, str]
Some = TypeVar("Some")


def faults(office: Office, *, read_bytes: bool) -> Iterator[str]:
    """What is wrong, one sentence each with what to do. The store is never asked while a transaction is open."""
    for noted in _noted():
        for tenant_id, sha256, size in noted:
            yield from _blob_faults(office, tenant_id, sha256, size, read_bytes=read_bytes)
        for _, sha256 in _keys(noted) - _named(_keys(noted)):
            yield f"Blob {sha256}: no event names it. Nothing shows it; it may stay."
    with reading() as session:
        for _, sha256 in blob_notes.unasked(session, _AT_ONCE):
            yield f"Blob {sha256}: named and not stored, but no phone is asked for it. Run flask blobs sweep."
    for stored in _batches(office.blobs.stored()):
        yield from _stray_faults(stored)
    for parts in _batches(office.blobs.partials()):
        keys = {(part.tenant_id, part.sha256) for part in parts}
        for tenant_id, sha256 in keys - _named(keys):
            yield f"Upload {sha256} of tenant {tenant_id}: begun, but no event names it. It may be deleted."


def _blob_faults(office: Office, tenant_id: str, sha256: str, size: int, *, read_bytes: bool) -> Iterator[str]:
    """Asked of the store itself: a local copy may outlive what the store has lost."""
    what_to_do = f"Bring it from a backup, or ask the phone that may still hold it: flask blobs ask {sha256}."
    held = office.blobs.stored_size(tenant_id, sha256)
    if held is None:
        yield f"Blob {sha256}: noted as stored, but not there. {what_to_do}"
    elif held != size:
        yield f"Blob {sha256}: stored with another size. {what_to_do}"
    elif read_bytes and office.blobs.verify(tenant_id, sha256) is None:
        yield f"Blob {sha256}: its bytes have changed. {what_to_do}"


def _stray_faults(stored: list[StoredBlob]) -> Iterator[str]:
    """Files that no row notes. The rows are asked after the files, so what arrives meanwhile is not taken for a stray."""
    keys = {(blob.tenant_id, blob.sha256) for blob in stored}
    strays = keys - _rows_of(keys)
    named = _named(strays)
    for tenant_id, sha256 in sorted(strays):
        if (tenant_id, sha256) in named:
            yield f"Blob {sha256}: there, but not noted as stored. Its phone's next try has it noted; there is nothing to do."
        else:
            yield f"Blob {sha256} of tenant {tenant_id}: there, but nothing notes or names it. It may be deleted, but not after a restore."


def _noted() -> Iterator[list[tuple[str, str, int]]]:
    """All rows of blobs by key, some at once; each lot in a transaction of its own."""
    after: Key = ("", "")
    while True:
        behind = tuple_(Blob.tenant_id, Blob.sha256) > after
        query = select(Blob.tenant_id, Blob.sha256, Blob.size).where(behind).order_by(Blob.tenant_id, Blob.sha256).limit(_AT_ONCE)
        with reading() as session:
            rows = [(row.tenant_id, row.sha256, row.size) for row in session.execute(query)]
        if not rows:
            return
        yield rows
        after = rows[-1][:2]


def _named(keys: set[Key]) -> set[Key]:
    """Those that an event names."""
    return _among(BlobName, keys)


def _rows_of(keys: set[Key]) -> set[Key]:
    """Those that are noted as stored."""
    return _among(Blob, keys)


def _among(model: Any, keys: set[Key]) -> set[Key]:
    found: set[Key] = set()
    with reading() as session:
        for some in _batches(keys, 400):
            query = select(model.tenant_id, model.sha256).where(tuple_(model.tenant_id, model.sha256).in_(some)).distinct()
            found |= {(row.tenant_id, row.sha256) for row in session.execute(query)}
    return found


def _keys(rows: Iterable[tuple[str, str, int]]) -> set[Key]:
    return {(tenant_id, sha256) for tenant_id, sha256, _ in rows}


def _batches(items: Iterable[Some], size: int = _AT_ONCE) -> Iterator[list[Some]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
