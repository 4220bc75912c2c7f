"""Publishing standards and giving out their exact bytes."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import lru_cache
from operator import itemgetter

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.domain import standard
from app.domain.events import JsonObject
from app.problems import NotFound, StandardRefused
from app.standards import current
from app.store.db import db, end_transaction, reading, writing
from app.store.reference import StandardVersion

VERSIONS_MAX = 500
_ORDER = (StandardVersion.effective_from, StandardVersion.published_at, StandardVersion.version)


def publish(
    session: Session, tenant_id: str, document: bytes, *, effective_from: datetime | None = None, published_by: str | None = None
) -> str:
    """Make a document one of the tenant's standards, and return its digest; doing it again changes nothing.

    Jobs that are given to a crew for a visit at or after `effective_from` (None: now) use it. Raises `StandardRefused`.
    """
    read = checked(document)
    digest = standard.digest_of(document)
    if session.get(StandardVersion, (tenant_id, digest)) is not None:
        return digest
    now = clock.now()
    _version_is_free(session, tenant_id, read)
    _codes_are_free(session, tenant_id, read, effective_from or now)
    session.add(
        StandardVersion(
            tenant_id=tenant_id,
            digest=digest,
            standard_id=read["standard_id"],
            version=read["version"],
            document=document,
            published_at=now,
            published_by=published_by,
            effective_from=effective_from or now,
        )
    )
    session.flush()
    return digest


def publish_from(tenant_id: str, user_id: str, document: bytes, effective_from: str | None) -> str:
    """Publish a document by somebody's decision, from a stamp or, with None or one that is past, from now. Raises `StandardRefused`."""
    since = None if effective_from is None else max(clock.parse(effective_from), clock.now())
    with writing() as session:
        return publish(session, tenant_id, document, effective_from=since, published_by=user_id)


def checked(document: bytes) -> JsonObject:
    """The standard in a document. Raises `StandardRefused` with the place and the reason."""
    try:
        return standard.for_publishing(document)
    except standard.StandardInvalid as error:
        raise refused(error) from error


def refused(error: standard.StandardInvalid) -> StandardRefused:
    """What is wrong with a document, as a problem."""
    return StandardRefused(f"{error.pointer or '/'}: {error.why}", pointer=error.pointer, reason=error.reason, values=error.values)


def for_order(session: Session, tenant_id: str, state: JsonObject, at: datetime) -> list[JsonObject]:
    """What a job pins, `{standard_id, version, digest}` each: of the versions in force at an instant those that could ask something of
    this order; those about every unit first.
    """
    categories = {unit["category"] for unit in state["units"]}
    fitting = [
        (bool(read["categories"]), {"standard_id": row.standard_id, "version": row.version, "digest": row.digest})
        for row in _in_force(session, tenant_id, at)
        if standard.concerns(read := _parsed(row.document), state["services"], categories)
    ]
    return [one for _, one in sorted(fitting, key=itemgetter(0))]


def withdraw(tenant_id: str, digest: str, why: str | None) -> None:
    """Have no new job use a version any more, or with None, have new jobs use it again. Jobs that pin it keep it.

    Raises `NotFound`, and `StandardRefused` when its rules cannot stand beside those in force since.
    """
    with writing() as session:
        row = session.get(StandardVersion, (tenant_id, digest))
        if row is None:
            raise NotFound
        if why is None:
            row.withdrawn_at = row.withdrawn_why = None
            _codes_are_free(session, tenant_id, _parsed(row.document), max(row.effective_from, clock.now()))
        elif row.withdrawn_at is None:
            row.withdrawn_at, row.withdrawn_why = clock.now(), why


def published(tenant_id: str) -> list[JsonObject]:
    """All versions of the tenant\'s standards, each standard\'s newest first, then what Doorstep brings and nobody uses here:
    `{standard_id, version, digest, title, summary, categories, rules, standing,
    published_at, effective_from, withdrawn_at, withdrawn_why}`.
    `standing` is `in_force`, `scheduled`, `superseded`, `withdrawn` or `offered`.
    """
    query = select(StandardVersion).where(StandardVersion.tenant_id == tenant_id)
    order = (StandardVersion.standard_id, StandardVersion.effective_from.desc(), *(one.desc() for one in _ORDER[1:]))
    with reading() as session:
        rows = session.scalars(query.order_by(*order).limit(VERSIONS_MAX)).all()
        now = clock.now()
        in_force = {row.digest for row in _in_force(session, tenant_id, now)}
    here = {row.digest for row in rows}
    found = [_told(_parsed(row.document), row.digest) | _dates(row, in_force, now) for row in rows]
    offered = [_told(_parsed(raw), digest) | {"standing": "offered"} for digest, raw in _offered().items() if digest not in here]
    return sorted(found + offered, key=lambda one: str(one["standard_id"]))


def pinned(session: Session, tenant_id: str, state: JsonObject) -> list[JsonObject]:
    """The documents of the versions that a job pins, in their order."""
    digests = [one["digest"] for one in state["standards"]]
    rows = session.scalars(select(StandardVersion).where(StandardVersion.tenant_id == tenant_id, StandardVersion.digest.in_(digests)))
    documents = {row.digest: row.document for row in rows}
    return [_parsed(documents[digest]) for digest in digests if digest in documents]


def withdrawn(session: Session, tenant_id: str, state: JsonObject) -> list[JsonObject]:
    """What a job pins and no new one uses any more: `{standard_id, version, withdrawn_at, withdrawn_why}`."""
    digests = [one["digest"] for one in state["standards"]]
    mine = (StandardVersion.tenant_id == tenant_id, StandardVersion.digest.in_(digests), StandardVersion.withdrawn_at.is_not(None))
    columns = (StandardVersion.standard_id, StandardVersion.version, StandardVersion.withdrawn_at, StandardVersion.withdrawn_why)
    rows = session.execute(select(*columns).where(*mine).order_by(StandardVersion.standard_id))
    return [
        {"standard_id": standard_id, "version": version, "withdrawn_at": clock.stamp(at), "withdrawn_why": why}
        for standard_id, version, at, why in rows
        if at is not None
    ]


def failure_titles(session: Session, tenant_id: str, digests: Collection[str]) -> dict[str, dict[str, str]]:
    """What the reasons for a failed visit are called in some versions: reason -> language -> title."""
    rows = session.scalars(
        select(StandardVersion.document).where(StandardVersion.tenant_id == tenant_id, StandardVersion.digest.in_(digests))
    )
    return {one["reason"]: one["title"] for raw in rows for one in _parsed(raw).get("failure_reasons", [])}


def document(tenant_id: str, digest: str) -> bytes:
    """The exact bytes of a version.

    Raises `NotFound` when the tenant has none of that digest.
    """
    found = db.session.get(StandardVersion, (tenant_id, digest))
    end_transaction()
    raw = _offered().get(digest) if found is None else found.document
    if raw is None:
        raise NotFound
    return raw


def _in_force(session: Session, tenant_id: str, at: datetime) -> list[StandardVersion]:
    """Of each standard the version that came into force last and was not withdrawn, by standard."""
    query = select(StandardVersion).where(
        StandardVersion.tenant_id == tenant_id, StandardVersion.effective_from <= at, StandardVersion.withdrawn_at.is_(None)
    )
    by_id = {row.standard_id: row for row in session.scalars(query.order_by(*_ORDER))}
    return [row for _, row in sorted(by_id.items())]


def _version_is_free(session: Session, tenant_id: str, read: JsonObject) -> None:
    named = (StandardVersion.standard_id == read["standard_id"], StandardVersion.version == read["version"])
    if session.scalar(select(StandardVersion.digest).where(StandardVersion.tenant_id == tenant_id, *named)) is not None:
        raise refused(standard.StandardInvalid("/version", "version_taken"))


def _codes_are_free(session: Session, tenant_id: str, read: JsonObject, since: datetime) -> None:
    """Raise `StandardRefused` when another standard has one of the codes; a job has units of any categories, so any two may meet."""
    places = {rule["code"]: f"/rules/{index}/code" for index, rule in enumerate(read["rules"])}
    later = select(StandardVersion).where(
        StandardVersion.tenant_id == tenant_id, StandardVersion.effective_from > since, StandardVersion.withdrawn_at.is_(None)
    )
    for row in (*_in_force(session, tenant_id, since), *session.scalars(later)):
        if row.standard_id != read["standard_id"]:
            for code in (rule["code"] for rule in _parsed(row.document)["rules"]):
                if code in places:
                    other = f"{row.standard_id} {row.version}"
                    raise refused(standard.StandardInvalid(places[code], "code_taken", code=code, standard=other))


def _told(read: JsonObject, digest: str) -> JsonObject:
    return {
        **{name: read[name] for name in ("standard_id", "version", "title", "categories")},
        "summary": read.get("summary"),
        "digest": digest,
        "rules": len(read["rules"]),
    }


def _dates(row: StandardVersion, in_force: Collection[str], now: datetime) -> JsonObject:
    standing = (
        "withdrawn"
        if row.withdrawn_at
        else "in_force"
        if row.digest in in_force
        else "scheduled"
        if row.effective_from > now
        else "superseded"
    )
    return {
        "standing": standing,
        "published_at": clock.stamp(row.published_at),
        "effective_from": clock.stamp(row.effective_from),
        "withdrawn_at": row.withdrawn_at and clock.stamp(row.withdrawn_at),
        "withdrawn_why": row.withdrawn_why,
    }


@lru_cache(maxsize=1)
def _offered() -> Mapping[str, bytes]:
    """The standards that come with Doorstep, the newest version of each, by digest."""
    return {standard.digest_of(raw): raw for raw in current()}


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> JsonObject:
    return standard.read(raw)
