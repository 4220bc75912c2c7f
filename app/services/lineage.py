"""Lineages: a database that was restored from a backup is another line of history than the one that went on (DESIGN 4.5)."""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app import clock, ids
from app.services.office import Office
from app.store.db import writing
from app.store.devices import Device, EnrolmentCode
from app.store.people import ConsoleSession
from app.store.reference import Lineage


def begin_lineage(office: Office) -> str:
    """Begin a new lineage in this database and return its `server_epoch`; nothing else may serve from the database meanwhile.

    What a phone was told before counts no longer: it sends everything again that it holds. What was good for one use only is void,
    because it may have been used after the backup: enrolment codes and sign-ins. The desks begin new logs, so that no place of one
    ever holds two decisions; their old logs stay as they are.
    """
    with writing() as session:
        server_epoch = begin_lineage_in(session)
    office.forget_lineage()
    return server_epoch


def begin_lineage_in(session: Session) -> str:
    """As `begin_lineage`, in a database that no office is on; the caller commits."""
    now = clock.now()
    session.execute(delete(ConsoleSession))
    session.execute(update(EnrolmentCode).where(EnrolmentCode.spent_at.is_(None)).values(expires_at=now))
    session.execute(update(Device).where(Device.kind == "desk", Device.revoked_at.is_(None)).values(revoked_at=now))
    session.execute(delete(Lineage))
    lineage = Lineage(lineage_id=1, server_epoch=ids.uuid7(), began_at=now)
    session.add(lineage)
    return lineage.server_epoch
