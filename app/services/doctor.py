"""A whole check-up, while serving: do rows and blobs agree, do logs verify, do views equal their events? Each finding says what to do."""

from collections.abc import Iterator

from app.services import check_blobs, check_jobs, conformity, log_check
from app.services.office import Office

_LOG = "Whoever changed it had access to the database: compare with a backup, and do not trust this log's evidence."
_REFOLD = "Run flask jobs refold."


def examine(office: Office, *, read_bytes: bool = False) -> Iterator[str]:
    """Everything found wrong, as it is found, one line each: what, and what to do about it.

    Reads every blob's size, and with `read_bytes` hashes every blob. Takes little memory however much there is, and locks nothing.
    """
    yield from check_blobs.faults(office, read_bytes=read_bytes)
    yield from (f"{fault} {_LOG}" for fault in log_check.faults_of())
    yield from check_jobs.rev_faults()
    yield from (f"{fault} {_REFOLD}" for fault in check_jobs.view_faults())
    yield from (f"{fault} {_REFOLD}" for fault in conformity.faults())
    yield from check_jobs.orphans()


def faults(office: Office) -> list[str]:
    """Everything found wrong; empty when all is well."""
    return list(examine(office))
