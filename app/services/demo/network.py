"""The demo's network: one tenant with its stations, people, platform, models and standards, each made once."""

from dataclasses import dataclass

from argon2.exceptions import Argon2Error
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.gs1 import gtin14
from app.services import accounts, standards
from app.services.demo import catalogue, kept
from app.services.demo.catalogue import Person
from app.services.demo.kept import Kept
from app.services.demo.phone import Phone, enrolled, pem_of, reopened
from app.services.office import Office
from app.standards import current
from app.store.db import db, end_transaction, writing
from app.store.devices import Device
from app.store.people import Platform, Station, Tenant, User
from app.store.reference import Model


@dataclass(frozen=True, slots=True)
class Network:
    """The ids of what there is. `users` are by login."""

    tenant_id: str
    stations: tuple[str, ...]
    users: dict[str, str]
    platform_id: str


def established(office: Office, memory: Kept) -> Network:
    """The network as it is, with what is still missing made; `memory` learns the platform's key.

    A database that was emptied gets everything anew under the kept password. Raises `ValueError` when a login of the demo belongs
    to another tenant.
    """
    if memory.tenant_id is None or db.session.get(Tenant, memory.tenant_id) is None:
        end_transaction()
        memory.tenant_id, memory.platform_id, memory.planned_day, memory.phones = _tenant(), None, None, {}
        kept.write(office, memory)
    tenant_id = memory.tenant_id
    stations = tuple(_station(tenant_id, name) for name in catalogue.STATIONS)
    people = (*catalogue.INSTALLERS, *catalogue.CONSOLE_PEOPLE)
    users = {person.login: _user(office, tenant_id, stations, person, memory.password) for person in people}
    if memory.platform_id is None or db.session.get(Platform, memory.platform_id) is None:
        memory.platform_id, memory.platform_key = accounts.make_platform(tenant_id, catalogue.PLATFORM)
        kept.write(office, memory)
    with writing() as session:
        _reference(session, tenant_id)
    return Network(tenant_id, stations, users, memory.platform_id)


def phone_of(office: Office, memory: Kept, network: Network, login: str) -> Phone:
    """The demo's own phone of an installer, enrolled once."""
    user_id = network.users[login]
    known = memory.phones.get(login)
    is_known = known is not None and db.session.get(Device, known["device_id"]) is not None
    end_transaction()
    if known is not None and is_known:
        return reopened(office, network.tenant_id, known["device_id"], user_id, known["pem"])
    phone = enrolled(office, network.tenant_id, user_id, "Demo phone")
    memory.phones[login] = {"device_id": phone.device_id, "pem": pem_of(phone)}
    kept.write(office, memory)
    return phone


def _tenant() -> str:
    """The demo's tenant, found by its first console user when the file that named it is gone."""
    login = catalogue.DISPATCHER.login
    found = db.session.scalar(select(User.tenant_id).join(Tenant).where(User.login == login, Tenant.name == catalogue.TENANT))
    end_transaction()
    return found or accounts.make_tenant(catalogue.TENANT)


def _station(tenant_id: str, name: str) -> str:
    found = db.session.scalar(select(Station.station_id).where(Station.tenant_id == tenant_id, Station.name == name))
    end_transaction()
    return found or accounts.make_station(tenant_id, name)


def _user(office: Office, tenant_id: str, stations: tuple[str, ...], person: Person, password: str) -> str:
    """The person's id; one who was there before keeps what they have, and a console user gets the kept password."""
    found = db.session.execute(select(User.user_id, User.tenant_id, User.password_hash).where(User.login == person.login)).first()
    end_transaction()
    if found is None:
        station_id = None if person.station is None else stations[person.station]
        own = None if person.role == "installer" else password
        return accounts.make_user(office, tenant_id, person.login, person.name, person.role, station_id=station_id, password=own)
    if found.tenant_id != tenant_id:
        raise ValueError(f"the login {person.login} belongs to another tenant")
    if person.role != "installer" and not _is_password(office, found.password_hash, password):
        accounts.set_password(office, person.login, password)
    user_id: str = found.user_id
    return user_id


def _is_password(office: Office, hashed: str, password: str) -> bool:
    try:
        return office.hasher.verify(hashed, password)
    except Argon2Error:
        return False


def _reference(session: Session, tenant_id: str) -> None:
    """Models and standards that are not there yet."""
    for appliance in catalogue.APPLIANCES:
        gtin = gtin14(appliance.gtin)
        if session.get(Model, (tenant_id, gtin)) is None:
            session.add(Model(tenant_id=tenant_id, gtin=gtin, name=appliance.name, category=appliance.category))
    for document in current():
        standards.publish(session, tenant_id, document)
