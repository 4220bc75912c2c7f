"""Lists of jobs, as the office sees them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.domain.events import JsonObject
from app.domain.log import from_b64, to_b64
from app.problems import InvalidBody
from app.services import standards
from app.services.job_view import state_of
from app.store import job_lists
from app.store.db import reading
from app.store.job_lists import Filter, Mark
from app.store.jobs import JobView
from app.store.people import Station, User

QUEUES = ("review", "waiting", "all")
STAGES = (*job_lists.OPEN_STAGES, "approved", "sealed", "cancelled")
PAGE_MAX = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for. `day` is a day at `utc_offset_minutes` from UTC, judged by the slot's beginning; it needs them."""

    queue: str = "all"
    stage: str | None = None
    words: str | None = None
    station_id: str | None = None
    day: date | None = None
    utc_offset_minutes: int | None = None
    cursor: str | None = None
    limit: int = 50


def page(tenant_id: str, wanted: Wanted) -> JsonObject:
    """One page of jobs: `{jobs: [row…], next: cursor | None, counts}`; at most five queries, however many rows.

    Raises `InvalidBody` for a cursor that is none.
    """
    chosen = _filter(tenant_id, wanted)
    after = _read_cursor(wanted.cursor) if wanted.cursor else None
    if after is not None and (after.at is None) != (job_lists.order_of(chosen) is None):
        raise _bad_cursor()
    with reading() as session:
        views = job_lists.page(session, chosen, after, wanted.limit + 1)
        shown, more = views[: wanted.limit], len(views) > wanted.limit
        states = [state_of(view) for view in shown]
        people = users_by_id(session, tenant_id, {user_id for state in states for user_id in state["crew"]})
        stations = stations_by_id(session, tenant_id, {view.station_id for view in shown if view.station_id})
        notices = _notices(session, tenant_id, {view.job_id: state for view, state in zip(shown, states, strict=True)})
        counts = _counts(job_lists.count_open(session, chosen))
        return {
            "jobs": [_row(view, state, people, stations, notices) for view, state in zip(shown, states, strict=True)],
            "next": _cursor(job_lists.mark_of(chosen, shown[-1])) if more else None,
            "counts": counts,
        }


def users_by_id(session: Session, tenant_id: str, user_ids: Iterable[str]) -> dict[str, str]:
    """Names of the tenant's users."""
    query = select(User.user_id, User.name).where(User.tenant_id == tenant_id, User.user_id.in_(set(user_ids)))
    return {row.user_id: row.name for row in session.execute(query)}


def stations_by_id(session: Session, tenant_id: str, station_ids: Iterable[str]) -> dict[str, str]:
    """Names of the tenant's stations."""
    query = select(Station.station_id, Station.name).where(Station.tenant_id == tenant_id, Station.station_id.in_(set(station_ids)))
    return {row.station_id: row.name for row in session.execute(query)}


def named(some_id: str | None, names: Mapping[str, str]) -> JsonObject | None:
    """`{id, name}`, or None; whoever is no longer known is shown by id."""
    return None if some_id is None else {"id": some_id, "name": names.get(some_id, some_id)}


def is_received(view: JobView) -> bool:
    """Whether a job has ended and every blob that its events name is here (PROTOCOL B8)."""
    return view.blobs_missing == 0 and view.stage in (*job_lists.ENDED, "returned", "approved", "sealed")


def _filter(tenant_id: str, wanted: Wanted) -> Filter:
    begins = None
    if wanted.day is not None:
        begins = _midnight(wanted.day, wanted.utc_offset_minutes)
    return Filter(
        tenant_id=tenant_id,
        queue=wanted.queue,
        stage=wanted.stage,
        words=wanted.words.strip() if wanted.words else None,
        station_id=wanted.station_id,
        slot_from=begins,
        slot_until=begins + timedelta(days=1) if begins else None,
    )


def _midnight(day: date, utc_offset_minutes: int | None) -> datetime:
    """When a day begins. The first and last years are left out, where a day more or less does not exist."""
    if not 1970 <= day.year <= 9998:
        raise InvalidBody(errors=[{"pointer": "#/day", "detail": "A day from 1970 on."}])
    if utc_offset_minutes is None:
        raise InvalidBody(
            errors=[{"pointer": "#/utc_offset_minutes", "detail": "A day begins elsewhere at another time: how far from UTC?"}]
        )
    return datetime.combine(day, time(), timezone(timedelta(minutes=utc_offset_minutes)))


def _counts(rows: Sequence[Any]) -> dict[str, int]:
    """Open jobs by stage, those to review, and those of them that wait for blobs."""
    by_stage = {stage: (jobs, waiting) for stage, jobs, waiting in rows}
    counts = {stage: by_stage.get(stage, (0, 0))[0] for stage in job_lists.OPEN_STAGES}
    ended = [by_stage.get(stage, (0, 0)) for stage in job_lists.ENDED]
    return counts | {"review": sum(jobs for jobs, _ in ended), "waiting_for_blobs": sum(waiting for _, waiting in ended)}


def _notices(session: Session, tenant_id: str, states: Mapping[str, JsonObject]) -> dict[str, list[JsonObject]]:
    """What a supervisor should know of each job at once, by job: `{code, reason, title}`; one query for the words of the standards.

    `reason` is as the phone sent it: of a visit a standard's code, whose `title` by language is added; of a sign-off free text.
    """
    digests = {one["digest"] for state in states.values() if _failed(state) for one in state["standards"]}
    titles = standards.failure_titles(session, tenant_id, digests) if digests else {}
    found = {}
    for job_id, state in states.items():
        failed, signed = _failed(state), state["signoffs"][-1] if state["signoffs"] else None
        found[job_id] = [{"code": "visit_failed", "reason": failed["reason"], "title": titles.get(failed["reason"])}] if failed else []
        if signed is not None and signed["outcome"] != "accepted":
            found[job_id].append({"code": f"signoff_{signed['outcome']}", "reason": signed["reason"], "title": None})
    return found


def _failed(state: JsonObject) -> JsonObject | None:
    """The newest ended visit, when it failed."""
    ended = [visit for visit in state["visits"] if visit["outcome"] is not None]
    return ended[-1] if ended and ended[-1]["outcome"] == "failed" else None


def _row(
    view: JobView,
    state: JsonObject,
    people: Mapping[str, str],
    stations: Mapping[str, str],
    notices: Mapping[str, list[JsonObject]],
) -> JsonObject:
    return {
        "job_id": view.job_id,
        "rev": view.rev,
        "stage": view.stage,
        "order_ref": view.order_ref,
        "customer_name": view.customer_name,
        "city": state["address"]["city"] if state["address"] else None,
        "units": [{"name": unit["name"], "category": unit["category"]} for unit in state["units"]],
        "slot": state["slot"],
        "station": named(view.station_id, stations),
        "crew": [named(user_id, people) for user_id in state["crew"]],
        "blobs_named": view.blobs_named,
        "blobs_missing": view.blobs_missing,
        "received": is_received(view),
        "notices": notices.get(view.job_id, []),
        "anomalies": list(dict.fromkeys(anomaly["code"] for anomaly in state["anomalies"])),
        "open_findings": view.open_findings,
        "ended_at": clock.stamp(view.ended_at) if view.ended_at else None,
        "updated_at": clock.stamp(view.updated_at),
    }


def _cursor(mark: Mark) -> str:
    return to_b64(json.dumps([mark.at.isoformat() if mark.at else None, mark.job_id]).encode())


def _read_cursor(text: str) -> Mark:
    """Raises `InvalidBody`. A cursor that someone made up shows nothing that the list would not: its filters hold anyway."""
    try:
        at, job_id = json.loads(from_b64(text))
        moment = None if at is None else datetime.fromisoformat(at)
        if not isinstance(job_id, str) or len(job_id) > 64 or (moment is not None and moment.tzinfo is None) or not job_id.isascii():
            raise _bad_cursor()
    except (ValueError, TypeError, RecursionError) as error:
        raise _bad_cursor() from error
    return Mark(moment, job_id.replace("\0", ""))


def _bad_cursor() -> InvalidBody:
    return InvalidBody(errors=[{"pointer": "#/cursor", "detail": "Not a cursor that a list has given out."}])
