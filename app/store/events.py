"""The log's tables: events in their place, and second branches kept aside."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime

FOLDED = "folded"
DEVICE = "device"
DUPLICATE = "duplicate"
QUARANTINED = "quarantined"
_SET_ASIDE = "standing = 'quarantined'"
# As text, because an index for some of the rows is used only when its condition stands in the statement itself.
IS_SET_ASIDE = text(f"event.{_SET_ASIDE}")


class EventRow(Base):
    """One event in its place of a device's log.

    `standing` says what it counts as: `folded` (it has a `rev` in its job), `device` (about the device, no job), `duplicate` (its
    `event_id` stands elsewhere with the same body) or `quarantined` (kept raw; the first of `flags` says why). Only the first two
    own their `event_id`. A redacted event has neither body nor salt.
    """

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("job_id", "rev", name="uq_event_job_rev"),
        UniqueConstraint("tenant_id", "event_id", name="uq_event_event_id"),
        Index("ix_event_set_aside", "tenant_id", "received_at", sqlite_where=text(_SET_ASIDE), postgresql_where=text(_SET_ASIDE)),
    )

    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    body_digest: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    sig: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(String(12))
    flags: Mapped[str] = mapped_column(Text)
    event_id: Mapped[str | None] = mapped_column(String(36))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("job_view.job_id"))
    rev: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[str | None] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(UtcTime)


class ForkEvent(Base):
    """An event for a place that holds another one: the second branch of a log, kept raw (PROTOCOL S9)."""

    __tablename__ = "fork_event"
    __table_args__ = (Index("ix_fork_event_received", "tenant_id", "received_at"),)

    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    prev: Mapped[str] = mapped_column(String(64))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sig: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcTime)
