"""What a phone should hold: its manifest, newer snapshots, wanted blobs (PROTOCOL S10 to S13).

The cost grows with open jobs, not with history.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.services.append import Author
from app.store.blobs import Blob, BlobName
from app.store.jobs import JobCrew, JobView
from app.store.people import User

SNAPSHOTS_MAX = 25
WANTED_MAX = 200


def pull(session: Session, author: Author, have: Mapping[str, int], own_seq: int, *, may_pull: bool) -> dict[str, Any]:
    """The pulling half of a sync's reply: `manifest`, `jobs`, `more`, `blobs_wanted`.

    `own_seq` is how far the device's log is stored in this same state of the database. A job counts as newer whenever its rev differs
    from the one the device has: after a restore it may be lower.
    """
    holds = dict(_manifest(session, author)) if may_pull else {}
    differing = [job_id for job_id, rev in holds.items() if have.get(job_id) != rev]
    return {
        "blobs_wanted": _wanted(session, author),
        "manifest": None if holds == dict(have) else [[job_id, rev] for job_id, rev in holds.items()],
        "jobs": _snapshots(session, differing[:SNAPSHOTS_MAX], own_seq),
        "more": len(differing) > SNAPSHOTS_MAX,
    }


def _manifest(session: Session, author: Author) -> Iterable[tuple[str, int]]:
    rows = session.execute(
        select(JobView.job_id, JobView.rev)
        .join(JobCrew, JobCrew.job_id == JobView.job_id)
        .where(JobCrew.user_id == author.user_id, JobCrew.is_open, JobView.tenant_id == author.tenant_id)
        .order_by(JobView.job_id)
    )
    return ((row.job_id, row.rev) for row in rows)


def _snapshots(session: Session, job_ids: Sequence[str], own_seq: int) -> list[dict[str, Any]]:
    if not job_ids:
        return []
    rows = session.execute(
        select(JobView.job_id, JobView.rev, JobView.fold_v, JobView.state).where(JobView.job_id.in_(job_ids)).order_by(JobView.job_id)
    ).all()
    states = {row.job_id: orjson.loads(row.state) for row in rows}
    names = _names(session, {user_id for state in states.values() for user_id in state["crew_ever"]})
    return [
        {
            "job_id": row.job_id,
            "rev": row.rev,
            "own_seq": own_seq,
            "fold_v": row.fold_v,
            "state": states[row.job_id],
            "people": {user_id: names[user_id] for user_id in states[row.job_id]["crew_ever"] if user_id in names},
        }
        for row in rows
    ]


def _names(session: Session, user_ids: Iterable[str]) -> dict[str, str]:
    return {row.user_id: row.name for row in session.execute(select(User.user_id, User.name).where(User.user_id.in_(user_ids)))}


def _wanted(session: Session, author: Author) -> list[str]:
    """Blobs that this device's events name and that are not verified, oldest first."""
    rows = session.execute(
        select(BlobName.sha256, BlobName.epoch, BlobName.seq)
        .outerjoin(Blob, (Blob.tenant_id == BlobName.tenant_id) & (Blob.sha256 == BlobName.sha256))
        .where(BlobName.device_id == author.device_id, BlobName.tenant_id == author.tenant_id, Blob.sha256.is_(None))
        .order_by(BlobName.epoch, BlobName.seq)
        .limit(2 * WANTED_MAX)
    )
    return list(dict.fromkeys(row.sha256 for row in rows))[:WANTED_MAX]
