"""SQL about jobs that phones speak of and that this database does not have."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.db import table
from app.store.devices import Device
from app.store.events import IS_SET_ASIDE, EventRow
from app.store.jobs import JobView
from app.store.people import Platform, User
from app.store.reference import Order

_event, _device, _user = (table(of) for of in (EventRow, Device, User))
_FLAGS = '["unknown_job"]'
_ORDERS_MAX = 5


def facts(session: Session, tenant_id: str, rows_max: int) -> Sequence[Any]:
    """Facts set aside because nobody knows their job, the newest first: `body, received_at, user_name`."""
    with_people = _event.join(_device, _device.c.device_id == _event.c.device_id).outerjoin(_user, _user.c.user_id == _device.c.user_id)
    query = (
        select(_event.c.body, _event.c.received_at, _user.c.name.label("user_name"))
        .select_from(with_people)
        .where(_event.c.tenant_id == tenant_id, IS_SET_ASIDE, _event.c.flags == _FLAGS)
        .order_by(_event.c.received_at.desc(), _event.c.device_id, _event.c.epoch.desc(), _event.c.seq.desc())
        .limit(rows_max)
    )
    return session.execute(query).all()


def of_order(session: Session, tenant_id: str, sources: Sequence[str], order_ref: str) -> Sequence[Any]:
    """The jobs that an order of that reference has made, from any of these sources: `job_id, order_ref, stage`."""
    query = select(JobView.job_id, Order.order_ref, JobView.stage).join(Order, Order.job_id == JobView.job_id)
    is_order = (Order.tenant_id == tenant_id, Order.source.in_(sources), Order.order_ref == order_ref)
    return session.execute(query.where(*is_order).limit(_ORDERS_MAX)).all()


def platform_ids(session: Session, tenant_id: str) -> Sequence[str]:
    """All who may send the tenant orders."""
    return session.scalars(select(Platform.platform_id).where(Platform.tenant_id == tenant_id)).all()
