"""Tables of devices: enrolment, keys, log heads and the seals that came with requests."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime


class Device(Base):
    """One enrolled browser profile, or a tenant's desk.

    `epoch_offered` is the highest epoch ever given out. The `pending_*` members are what the phone said at its last contact;
    `condition` is what it last said of itself, as JSON, at `condition_at`. `readmitted_at` is when a phone that this database did
    not know came back with its certificate; its facts are flagged until somebody confirms it. `replaces` is the phone that this one
    was before its storage was emptied, and that one's `storage_lost_at` says when the office learned of it. What came into quarantine
    until `quarantine_seen_at` has been looked at.
    """

    __tablename__ = "device"
    __table_args__ = (Index("ix_device_desk", "tenant_id", "kind"),)

    device_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), index=True)
    user_id: Mapped[str | None] = mapped_column(ForeignKey("user.user_id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    label: Mapped[str] = mapped_column(String(80))
    platform: Mapped[str] = mapped_column(String(200))
    alg: Mapped[str] = mapped_column(String(8))
    public_key: Mapped[str] = mapped_column(Text)
    enrolled_at: Mapped[datetime] = mapped_column(UtcTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    epoch_offered: Mapped[int] = mapped_column(BigInteger, default=1)
    last_contact_at: Mapped[datetime | None] = mapped_column(UtcTime)
    build: Mapped[str | None] = mapped_column(String(64))
    pending_events: Mapped[int] = mapped_column(BigInteger, default=0)
    pending_blobs: Mapped[int] = mapped_column(BigInteger, default=0)
    pending_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    pending_oldest_at: Mapped[datetime | None] = mapped_column(UtcTime)
    readmitted_at: Mapped[datetime | None] = mapped_column(UtcTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcTime)
    replaces: Mapped[str | None] = mapped_column(String(64))
    storage_lost_at: Mapped[datetime | None] = mapped_column(UtcTime)
    condition: Mapped[str | None] = mapped_column(Text)
    condition_at: Mapped[datetime | None] = mapped_column(UtcTime)
    quarantine_seen_at: Mapped[datetime | None] = mapped_column(UtcTime)


class LogHead(Base):
    """How far one epoch of a device's log is stored. Its row is the lock of that log."""

    __tablename__ = "log_head"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class EnrolmentCode(Base):
    """A one-time code for one installer. Only its hash is kept."""

    __tablename__ = "enrolment_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("user.user_id"))
    made_by: Mapped[str | None] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime)
    spent_at: Mapped[datetime | None] = mapped_column(UtcTime)
    device_id: Mapped[str | None] = mapped_column(String(64))


class Seal(Base):
    """The signature a batch came with: evidence that this key vouched for the log up to `seq` (PROTOCOL S2)."""

    __tablename__ = "seal"

    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    challenge: Mapped[str] = mapped_column(String(200))
    seal: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
