"""What lies in the blob store without a note in the database: blobs that were not noted yet, uploads that will never be finished."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from app.services.office import Office
from app.services.uploads import note_if_stored
from app.store import blob_notes
from app.store.blob_notes import Place
from app.store.db import reading, writing

PARTIAL_AGE_MAX = timedelta(days=30)
_AT_ONCE = 300

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Orphans:
    """Whole blobs that are not noted, by whether an event names them. A phone that sends a named one again has it noted."""

    named: list[Place] = field(default_factory=list)
    nameless: list[Place] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: blobs noted, unfinished uploads removed, and nameless blobs that it left alone."""

    noted: list[Place]
    removed: list[Place]
    nameless: list[Place]


def orphans(office: Office) -> Orphans:
    """Find whole blobs that are not noted: a server died before it could, or the database is older than the blobs."""
    found = Orphans()
    for places in _in_lots((blob.tenant_id, blob.sha256) for blob in office.blobs.stored()):
        with reading() as session:
            unnoted = [place for place in places if place not in blob_notes.noted(session, places)]
            named = blob_notes.named(session, unnoted)
        for place in unnoted:
            (found.named if place in named else found.nameless).append(place)
    return found


def sweep(office: Office, now: datetime) -> Swept:
    """Note whole blobs that events name, see that phones are asked for those that are missing, and remove useless unfinished uploads.

    Of no use is one whose blob is noted as whole, and one that no event names and nobody has added to for 30 days, also when that changes
    while the sweep is under way: whoever names a blob just then finds its upload as it was, or begins it again. A whole blob is never
    removed: after a restore, the events that name it may still be on a phone.
    """
    alone = orphans(office)
    noted = [place for place in alone.named if note_if_stored(office, *place) is not None]
    _settle()
    removed = []
    for partials in _in_lots(office.blobs.partials()):
        places = [(one.tenant_id, one.sha256) for one in partials]
        with reading() as session:
            whole, named = blob_notes.noted(session, places), blob_notes.named(session, places)
        for place in places:
            if place in whole:
                office.blobs.drop(*place)
                removed.append(place)
            elif place not in named and office.blobs.drop_stale(*place, now - PARTIAL_AGE_MAX):
                removed.append(place)
    return Swept(noted, removed, alone.nameless)


def _settle() -> None:
    """Put right what says that something is missing which came at the very moment when another event named it."""
    with writing() as session:
        blob_notes.settle_awaited(session)
    with reading() as session:
        waiting = blob_notes.waiting_jobs(session)
    for tenant_id, job_id in waiting:
        with writing() as session:
            blob_notes.count_again(session, blob_notes.lock_jobs(session, tenant_id, [job_id]))


def _in_lots(things: Iterable[T]) -> Iterator[list[T]]:
    """Lists of so many as one query takes."""
    rest = iter(things)
    while lot := list(islice(rest, _AT_ONCE)):
        yield lot
