"""`flask seed demo`: a network with a day of jobs, made once, and planned anew when its day has passed.

Nothing is written past the services: orders come in, crews are dispatched, phones sign and sync, supervisors judge. The same day gives
the same jobs, answers and photos; ids, keys and the password are drawn by chance.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app import clock
from app.domain.events import JsonObject
from app.services import dispatch, orders, review, standards
from app.services.demo import catalogue, day, kept
from app.services.demo.day import DAY, PlannedJob
from app.services.demo.kept import Kept
from app.services.demo.network import Network, established, phone_of
from app.services.demo.phone import Phone
from app.services.demo.visit import Visit
from app.services.job_view import state_of
from app.services.office import Office
from app.store.db import db, end_transaction
from app.store.jobs import JobView
from app.store.people import Tenant

# A whole visit is over before the day is planned, whatever the hour: the longest of them takes less.
_VISIT_MAX = timedelta(minutes=150)
_ENDED = (day.FINISHED, day.RETURNED, day.SEALED)


@dataclass(frozen=True, slots=True)
class Access:
    """How to get in: console logins with their one password, an installer's login for an enrolment link, the platform's API key."""

    logins: tuple[str, ...]
    password: str
    installer: str
    platform_key: str


def seed_demo(office: Office) -> str:
    """Make the demo, or plan today anew, and return what was done in one sentence. A second call on the same day changes nothing."""
    today = day.today()
    memory = kept.begin(office)
    if memory.planned_day == today.isoformat() and _is_here(memory):
        return f"The demo day {today} is planned already."
    network = established(office, memory)
    jobs = {plan.number: _ordered(office, network, plan, today) for plan in DAY}
    _dispatch_all(office, network, jobs)
    visiting: dict[str, list[PlannedJob]] = defaultdict(list)
    for plan in DAY:
        if plan.crew:
            visiting[catalogue.INSTALLERS[plan.crew[0]].login].append(plan)
    for person in catalogue.INSTALLERS:
        phone = phone_of(office, memory, network, person.login)
        _work(phone, network, visiting[person.login], jobs, today)
    _judge(office, network, jobs)
    memory.planned_day = today.isoformat()
    kept.write(office, memory)
    return f"The demo day {today} is planned: {len(DAY)} jobs."


def access(office: Office) -> Access | None:
    """How to sign in to the demo; None when this database holds none."""
    memory = kept.read(office)
    if memory is None or memory.platform_key is None or not _is_here(memory):
        return None
    logins = tuple(person.login for person in catalogue.CONSOLE_PEOPLE)
    return Access(logins, memory.password, catalogue.INSTALLERS[0].login, memory.platform_key)


def _is_here(memory: Kept) -> bool:
    """Whether the tenant that is remembered is in this database; it may have been emptied since."""
    found = memory.tenant_id is not None and db.session.get(Tenant, memory.tenant_id) is not None
    end_transaction()
    return found


def _ordered(office: Office, network: Network, plan: PlannedJob, today: date) -> str:
    """The job of an order; every sixth order was typed in at the desk."""
    if plan.number % 6 == 0:
        source = orders.from_console(network.users[catalogue.DISPATCHER.login])
    else:
        source = orders.from_platform(network.platform_id, catalogue.PLATFORM)
    return orders.take_in(office, network.tenant_id, source, plan.order(today)).job_id


def _dispatch_all(office: Office, network: Network, jobs: dict[int, str]) -> None:
    actor = network.users[catalogue.DISPATCHER.login]
    for plan in DAY:
        if plan.reaches != day.PLANNED and _view(jobs[plan.number]).stage == "planned":
            crew = [network.users[catalogue.INSTALLERS[place].login] for place in plan.crew]
            station = network.stations[catalogue.INSTALLERS[plan.crew[0]].station or 0]
            dispatch.dispatch(office, network.tenant_id, actor, jobs[plan.number], dispatch.Plan(crew, station))


def _work(phone: Phone, network: Network, plans: list[PlannedJob], jobs: dict[int, str], today: date) -> None:
    """Let a phone record what its day has brought so far, and deliver it."""
    phone.sync()
    for plan in plans:
        job_id = jobs[plan.number]
        held = phone.jobs.get(job_id)
        if held is not None and held.state["stage"] == "dispatched" and plan.reaches != day.DISPATCHED:
            subjects = [plan.subject(today, place) for place in range(len(plan.units))]
            visit = Visit(phone, job_id, plan, subjects, _pinned(network, held.state), _departs(plan, today))
            _carry_out(visit, plan)
            phone.sync()


def _carry_out(visit: Visit, plan: PlannedJob) -> None:
    """As much of a visit as the plan says; nothing of it lies in the future."""
    visit.depart()
    if plan.reaches == day.ON_THE_WAY:
        return
    visit.arrive()
    if plan.reaches == day.FAILED:
        visit.fail_at_the_door()
    elif plan.reaches == day.ON_SITE:
        visit.work("match_serial")
    elif plan.reaches in _ENDED:
        visit.work("take_back")
        visit.sign()
        visit.finish()


def _departs(plan: PlannedJob, today: date) -> datetime:
    takes = {day.ON_THE_WAY: timedelta(minutes=12), day.ON_SITE: timedelta(minutes=60)}.get(plan.reaches, _VISIT_MAX)
    return min(plan.slot(today)[0] - timedelta(minutes=10), clock.now() - takes)


def _judge(office: Office, network: Network, jobs: dict[int, str]) -> None:
    """What the supervisors decided so far: one photo sent back, one job approved."""
    supervisors = [network.users[person.login] for person in catalogue.SUPERVISORS]
    for plan in DAY:
        view = _view(jobs[plan.number])
        if view.stage != "finished" or view.blobs_missing:
            continue  # judged already, or a run that was cut short never delivered its photos
        actor = supervisors[catalogue.INSTALLERS[plan.crew[0]].station or 0]
        if plan.reaches == day.RETURNED:
            finding = _blurred_plate(view) | {"note": "铭牌看不清，请重拍", "mark": {"x": 150, "y": 640, "w": 560, "h": 200}}
            review.open_finding(office, network.tenant_id, actor, view.job_id, finding)
        elif plan.reaches == day.SEALED:
            review.approve(office, network.tenant_id, actor, view.job_id, rev=view.rev, note=None)


def _blurred_plate(view: JobView) -> JsonObject:
    photos = state_of(view)["photos"]
    return {"photo_id": next(one["photo_id"] for one in photos if one["role"] == "rating_plate"), "reason": "blurred"}


def _pinned(network: Network, state: JsonObject) -> list[JsonObject]:
    found = standards.pinned(db.session(), network.tenant_id, state)
    end_transaction()
    return found


def _view(job_id: str) -> JobView:
    view = db.session.scalars(select(JobView).where(JobView.job_id == job_id)).one()
    db.session.expunge(view)
    end_transaction()
    return view
