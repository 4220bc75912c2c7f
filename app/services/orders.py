"""Orders in: each makes one job, however often it is sent."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock, ids
from app.domain.events import JsonObject
from app.domain.gs1 import gtin14
from app.domain.phone import normal_phone
from app.domain.serial import is_serial, normal_serial
from app.problems import InvalidBody, OrderConflict, UnknownGtin
from app.services.desk import Decision, decide
from app.services.office import Office
from app.store.db import writing
from app.store.reference import Model, Order

CONSOLE = "console"
SERVICES = ("deliver", "install", "take_back")
SLOT_MAX = timedelta(hours=12)
UNITS_MAX = 20
COMPONENTS_MAX = 8
# As rules of components name them (docs/STANDARD.md). A second one of a kind is `indoor-2`.
PARTS = ("indoor", "outdoor")
# Leaves room in an event's body (PROTOCOL L1) for what stands around an order's content.
CONTENT_BYTES_MAX = 14_000

# No vowel but A and E, nothing that looks like something else: typed from a printed label by a hand in a glove.
_UNIT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_UNIT_LETTERS_COUNT = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends orders: `key` is what an order's reference is unique within, `actor` signs the decision, `platform` is its name."""

    key: str
    actor: str
    platform: str | None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The job of an order; `is_new` when this call made it."""

    job_id: str
    is_new: bool


def from_platform(platform_id: str, name: str) -> Source:
    """A platform's orders."""
    return Source(f"platform:{platform_id}"[:64], platform_id, name)


def from_console(user_id: str) -> Source:
    """Orders that the tenant's own people type in."""
    return Source(CONSOLE, user_id, None)


def take_in(office: Office, tenant_id: str, source: Source, order: Mapping[str, Any]) -> TakenIn:
    """Make the job of an order; the same reference with the same content gives the same job again.

    `order` is `{order_ref, services, customer, address, units: [{gtin, serial?, components?: [{name, serial?}]}], slot, note}`.
    Raises `InvalidBody` with pointers, `UnknownGtin`, and `OrderConflict` when the reference is known with another content.
    """
    content = _normal(order)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    try:
        with writing() as session:
            return _known(session, tenant_id, source, content, digest) or _make(session, office, tenant_id, source, content, digest)
    except IntegrityError:
        # The same order came twice at once, and the other one was faster.
        with writing() as session:
            known = _known(session, tenant_id, source, content, digest)
        if known is None:
            raise
        return known


def new_unit_id() -> str:
    """An id for a label: ten letters and digits, short enough to type, about 49 bits so that none is guessed."""
    letters: list[str] = []
    while len(letters) < _UNIT_LETTERS_COUNT:
        letters += [_UNIT_LETTERS[value % 30] for value in ids.token_bytes(16) if value < 240]
    return "".join(letters[:5]) + "-" + "".join(letters[5:_UNIT_LETTERS_COUNT])


def slot_problem(slot: Mapping[str, str] | None) -> str | None:
    """What is wrong with a slot, or None."""
    if slot is None:
        return None
    begins, ends = clock.parse(slot["from"]), clock.parse(slot["to"])
    if begins >= ends:
        return "A slot ends after it begins."
    return "A slot is at most 12 hours long." if ends - begins > SLOT_MAX else None


def _normal(order: Mapping[str, Any]) -> JsonObject:
    """The order's content in the one form that is kept and compared.

    Raises `InvalidBody` with everything that is wrong.
    """
    customer, address = order["customer"], order["address"]
    phone = normal_phone(customer["phone"])
    units = [_normal_unit(unit) for unit in order["units"]]
    half_a_place = (address.get("lat_e6") is None) != (address.get("lon_e6") is None)
    errors = [
        ("#/customer/phone", None if phone else "Not a telephone number: 6 to 20 digits, with + and country code or as dialled locally."),
        ("#/slot", slot_problem(order.get("slot"))),
        ("#/address", "Latitude and longitude come together." if half_a_place else None),
        *((f"#/units/{index}/gtin", None if unit["gtin"] else "Not a GTIN: its check digit is wrong.") for index, unit in enumerate(units)),
        *(found for index, unit in enumerate(units) for found in _serial_errors(f"#/units/{index}", unit)),
    ]
    wrong = [{"pointer": pointer, "detail": why} for pointer, why in errors if why]
    if wrong:
        raise InvalidBody(errors=wrong)
    return {
        "order_ref": order["order_ref"],
        "services": [service for service in SERVICES if service in order["services"]],
        "customer": {"name": customer["name"], "phone": phone, "language": customer["language"]},
        "address": {name: address.get(name) for name in ("lines", "city", "postcode", "lat_e6", "lon_e6", "access")},
        "units": units,
        "slot": {name: order["slot"][name] for name in ("from", "to")} if order.get("slot") else None,
        "note": order.get("note"),
    }


def _normal_unit(unit: Mapping[str, Any]) -> JsonObject:
    parts = [
        # Absent rather than null, so that an order that was sent before parts had names is still the same one.
        {"name": part["name"], "serial": _serial(part), **({"part": part["part"]} if part.get("part") else {})}
        for part in unit.get("components") or []
    ]
    return {"gtin": gtin14(unit["gtin"]), "serial": _serial(unit), "components": parts}


def _serial(labelled: Mapping[str, Any]) -> str | None:
    return normal_serial(labelled["serial"]) if labelled.get("serial") else None


def _serial_errors(at: str, unit: JsonObject) -> list[tuple[str, str | None]]:
    named = [(at, unit["serial"]), *((f"{at}/components/{index}", part["serial"]) for index, part in enumerate(unit["components"]))]
    return [(f"{place}/serial", "Not a serial: 4 to 64 of A-Z 0-9 - . /") for place, serial in named if serial and not is_serial(serial)]


def _known(session: Session, tenant_id: str, source: Source, content: JsonObject, digest: str) -> TakenIn | None:
    """The job that this order has made before, if any."""
    found = session.scalars(
        select(Order).where(Order.tenant_id == tenant_id, Order.source == source.key, Order.order_ref == content["order_ref"])
    ).first()
    if found is None:
        return None
    if found.content_digest != digest:
        raise OrderConflict(job_id=found.job_id)
    return TakenIn(found.job_id, is_new=False)


def _make(session: Session, office: Office, tenant_id: str, source: Source, content: JsonObject, digest: str) -> TakenIn:
    models = _models(session, tenant_id, content["units"])
    job_id = ids.uuid7()
    created = {name: content[name] for name in ("order_ref", "services", "customer", "address", "note")}
    created |= {"platform": source.platform, "units": [_unit(unit, models[unit["gtin"]]) for unit in content["units"]]}
    if len(json.dumps(created, ensure_ascii=False).encode()) > CONTENT_BYTES_MAX:
        raise InvalidBody(errors=[{"pointer": "#/units", "detail": "Too much for one job: make two orders of it."}])
    decisions: list[Decision] = [(job_id, "job.created", created)]
    if content["slot"]:
        decisions.append((job_id, "job.scheduled", {"slot": content["slot"]}))
    decide(session, office, tenant_id, source.actor, decisions)
    session.add(_order(tenant_id, source, content["order_ref"], digest, job_id, clock.now()))
    return TakenIn(job_id, is_new=True)


def _order(tenant_id: str, source: Source, order_ref: str, digest: str, job_id: str, now: datetime) -> Order:
    return Order(
        order_id=ids.uuid7(),
        tenant_id=tenant_id,
        source=source.key,
        order_ref=order_ref,
        content_digest=digest,
        job_id=job_id,
        received_at=now,
    )


def _models(session: Session, tenant_id: str, units: Sequence[JsonObject]) -> dict[str, Model]:
    """The catalogue's models of these units.

    Raises `UnknownGtin` for the first one that is not in it.
    """
    wanted = [unit["gtin"] for unit in units]
    models = {row.gtin: row for row in session.scalars(select(Model).where(Model.tenant_id == tenant_id, Model.gtin.in_(wanted)))}
    for index, gtin in enumerate(wanted):
        if gtin not in models:
            raise UnknownGtin(gtin=gtin, pointer=f"#/units/{index}/gtin")
    return models


def _unit(unit: JsonObject, model: Model) -> JsonObject:
    parts: list[JsonObject] = []
    for index, component in enumerate(unit["components"], start=1):
        part = component.get("part")
        alike = sum(one["component_id"].partition("-")[0] == part for one in parts)
        component_id = f"c{index}" if part is None else part if alike == 0 else f"{part}-{alike + 1}"
        parts.append({"component_id": component_id, "name": component["name"], "serial": component["serial"]})
    return unit | {"unit_id": new_unit_id(), "category": model.category, "name": model.name, "components": parts}
