"""Asking phones once more for a blob that the office has lost."""

from app.problems import NotFound
from app.services.office import Office
from app.store import blob_notes
from app.store.db import reading, writing


def ask_again(office: Office, sha256: str) -> list[str]:
    """Take back the note that a blob is stored, and count it as missing in its jobs; the ids of the tenants it was lost to.

    Each phone that named it is asked for it at its next contact, and a phone that still holds it sends it. One that lies in the store
    whole stays noted. Raises `NotFound` when no such blob is noted.
    """
    with reading() as session:
        tenants = blob_notes.holders(session, sha256)
    if not tenants:
        raise NotFound
    lost = [tenant_id for tenant_id in tenants if office.blobs.verify(tenant_id, sha256) is None]
    for tenant_id in lost:
        with writing() as session:
            job_ids = blob_notes.lock_waiting(session, tenant_id, [sha256])
            blob_notes.forget_stored(session, tenant_id, sha256)
            blob_notes.count_again(session, job_ids)
    return lost
