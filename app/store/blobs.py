"""Tables of blobs: which are verified, and which events name them. The bytes lie in a blob store."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, String, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime

_AWAITED = text("awaited")


class Blob(Base):
    """A blob whose bytes are stored and whose hash was checked."""

    __tablename__ = "blob"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    verified_at: Mapped[datetime] = mapped_column(UtcTime)


class BlobName(Base):
    """An event names a blob: the right to send it, and the reason to keep it.

    `awaited` while the blob is not noted as stored, so that what to ask a phone for is found without a look at what it ever sent. Where
    it says so wrongly, because both came at once, the blob's own row is right.
    """

    __tablename__ = "blob_name"
    __table_args__ = (
        Index("ix_blob_name_event", "device_id", "seq"),
        Index("ix_blob_name_job", "job_id", "sha256"),
        Index("ix_blob_name_awaited", "device_id", "epoch", "seq", sqlite_where=_AWAITED, postgresql_where=_AWAITED),
    )

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("device.device_id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    job_id: Mapped[str | None] = mapped_column(ForeignKey("job_view.job_id"))
    awaited: Mapped[bool] = mapped_column(Boolean, server_default=true())
