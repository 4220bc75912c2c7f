"""A phone whose storage was emptied says so after it was enrolled anew; the office then sees it on the phone that it was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.events import Unreadable, parse_body
from app.domain.log import Link
from app.services.append import Result
from app.services.standings import Author
from app.store.devices import Device

_STORED = ("accepted", "flagged")


def note(session: Session, author: Author, links: Sequence[Link], results: Sequence[Result], now: datetime) -> None:
    """When a device that replaces another has stored the fact `storage.lost` of all its storage, mark the replaced one.

    `results` are those of `links`. The first time is kept.
    """
    fresh = {result.hash for result in results if result.status in _STORED}
    if not any(link.hash in fresh and _says_all_is_lost(link.body) for link in links):
        return
    replaced = select(Device.replaces).where(Device.device_id == author.device_id).scalar_subquery()
    session.execute(
        update(Device)
        .where(Device.device_id == replaced, Device.tenant_id == author.tenant_id, Device.storage_lost_at.is_(None))
        .values(storage_lost_at=now)
        .execution_options(synchronize_session=False)
    )


def _says_all_is_lost(body: str) -> bool:
    if "storage.lost" not in body:
        return False
    try:
        event = parse_body(body)
    except Unreadable:
        return False
    return bool(event["kind"] == "storage.lost" and event["data"].get("what") == "all")
