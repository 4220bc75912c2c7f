"""Standards that are being written: kept as they are typed, valid or not, until they are published."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain import standard
from app.domain.events import JsonObject
from app.domain.standard_format import StandardInvalid
from app.problems import DraftChanged, InvalidBody, NotFound
from app.services import standards
from app.store.db import reading, writing
from app.store.people import User
from app.store.reference import StandardDraft

DRAFTS_MAX = 200


def begin(tenant_id: str, user_id: str, document: str, base_digest: str | None) -> JsonObject:
    """A new draft with a document, perhaps of a version that it is to replace; as `read` gives it.

    Raises `InvalidBody` when the document is no JSON object, or there are 200 drafts already.
    """
    _object(document)
    with writing() as session:
        held = session.scalar(select(func.count()).select_from(StandardDraft).where(StandardDraft.tenant_id == tenant_id)) or 0
        if held >= DRAFTS_MAX:
            raise InvalidBody(errors=[{"pointer": "#/document", "detail": f"There are {DRAFTS_MAX} drafts. Throw one away first."}])
        draft = StandardDraft(
            draft_id=ids.uuid7(),
            tenant_id=tenant_id,
            base_digest=base_digest,
            document=document,
            rev=1,
            changed_at=clock.now(),
            changed_by=user_id,
        )
        session.add(draft)
        session.flush()
        return _told(session, draft) | {"document": document}


def listed(tenant_id: str) -> list[JsonObject]:
    """The drafts, the one changed last first:
    `{draft_id, rev, base_digest, standard_id, version, title, changed_at, changed_by, problem}`.
    """
    with reading() as session:
        query = select(StandardDraft).where(StandardDraft.tenant_id == tenant_id).order_by(StandardDraft.changed_at.desc())
        return [_told(session, draft) for draft in session.scalars(query.limit(DRAFTS_MAX))]


def read(tenant_id: str, draft_id: str) -> JsonObject:
    """A draft as `listed` tells it, with its `document`. Raises `NotFound`."""
    with reading() as session:
        draft = _draft(session, tenant_id, draft_id)
        return _told(session, draft) | {"document": draft.document}


def save(tenant_id: str, user_id: str, draft_id: str, rev: int, document: str) -> JsonObject:
    """Put a document in the place of the one that the draft had at `rev`; as `listed` tells the draft.

    Raises `NotFound`, `DraftChanged` and, when the document is no JSON object, `InvalidBody`.
    """
    _object(document)
    with writing() as session:
        draft = _draft(session, tenant_id, draft_id, rev)
        draft.document, draft.rev, draft.changed_at, draft.changed_by = document, rev + 1, clock.now(), user_id
        return _told(session, draft)


def throw_away(tenant_id: str, draft_id: str) -> None:
    """Delete a draft. Raises `NotFound`."""
    with writing() as session:
        session.delete(_draft(session, tenant_id, draft_id))


def publish(tenant_id: str, user_id: str, draft_id: str, rev: int, effective_from: str | None) -> str:
    """Publish what the draft has at `rev`, from a stamp or None for now; the draft goes, and the digest is returned.

    Raises `NotFound`, `DraftChanged` and `StandardRefused`.
    """
    with writing() as session:
        draft = _draft(session, tenant_id, draft_id, rev)
        since = None if effective_from is None else max(clock.parse(effective_from), clock.now())
        digest = standards.publish(session, tenant_id, draft.document.encode(), effective_from=since, published_by=user_id)
        session.delete(draft)
        return digest


def _draft(session: Session, tenant_id: str, draft_id: str, rev: int | None = None) -> StandardDraft:
    draft = session.get(StandardDraft, draft_id)
    if draft is None or draft.tenant_id != tenant_id:
        raise NotFound
    if rev is not None and draft.rev != rev:
        raise DraftChanged(rev=draft.rev)
    return draft


def _object(document: str) -> JsonObject:
    """The JSON object that a draft is at least. Raises `InvalidBody`."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidBody(errors=[{"pointer": "#/document", "detail": "Not a JSON object."}])
    return found


def _told(session: Session, draft: StandardDraft) -> JsonObject:
    written = _object(draft.document)
    try:
        problem = None
        standard.for_publishing(draft.document.encode())
    except StandardInvalid as error:
        problem = {"pointer": error.pointer, "reason": error.reason, "values": error.values, "detail": error.why}
    changed_by = session.get(User, draft.changed_by)
    return {
        "draft_id": draft.draft_id,
        "rev": draft.rev,
        "base_digest": draft.base_digest,
        **{name: _text(written.get(name)) for name in ("standard_id", "version")},
        "title": {name: text for name, text in _members(written.get("title")).items() if isinstance(text, str)},
        "changed_at": clock.stamp(draft.changed_at),
        "changed_by": changed_by.name if changed_by else "",
        "problem": problem,
    }


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""


def _members(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
