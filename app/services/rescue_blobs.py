"""The blobs of a rescue file, by the path that uploads take: hashed as a whole, durable, counted in the jobs that wait for them."""

import hashlib
import io

from app.problems import BlobOffset, Problem
from app.services import rescue_log, uploads
from app.services.office import Office
from app.services.rescue_file import RescueFile
from app.store.db import db, end_transaction

_TRIES = 3
_DEFECTS_FROM = 500


def take_blobs(office: Office, tenant_id: str, rescue: RescueFile) -> dict[str, int]:
    """Take in all blobs of a file; how many came in, were known, are damaged in the file, and how many no event names.

    A damaged one is left for another file or the phone. One that no event names is kept and named by the rescue log.
    """
    nameless = [sha256 for sha256 in rescue.blobs if _namer(tenant_id, sha256) is None]
    rescue_log.name_blobs(office, tenant_id, nameless)
    counted = {"came_in": 0, "known": 0, "damaged": 0, "nameless": len(nameless)}
    for sha256 in rescue.blobs:
        device_id = _namer(tenant_id, sha256) or ""
        if uploads.offset(office, tenant_id, device_id, sha256).length is not None:
            counted["known"] += 1
        else:
            counted["came_in" if _is_taken(office, tenant_id, device_id, sha256, rescue) else "damaged"] += 1
    return counted


def _namer(tenant_id: str, sha256: str) -> str | None:
    found = rescue_log.namer(db.session(), tenant_id, sha256)
    end_transaction()
    return found


def _is_taken(office: Office, tenant_id: str, device_id: str, sha256: str, rescue: RescueFile) -> bool:
    """Take in one blob. False when the file's bytes are not the blob's; the phone may be sending it at the same time."""
    for _ in range(_TRIES):
        begins = uploads.offset(office, tenant_id, device_id, sha256).offset
        try:
            return _sent(office, tenant_id, device_id, sha256, rescue, begins)
        except BlobOffset:
            continue
        except (Problem, ValueError, EOFError) as trouble:
            if isinstance(trouble, Problem) and trouble.status >= _DEFECTS_FROM:
                raise
            return False
    return False


def _sent(office: Office, tenant_id: str, device_id: str, sha256: str, rescue: RescueFile, begins: int) -> bool:
    """Hand the bytes from `begins` on to the uploads, a chunk at a time, as a phone would."""
    size = rescue.blobs[sha256].file_size
    with rescue.blob(sha256) as source:
        source.read(begins)
        while True:
            piece = source.read(uploads.CHUNK_BYTES_MAX)
            chunk = uploads.Chunk(begins, size, len(piece), hashlib.sha256(piece).digest())
            held = uploads.receive(office, tenant_id, device_id, sha256, chunk, io.BytesIO(piece).read)
            if held.receipt is not None:
                return True
            begins = held.offset
