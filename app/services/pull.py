"""What a phone should hold: its manifest, newer snapshots, wanted blobs (PROTOCOL S10 to S13).

The cost grows with open jobs, not with history.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.events import JsonObject
from app.services.append import Author
from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.jobs import JobCrew, JobView
from app.store.people import User

SNAPSHOTS_MAX = 25
WANTED_MAX = 200
_job, _crew, _user, _name, _blob = (table(of) for of in (JobView, JobCrew, User, BlobName, Blob))
_MANIFEST = (
    select(_job.c.job_id, _job.c.rev)
    .select_from(_job.join(_crew, _crew.c.job_id == _job.c.job_id))
    .where(_crew.c.user_id == bindparam("user_id"), _crew.c.is_open, _job.c.tenant_id == bindparam("tenant_id"))
    .order_by(_job.c.job_id)
)
_STATES = (
    select(_job.c.job_id, _job.c.rev, _job.c.fold_v, _job.c.state)
    .where(_job.c.job_id.in_(bindparam("job_ids", expanding=True)))
    .order_by(_job.c.job_id)
)
_NAMES = select(_user.c.user_id, _user.c.name).where(_user.c.user_id.in_(bindparam("user_ids", expanding=True)))
_WANTED = (
    select(_name.c.sha256, _name.c.epoch, _name.c.seq)
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(_name.c.device_id == bindparam("device_id"), _name.c.tenant_id == bindparam("tenant_id"), _blob.c.sha256.is_(None))
    .order_by(_name.c.epoch, _name.c.seq)
    .limit(2 * WANTED_MAX)
)


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
    rows = session.execute(_MANIFEST, {"user_id": author.user_id, "tenant_id": author.tenant_id})
    return ((row.job_id, row.rev) for row in rows)


def _snapshots(session: Session, job_ids: Sequence[str], own_seq: int) -> list[dict[str, Any]]:
    if not job_ids:
        return []
    rows = session.execute(_STATES, {"job_ids": list(job_ids)}).all()
    states = {row.job_id: orjson.loads(row.state) for row in rows}
    named = {job_id: _who(state) for job_id, state in states.items()}
    names = _names(session, set().union(*named.values()))
    return [
        {
            "job_id": row.job_id,
            "rev": row.rev,
            "own_seq": own_seq,
            "fold_v": row.fold_v,
            "state": states[row.job_id],
            "people": {user_id: names[user_id] for user_id in named[row.job_id] if user_id in names},
        }
        for row in rows
    ]


def _who(state: JsonObject) -> list[str]:
    """Whose names the phone shows: the crew, and who sent something back."""
    return list(dict.fromkeys([*state["crew_ever"], *(finding["actor"] for finding in state["findings"])]))


def _names(session: Session, user_ids: Iterable[str]) -> dict[str, str]:
    return {row.user_id: row.name for row in session.execute(_NAMES, {"user_ids": list(user_ids)})}


def _wanted(session: Session, author: Author) -> list[str]:
    """Blobs that this device's events name and that are not verified, oldest first."""
    rows = session.execute(_WANTED, {"device_id": author.device_id, "tenant_id": author.tenant_id})
    return list(dict.fromkeys(row.sha256 for row in rows))[:WANTED_MAX]
