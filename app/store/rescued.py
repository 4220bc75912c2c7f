"""The table of what came in rescue files and stands in the office's rescue log instead of its phone's own."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime


class RescuedEvent(Base):
    """Where an event of a rescue file stood in its phone's log, and where it stands in the rescue log.

    `device_id`, `epoch`, `seq`, `hash`, `prev` and `sig` are as the file has them; together with the body of the row that it became
    they are the whole event again. For what could not be read, `hash` is that of the file's entry.
    """

    __tablename__ = "rescued_event"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    prev: Mapped[str] = mapped_column(String(64))
    sig: Mapped[str | None] = mapped_column(Text)
    in_device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"))
    in_epoch: Mapped[int] = mapped_column(BigInteger)
    in_seq: Mapped[int] = mapped_column(BigInteger)
    imported_by: Mapped[str | None] = mapped_column(String(64))
    imported_at: Mapped[datetime] = mapped_column(UtcTime)
