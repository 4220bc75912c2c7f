"""Jobs that a restore took away and that phones still speak of: what their set-aside facts say (PROTOCOL S7, docs/adr/0006)."""

import contextlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app import clock
from app.domain.events import JsonObject, Unreadable, data_problem, knows, named_blobs, parse_body
from app.services import media, orders, statements
from app.services.office import Office
from app.store import blob_notes, lost_jobs
from app.store.db import reading

JOBS_MAX = 50
EVENTS_MAX = 5_000
PHOTOS_SHOWN = 60


def spoken_of(office: Office, tenant_id: str) -> list[JsonObject]:
    """The newest 50 jobs that this database does not have, from the newest 5,000 facts that name one.

    Of each: `{job_id, facts, kinds, people, first_at, last_at, photos, blobs_missing, signoff, statement, again}`. `statement` is what the
    customer was shown, when it came; `again` are the jobs that the same order has made since.
    """
    with reading() as session:
        by_job: dict[str, list[tuple[Row[Any], JsonObject]]] = {}
        for row in lost_jobs.facts(session, tenant_id, EVENTS_MAX):
            body = _body(row)
            if body is not None and (body["job_id"] in by_job or len(by_job) < JOBS_MAX):
                by_job.setdefault(body["job_id"], []).append((row, body))
        named = {sha256 for facts in by_job.values() for _, body in facts for sha256 in _blobs(body)}
        here = {sha256 for _, sha256 in blob_notes.noted(session, [(tenant_id, sha256) for sha256 in named])} if named else set()
    found = [_said(office, tenant_id, job_id, facts, here) for job_id, facts in by_job.items()]
    with reading() as session:
        sources = [orders.CONSOLE, *(orders.from_platform(one, "").key for one in lost_jobs.platform_ids(session, tenant_id))]
        return [one | {"again": _again(session, tenant_id, sources, one["statement"])} for one in found]


def _body(row: Row[Any]) -> JsonObject | None:
    with contextlib.suppress(Unreadable):
        body = parse_body(bytes(row.body or b"").decode("utf-8", "replace"), json.loads)
        return body if knows(body["kind"], body["kv"]) and data_problem(body["kind"], body["data"]) is None else {**body, "data": {}}
    return None


def _blobs(body: JsonObject) -> Iterable[str]:
    return named_blobs(body["kind"], body["data"]) if body["data"] else ()


def _said(office: Office, tenant_id: str, job_id: str, facts: list[tuple[Row[Any], JsonObject]], here: set[str]) -> JsonObject:
    """What the facts of one job say, the newest of them first."""
    bodies = [body for _, body in facts]
    named = {sha256 for body in bodies for sha256 in _blobs(body)}
    photos = list(dict.fromkeys(body["data"]["sha256"] for body in reversed(bodies) if body["kind"] == "photo.captured" and body["data"]))
    signoff = next((body["data"] for body in bodies if body["kind"] == "signoff.recorded" and body["data"]), None)
    shown, _ = statements.of_last_signoff(office, tenant_id, {"signoffs": [signoff]}) if signoff and named <= here else (None, None)
    return {
        "job_id": job_id,
        "facts": len(facts),
        "kinds": dict(Counter(body["kind"] for body in bodies)),
        "people": sorted({row.user_name for row, _ in facts if row.user_name}),
        "first_at": clock.stamp(min(row.received_at for row, _ in facts)),
        "last_at": clock.stamp(max(row.received_at for row, _ in facts)),
        "photos": [one for one in photos if one in here and media.is_picture(office.blobs.beginning(tenant_id, one))][:PHOTOS_SHOWN],
        "blobs_missing": len(named - here),
        "signoff": {name: signoff[name] for name in ("outcome", "reason", "name")} if signoff else None,
        "statement": _plain(shown),
    }


def _plain(statement: Mapping[str, Any] | None) -> JsonObject | None:
    """Whose job it was, as the customer was shown it; whatever is no text is left out, because a phone wrote it."""
    if statement is None:
        return None
    order_ref, customer = (value if isinstance(value, str) else None for value in map(statement.get, ("order_ref", "customer")))
    address, units = statement.get("address"), statement.get("units")
    lines, named = (value if isinstance(value, list) else [] for value in (address, units))
    return {"order_ref": order_ref, "customer": customer, "address": _texts(lines), "units": _texts(_names(named))}


def _texts(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def _names(units: Iterable[object]) -> Iterable[object]:
    return (unit.get("name") for unit in units if isinstance(unit, dict))


def _again(session: Session, tenant_id: str, sources: list[str], statement: JsonObject | None) -> list[JsonObject]:
    if statement is None or statement["order_ref"] is None:
        return []
    rows = lost_jobs.of_order(session, tenant_id, sources, statement["order_ref"])
    return [{"job_id": row.job_id, "order_ref": row.order_ref, "stage": row.stage} for row in rows]
