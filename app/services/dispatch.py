"""Giving jobs to crews, and taking them back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain.events import JsonObject
from app.domain.job_state import find
from app.problems import InvalidBody, JobState, NotFound
from app.services import standards
from app.services.desk import Decision, decide
from app.services.job_view import state_of
from app.services.office import Office
from app.services.orders import slot_problem
from app.store import log
from app.store.db import writing
from app.store.people import Station, User

CREW_MAX = 6
_CLOSED = ("cancelled", "approved", "sealed")
_NOT_BEGUN = ("planned", "dispatched")


@dataclass(frozen=True, slots=True)
class Plan:
    """Who goes: the crew's user ids, from which station (None: the job's, else the first installer's), and when (None: as it is)."""

    crew: Sequence[str]
    station_id: str | None = None
    slot: Mapping[str, str] | None = None


def dispatch(office: Office, tenant_id: str, actor: str, job_id: str, plan: Plan) -> int:
    """Give a job to a crew and pin the standards in force when the visit begins; returns the job's rev.

    A visit under way keeps its standards, whoever goes on with it; a job whose last visit did not do all gets a new visit.
    Raises `NotFound`, `InvalidBody` for a crew, station or slot that cannot be, and `JobState`.
    """
    with writing() as session:
        state = _open_job(session, tenant_id, job_id)
        crew = _crew(session, tenant_id, plan.crew)
        why = slot_problem(plan.slot)
        if why:
            raise _invalid("#/slot", why)
        visit_id = _visit_id(state)
        goes_on = visit_id == state["visit_id"] and state["stage"] not in _NOT_BEGUN
        data = {
            "visit_id": visit_id,
            "station_id": _station(session, tenant_id, plan, state, crew),
            "crew": [user.user_id for user in crew],
            "standards": state["standards"] if goes_on else _standards(session, tenant_id, state, plan.slot or state["slot"]),
        }
        decisions: list[Decision] = [(job_id, "job.dispatched", data)]
        if plan.slot and plan.slot != state["slot"]:
            decisions.insert(0, (job_id, "job.scheduled", {"slot": {name: plan.slot[name] for name in ("from", "to")}}))
        return decide(session, office, tenant_id, actor, decisions)[job_id]


def cancel(office: Office, tenant_id: str, actor: str, job_id: str, reason: str) -> int:
    """Call a job off; returns its rev. What its crew has recorded, or still sends, is kept.

    Raises `NotFound` and `JobState`.
    """
    with writing() as session:
        _open_job(session, tenant_id, job_id)
        return decide(session, office, tenant_id, actor, [(job_id, "job.cancelled", {"reason": reason})])[job_id]


def _open_job(session: Session, tenant_id: str, job_id: str) -> JsonObject:
    """The state of a job that may still change, its row locked."""
    view = log.lock_jobs(session, tenant_id, [job_id]).get(job_id)
    if view is None:
        raise NotFound
    if view.stage in _CLOSED:
        raise JobState(stage=view.stage, rev=view.rev, why=[view.stage])
    return state_of(view)


def _crew(session: Session, tenant_id: str, user_ids: Sequence[str]) -> list[User]:
    found = {
        user.user_id: user
        for user in session.scalars(
            select(User).where(
                User.tenant_id == tenant_id, User.user_id.in_(user_ids), User.role == "installer", User.disabled_at.is_(None)
            )
        )
    }
    for index, user_id in enumerate(user_ids):
        if user_id not in found:
            raise _invalid(f"#/crew/{index}", "Not an installer in service here.")
    crew = [found[user_id] for user_id in dict.fromkeys(user_ids)]
    if not 1 <= len(crew) <= CREW_MAX:
        raise _invalid("#/crew", "A crew has 1 to 6 installers.")
    return crew


def _station(session: Session, tenant_id: str, plan: Plan, state: JsonObject, crew: Sequence[User]) -> str:
    station_id = plan.station_id or state["station_id"] or next((user.station_id for user in crew if user.station_id), None)
    known = select(Station.station_id).where(Station.tenant_id == tenant_id, Station.station_id == station_id)
    if station_id is None or session.scalar(known) is None:
        raise _invalid("#/station_id", "Not a station here.")
    return station_id


def _visit_id(state: JsonObject) -> str:
    """The visit that goes on, or a new one when there was none or the last one left work to do."""
    visit: JsonObject | None = find(state["visits"], "visit_id", state["visit_id"])
    if visit is None or visit["outcome"] in ("failed", "partial"):
        return ids.uuid7()
    return str(visit["visit_id"])


def _standards(session: Session, tenant_id: str, state: JsonObject, slot: Mapping[str, str] | None) -> list[JsonObject]:
    """The standards in force when the visit begins that concern this job."""
    begins = clock.now() if slot is None else max(clock.now(), clock.parse(slot["from"]))
    fitting = standards.for_order(session, tenant_id, state, begins)
    if not fitting:
        raise JobState("No service standard is published for this job.", stage=state["stage"], why=["no_standard"])
    return fitting


def _invalid(pointer: str, why: str) -> InvalidBody:
    return InvalidBody(errors=[{"pointer": pointer, "detail": why}])
