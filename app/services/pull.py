"""What a phone should hold: its manifest, newer snapshots, wanted blobs (PROTOCOL S10 to S13).

The cost grows with open jobs, not with history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import bindparam, select, text, true

from app.domain.events import JsonObject
from app.services.standings import Author
from app.store.blobs import Blob, BlobName
from app.store.db import table
from app.store.jobs import JobCrew, JobView
from app.store.people import User
from app.store.prepared import Bound, Prepared, among

SNAPSHOTS_MAX = 25
WANTED_MAX = 200
_job, _crew, _user, _name, _blob = (table(of) for of in (JobView, JobCrew, User, BlobName, Blob))
# Both lists begin at the caller's own rows, so that no plan walks through a whole tenant.
_MANIFESTS = Prepared(
    select(_crew.c.user_id, _crew.c.tenant_id, _crew.c.job_id, _job.c.rev)
    .select_from(_crew.join(_job, _job.c.job_id == _crew.c.job_id))
    .where(among(_crew.c.user_id, "user_ids"), _crew.c.is_open == true())
    .order_by(_crew.c.job_id)
)
_STATES = Prepared(select(_job.c.job_id, _job.c.rev, _job.c.fold_v, _job.c.state).where(among(_job.c.job_id, "job_ids")))
_NAMES = Prepared(select(_user.c.user_id, _user.c.name).where(among(_user.c.user_id, "user_ids")))
# As text, because an index for some of the rows is used only when its condition stands in the statement itself.
_AWAITED = text("blob_name.awaited")
_WANTED = Prepared(
    select(_name.c.sha256)
    .select_from(_name.outerjoin(_blob, (_blob.c.tenant_id == _name.c.tenant_id) & (_blob.c.sha256 == _name.c.sha256)))
    .where(_name.c.device_id == bindparam("device_id"), _AWAITED, _blob.c.sha256.is_(None))
    .order_by(_name.c.epoch, _name.c.seq)
    .limit(2 * WANTED_MAX)
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A device that asks what is new: the jobs it has, by rev, and how far its log is stored in this same state of the database."""

    author: Author
    have: Mapping[str, int]
    own_seq: int
    may_pull: bool


def pull(bound: Bound, askings: Sequence[Asking]) -> list[dict[str, Any]]:
    """For each device the pulling half of its reply: `manifest`, `jobs`, `more`, `blobs_wanted`.

    A job counts as newer whenever its rev differs from the one the device has: after a restore it may be lower.
    """
    manifests = _manifests(bound, [asking.author for asking in askings if asking.may_pull])
    holding = [manifests[asking.author.user_id] if asking.may_pull else {} for asking in askings]
    differing = [
        [job_id for job_id, rev in holds.items() if asking.have.get(job_id) != rev] for asking, holds in zip(askings, holding, strict=True)
    ]
    snapshots = _snapshots(bound, {job_id for job_ids in differing for job_id in job_ids[:SNAPSHOTS_MAX]})
    return [
        {
            "blobs_wanted": _wanted(bound, asking.author),
            "manifest": None if holds == dict(asking.have) else [[job_id, rev] for job_id, rev in holds.items()],
            "jobs": [snapshots[job_id] | {"own_seq": asking.own_seq} for job_id in job_ids[:SNAPSHOTS_MAX]],
            "more": len(job_ids) > SNAPSHOTS_MAX,
        }
        for asking, holds, job_ids in zip(askings, holding, differing, strict=True)
    ]


def _manifests(bound: Bound, authors: Sequence[Author]) -> dict[str | None, dict[str, int]]:
    """The jobs that these users should hold, by user, each with its rev and in order of their ids."""
    tenants: dict[str | None, str] = {author.user_id: author.tenant_id for author in authors}
    found: dict[str | None, dict[str, int]] = {user_id: {} for user_id in tenants}
    for user_id, tenant_id, job_id, rev in _MANIFESTS.rows(bound, {"user_ids": list(tenants)}) if tenants else ():
        if tenants[user_id] == tenant_id:
            found[user_id][job_id] = rev
    return found


def _snapshots(bound: Bound, job_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Snapshots as they are sent, but for whom. A state goes out as the very text that its row holds."""
    if not job_ids:
        return {}
    rows = _STATES.rows(bound, {"job_ids": list(job_ids)})
    named = {job_id: _who(orjson.loads(state)) for job_id, _, _, state in rows}
    names: dict[str, str] = dict(_NAMES.rows(bound, {"user_ids": list(set().union(*named.values()))}))
    return {
        job_id: {
            "job_id": job_id,
            "rev": rev,
            "own_seq": 0,
            "fold_v": fold_v,
            "state": orjson.Fragment(state),
            "people": {user_id: names[user_id] for user_id in named[job_id] if user_id in names},
        }
        for job_id, rev, fold_v, state in rows
    }


def _who(state: JsonObject) -> list[str]:
    """Whose names the phone shows: the crew, and who sent something back."""
    return list(dict.fromkeys([*state["crew_ever"], *(finding["actor"] for finding in state["findings"])]))


def _wanted(bound: Bound, author: Author) -> list[str]:
    """Blobs that this device's events name and that are not verified, oldest first."""
    rows = _WANTED.rows(bound, {"device_id": author.device_id})
    return list(dict.fromkeys(sha256 for (sha256,) in rows))[:WANTED_MAX]
