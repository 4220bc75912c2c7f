"""A service network as its people use it: orders come in, crews are sent, phones work and sync with real keys, the office reviews."""

import dataclasses
import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import event

from app import standards as shipped_standards
from app.domain import checklist
from app.services import accounts, dispatch, enrol, orders, standards
from app.services.office import Office
from app.store.db import db, writing
from app.store.jobs import JobView
from app.store.reference import Model
from tests.phone import Phone, enrolled

Json = dict[str, Any]

PASSWORD = "correct horse battery"
WASHER, FRIDGE, OVEN = "06901234567892", "06901234567809", "06901234567816"
SPLIT, HEATER = "06901234567823", "06901234567830"
MODELS = (
    (WASHER, "Washer", "washing_machine"),
    (FRIDGE, "Fridge", "refrigerator"),
    (OVEN, "Oven", "oven"),
    (SPLIT, "Split", "air_conditioner"),
    (HEATER, "Heater", "water_heater"),
)
HEADERS = {"X-Doorstep": "1"}
_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_numbers = itertools.count(1)


def cheap_hashing(app: Flask) -> Office:
    """The application's office, with passwords hashed so cheaply that tests need not wait."""
    made: Office = app.extensions["doorstep"]
    office = dataclasses.replace(made, hasher=_CHEAP)
    app.extensions["doorstep"] = office
    return office


@dataclass
class Network:
    """One tenant: two stations, people by login, a platform with its key, a catalogue and the shipped standards."""

    app: Flask
    office: Office
    name: str
    tenant_id: str
    stations: list[str]
    people: dict[str, str]
    platform_id: str
    platform_key: str
    phones: dict[str, Phone] = field(default_factory=dict)

    def signed_in(self, login: str) -> FlaskClient:
        """A browser in which a person has signed in."""
        client = self.app.test_client()
        body = {"login": f"{login}.{self.name}", "password": PASSWORD}
        response = client.post("/api/v1/session", json=body, headers=HEADERS)
        assert response.status_code == 200, response.text
        return client

    def phone(self, login: str = "wang") -> Phone:
        """A person's phone, enrolled when first asked for."""
        if login not in self.phones:
            code = enrol.make_code(self.office, self.tenant_id, self.people[login], None).code
            self.phones[login] = enrolled(self.app.test_client(), code)
        return self.phones[login]

    def take_in(self, **changes: Any) -> str:
        """The job of a new order."""
        source = orders.from_platform(self.platform_id, "Shop")
        return orders.take_in(self.office, self.tenant_id, source, order(**changes)).job_id

    def send(self, job_id: str, *crew: str, **plan: Any) -> int:
        """Dispatch a job to people by login; its rev."""
        user_ids = [self.people[login] for login in crew]
        return dispatch.dispatch(self.office, self.tenant_id, self.people["dora"], job_id, dispatch.Plan(user_ids, **plan))

    def job(self, *crew: str, **changes: Any) -> str:
        """The job of a new order, with a crew when one is named."""
        job_id = self.take_in(**changes)
        if crew:
            self.send(job_id, *crew)
        return job_id

    def finished(self, login: str = "wang", *, upload: bool = True, **changes: Any) -> str:
        """A job that its installer has done to the end on a phone; with `upload`, all blobs arrived too."""
        job_id = self.job(login, **changes)
        phone = self.phone(login)
        phone.sync()
        blobs = work(phone, job_id, self.documents(job_id))
        phone.sync()
        if upload:
            deliver(phone, blobs)
        return job_id

    def failed(self, login: str = "wang") -> str:
        """A job whose visit ended at a closed door."""
        job_id = self.job(login)
        phone = self.phone(login)
        phone.sync()
        visit = phone.jobs[job_id]["state"]["visit_id"]
        phone.record(job_id, "visit.departed", {"visit_id": visit})
        phone.record(job_id, "visit.failed", {"visit_id": visit, "reason": "nobody_home", "note": None})
        phone.sync()
        return job_id

    def documents(self, job_id: str) -> list[Json]:
        """The standards that a job pins."""
        found = standards.pinned(db.session(), self.tenant_id, self.state(job_id))
        db.session.rollback()
        return found

    def view(self, job_id: str) -> JobView:
        """A job's row as it is now."""
        db.session.rollback()
        return db.session.get_one(JobView, job_id)

    def state(self, job_id: str) -> Json:
        """A job's state as it is now."""
        found: Json = json.loads(self.view(job_id).state)
        return found


def network(app: Flask, name: str = "north", *, standards_published: bool = True) -> Network:
    """A network of that name, with the shipped standards published or only offered; logins end in `.name`."""
    office = cheap_hashing(app)
    tenant_id = accounts.make_tenant(name.title())
    stations = [accounts.make_station(tenant_id, f"{name.title()} {number}") for number in (1, 2)]
    people = {}
    for login, role, station in (
        ("wang", "installer", 0),
        ("li", "installer", 0),
        ("zhao", "installer", 1),
        ("sun", "supervisor", 0),
        ("qian", "supervisor", None),
        ("dora", "dispatcher", None),
        ("edit", "editor", None),
        ("adam", "admin", None),
    ):
        people[login] = accounts.make_user(
            office,
            tenant_id,
            f"{login}.{name}",
            login.title(),
            role,
            station_id=None if station is None else stations[station],
            password=None if role == "installer" else PASSWORD,
        )
    platform_id, platform_key = accounts.make_platform(tenant_id, "Shop")
    with writing() as session:
        for gtin, title, category in MODELS:
            session.add(Model(tenant_id=tenant_id, gtin=gtin, name=title, category=category))
        for document in shipped_standards.current() if standards_published else ():
            standards.publish(session, tenant_id, document)
    return Network(app, office, name, tenant_id, stations, people, platform_id, platform_key)


def order(**changes: Any) -> Json:
    """An order of one washing machine, as a platform sends it."""
    return {
        "order_ref": f"SO-{next(_numbers)}",
        "services": ["deliver", "install"],
        "customer": {"name": "陈静", "phone": "138 0000 0001", "language": "zh-Hans"},
        "address": {"lines": ["1 Garden Road"], "city": "Hangzhou"},
        "units": [{"gtin": WASHER, "serial": f"WM{next(_numbers):06d}"}],
        "slot": {"from": "2026-11-22T01:00:00.000Z", "to": "2026-11-22T03:00:00.000Z"},
        "note": None,
    } | changes


def picture(size: tuple[int, int] = (64, 48), form: str = "JPEG", **save: Any) -> bytes:
    """A picture that no other call has drawn."""
    number = next(_numbers)
    drawn = Image.new("RGB", size, (number % 256, number // 256 % 256, 90))
    held = io.BytesIO()
    drawn.save(held, form, **save)
    return held.getvalue() + number.to_bytes(4, "big")


def work(phone: Phone, job_id: str, documents: list[Json]) -> list[bytes]:
    """Record a whole visit on a phone, step by step as its checklist asks; the blobs it named."""
    state = phone.jobs[job_id]["state"]
    visit = state["visit_id"]
    blobs: list[bytes] = []
    phone.record(job_id, "visit.departed", {"visit_id": visit})
    phone.record(job_id, "visit.arrived", {"visit_id": visit})
    done: list[Json] = []
    while step := next((one for one in checklist.steps(state, documents) if _place(one) not in done), None):
        done.append(_place(step))
        for asked in step["rule"]["evidence"]:
            blobs += _give(phone, job_id, _place(step), asked, state)
    phone.record(job_id, "visit.completed", {"visit_id": visit, "outcome": "completed", "note": None})
    return blobs


def sign(phone: Phone, job_id: str, **data: Any) -> list[bytes]:
    """Record a customer's acceptance; the statement's and the strokes' bytes."""
    statement = json.dumps({"v": 1, "job_id": job_id, "number": next(_numbers)}).encode()
    strokes = json.dumps({"v": 1, "w": 300, "h": 100, "strokes": [[[1, 2, 0], [next(_numbers), 4, 9]]]}).encode()
    members = {
        "outcome": "accepted",
        "reason": None,
        "statement_sha256": digest(statement),
        "statement_size": len(statement),
        "strokes_sha256": digest(strokes),
        "strokes_size": len(strokes),
        "typed_name": None,
        "name": "陈静",
        "relation": "customer",
        "language": "zh-Hans",
    }
    phone.record(job_id, "signoff.recorded", members | data)
    return [statement, strokes]


def agree(phone: Phone, job_id: str, place: Json) -> list[bytes]:
    """Record that the customer agreed at a step; the text's and the strokes' bytes."""
    text = json.dumps({"v": 1, "type": "doorstep-acknowledgement", "step_id": place["step_id"], "number": next(_numbers)}).encode()
    strokes = json.dumps({"v": 1, "w": 300, "h": 100, "strokes": [[[1, 2, 0], [next(_numbers), 4, 9]]]}).encode()
    named = {"text_sha256": digest(text), "text_size": len(text), "strokes_sha256": digest(strokes), "strokes_size": len(strokes)}
    phone.record(job_id, "step.acknowledged", place | named | {"name": "陈静", "relation": "customer", "language": "zh-Hans"})
    return [text, strokes]


def snap(phone: Phone, job_id: str, place: Json, role: str, **data: Any) -> bytes:
    """Record a photo; its bytes."""
    content = picture()
    phone.photo(job_id, content, role=role, **place, **data)
    return content


def deliver(phone: Phone, blobs: list[bytes]) -> None:
    """Send blobs until the office has them."""
    for content in blobs:
        response = phone.patch(digest(content), content)
        assert response.status_code == 200, response.text


def digest(content: bytes) -> str:
    """A blob's name."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "PRAGMA")):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _place(step: Json) -> Json:
    return {name: step[name] for name in ("step_id", "unit_id", "component")}


def _give(phone: Phone, job_id: str, place: Json, asked: Json, state: Json) -> list[bytes]:
    """Record what one piece of evidence asks for. An answer is noted in `state` too: later steps depend on it."""
    kind = asked["kind"]
    if kind == "photo":
        return [snap(phone, job_id, place, asked["role"]) for _ in range(asked["min"])]
    if kind == "signoff":
        return sign(phone, job_id)
    if kind == "scan":
        unit = next(unit for unit in state["units"] if unit["unit_id"] == place["unit_id"])
        parts = {part["component_id"]: part["serial"] for part in unit["components"]}
        serial = parts.get(place["component"]) or unit["serial"]
        raw = {"raw": serial, "symbology": "Code128", "method": "camera", "gtin": None, "serial": serial, "verdict": "match"}
        phone.record(job_id, "unit.scanned", place | raw)
        return []
    if kind == "acknowledge":
        return agree(phone, job_id, place)
    value: Any = {"confirm": True, "text": "as agreed", "reading": asked.get("min") or asked.get("max"), "date": "2025-06-30"}.get(kind)
    if kind == "choice":
        value = asked["options"][0]["value"]
    if kind == "multi":
        value = [option["value"] for option in asked["options"]]
    phone.record(job_id, "step.answered", place | {"value": value, "unit": asked.get("unit"), "exception": None})
    state["answers"].append(place | {"value": value, "exception": None, "current": True})
    return []
