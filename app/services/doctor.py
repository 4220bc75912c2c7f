"""A whole check-up: do rows and blobs agree, do logs verify, do views equal their events?"""

from sqlalchemy import select

from app.services import job_view, log_check
from app.services.office import Office
from app.store.blobs import Blob, BlobName
from app.store.db import reading
from app.store.events import FOLDED, EventRow


def faults(office: Office) -> list[str]:
    """Everything found wrong, one sentence each; empty when all is well. Reads every blob's size, not its bytes."""
    views = [f"Job {job_id}: the view differs from its events." for job_id in job_view.refold(check_only=True)]
    return [*_blob_faults(office), *_rev_faults(), *log_check.faults(), *views]


def _blob_faults(office: Office) -> list[str]:
    found = []
    with reading() as session:
        for blob in session.scalars(select(Blob)):
            if not office.blobs.has(blob.tenant_id, blob.sha256):
                found.append(f"Blob {blob.sha256}: noted as stored, but not there.")
            elif office.blobs.size(blob.tenant_id, blob.sha256) != blob.size:
                found.append(f"Blob {blob.sha256}: stored with another size.")
        unnamed = select(Blob.sha256).where(
            ~select(BlobName.sha256).where(BlobName.tenant_id == Blob.tenant_id, BlobName.sha256 == Blob.sha256).exists()
        )
        found += [f"Blob {sha256}: no event names it." for sha256 in session.scalars(unnamed)]
    return found


def _rev_faults() -> list[str]:
    """Each job's revs count 1, 2, 3, … without a hole."""
    found: list[str] = []
    expected: dict[str | None, int] = {}
    with reading() as session:
        rows = session.execute(
            select(EventRow.job_id, EventRow.rev).where(EventRow.standing == FOLDED).order_by(EventRow.job_id, EventRow.rev)
        )
        for job_id, rev in rows:
            expected[job_id] = expected.get(job_id, 0) + 1
            if rev is not None and rev != expected[job_id]:
                found.append(f"Job {job_id}: rev {expected[job_id]} is missing.")
                expected[job_id] = rev
    return found
