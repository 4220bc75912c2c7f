"""A small service network to test in: made by the same rows and decisions as a real one."""

import json
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, ids
from app.services import desk, enrol, standards
from app.services.office import Office
from app.standards import current
from app.store.db import db, writing
from app.store.jobs import JobView
from app.store.people import Station, Tenant, User
from tests.phone import Phone, enrolled

GTIN = "06901234567892"


@dataclass(frozen=True)
class World:
    """One tenant with a station, two installers and a supervisor, by id."""

    office: Office
    tenant_id: str
    station_id: str
    wang: str
    li: str
    supervisor: str

    def code(self, user_id: str | None = None) -> str:
        """A fresh enrolment code, for Wang unless said otherwise."""
        return enrol.make_code(self.office, self.tenant_id, user_id or self.wang, self.supervisor).code

    def decide(self, job_id: str, kind: str, **data: Any) -> int:
        """Take one decision; the job's rev then."""
        with writing() as session:
            return desk.decide(session, self.office, self.tenant_id, self.supervisor, [(job_id, kind, data)])[job_id]

    def job(self, *crew: str, serial: str | None = "WM0001", slot: bool = True) -> str:
        """A job with one washing machine; dispatched when there is a crew."""
        job_id = ids.uuid7()
        decisions = [(job_id, "job.created", order(serial))]
        if slot:
            decisions.append((job_id, "job.scheduled", {"slot": {"from": "2026-11-22T01:00:00.000Z", "to": "2026-11-22T03:00:00.000Z"}}))
        with writing() as session:
            desk.decide(session, self.office, self.tenant_id, self.supervisor, decisions)
        if crew:
            self.dispatch(job_id, *crew)
        return job_id

    def dispatch(self, job_id: str, *crew: str, visit_id: str = "visit-1") -> None:
        """Give a job to a crew."""
        place = {"visit_id": visit_id, "station_id": self.station_id, "standards": pinned(self.tenant_id)}
        self.decide(job_id, "job.dispatched", crew=list(crew), **place)

    def view(self, job_id: str) -> JobView:
        """The job's row as it is now."""
        db.session.rollback()
        return db.session.scalars(select(JobView).where(JobView.job_id == job_id)).one()

    def state(self, job_id: str) -> dict[str, Any]:
        """A job's folded state, as the office sees it."""
        found: dict[str, Any] = json.loads(self.view(job_id).state)
        return found


def order(serial: str | None = "WM0001") -> dict[str, Any]:
    """The data of a `job.created`."""
    return {
        "order_ref": f"SO-{ids.token(4)}",
        "platform": None,
        "services": ["deliver", "install"],
        "customer": {"name": "陈静", "phone": "13800000001", "language": "zh-Hans"},
        "address": {"lines": ["1 Garden Road"], "city": "Hangzhou", "postcode": "310000", "lat_e6": 30_250_000, "lon_e6": 120_160_000},
        "units": [{"unit_id": "unit-1", "gtin": GTIN, "category": "washing_machine", "name": "Washer", "serial": serial, "components": []}],
        "note": None,
    }


def pinned(tenant_id: str) -> list[dict[str, Any]]:
    """What a job could pin: every standard that is in force."""
    in_force = [one for one in standards.published(tenant_id) if one["standing"] == "in_force"]
    return [{name: one[name] for name in ("standard_id", "version", "digest")} for one in in_force]


def make(office: Office, name: str = "North") -> World:
    """A network of that name in the office's database."""
    world = World(office, *(f"{name.lower()}-{part}" for part in ("tenant", "station", "wang", "li", "boss")))
    with writing() as session:
        session.add(Tenant(tenant_id=world.tenant_id, name=name, created_at=clock.now()))
        session.flush()
        session.add(Station(station_id=world.station_id, tenant_id=world.tenant_id, name=f"{name} 1"))
        session.flush()
        for user_id, role in ((world.wang, "installer"), (world.li, "installer"), (world.supervisor, "supervisor")):
            place = {"tenant_id": world.tenant_id, "station_id": world.station_id}
            session.add(User(user_id=user_id, login=user_id, name=user_id.title(), role=role, **place))
        for document in current():
            standards.publish(session, world.tenant_id, document)
    return world


def phone_that_names(content: bytes, client: FlaskClient, world: World) -> Phone:
    """An enrolled phone whose log names a photo that the server does not have yet."""
    phone = enrolled(client, world.code())
    phone.photo(world.job(world.wang), content)
    phone.sync()
    return phone
