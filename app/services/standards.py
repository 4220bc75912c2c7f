"""Publishing standards and giving out their exact bytes."""

from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.domain import standard
from app.domain.events import JsonObject
from app.problems import NotFound
from app.store.db import db, end_transaction, reading
from app.store.reference import StandardVersion

VERSIONS_MAX = 500


def publish(session: Session, tenant_id: str, document: bytes) -> str:
    """Make a document one of the tenant's standards, and return its digest; doing it again changes nothing.

    Raises `StandardInvalid`.
    """
    read = standard.read(document)
    digest = standard.digest_of(document)
    if session.get(StandardVersion, (tenant_id, digest)) is None:
        session.add(
            StandardVersion(
                tenant_id=tenant_id,
                digest=digest,
                standard_id=read["standard_id"],
                version=read["version"],
                document=document,
                published_at=clock.now(),
            )
        )
        session.flush()
    return digest


def newest(session: Session, tenant_id: str) -> list[JsonObject]:
    """The newest version of each of the tenant's standards: `{standard_id, version, digest, categories}`."""
    rows = session.scalars(
        select(StandardVersion)
        .where(StandardVersion.tenant_id == tenant_id)
        .order_by(StandardVersion.published_at, StandardVersion.version)
    )
    by_id = {row.standard_id: row for row in rows}
    return [
        {
            "standard_id": row.standard_id,
            "version": row.version,
            "digest": row.digest,
            "categories": _parsed(row.document)["categories"],
        }
        for _, row in sorted(by_id.items())
    ]


def published(tenant_id: str) -> list[JsonObject]:
    """All versions of the tenant's standards, each standard's newest first:
    `{standard_id, version, digest, title, summary, categories, rules, published_at, is_newest}`.
    """
    query = select(StandardVersion).where(StandardVersion.tenant_id == tenant_id).limit(VERSIONS_MAX)
    order = (StandardVersion.standard_id, StandardVersion.published_at.desc(), StandardVersion.version.desc())
    found: list[JsonObject] = []
    with reading() as session:
        for row in session.scalars(query.order_by(*order)):
            read = _parsed(row.document)
            found.append(
                {
                    **{name: read[name] for name in ("standard_id", "version", "title", "categories")},
                    "summary": read.get("summary"),
                    "digest": row.digest,
                    "rules": len(read["rules"]),
                    "published_at": clock.stamp(row.published_at),
                    "is_newest": not found or found[-1]["standard_id"] != row.standard_id,
                }
            )
    return found


def pinned(session: Session, tenant_id: str, state: JsonObject) -> list[JsonObject]:
    """The documents of the versions that a job pins, in their order."""
    digests = [one["digest"] for one in state["standards"]]
    rows = session.scalars(select(StandardVersion).where(StandardVersion.tenant_id == tenant_id, StandardVersion.digest.in_(digests)))
    documents = {row.digest: row.document for row in rows}
    return [_parsed(documents[digest]) for digest in digests if digest in documents]


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
    if found is None:
        raise NotFound
    return found.document


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> JsonObject:
    return standard.read(raw)
