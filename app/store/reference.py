"""Tables of what jobs refer to: models, standards, orders, proofs, and this database's lineage."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime


class Lineage(Base):
    """Which line of history this database is: one row. A restored backup gets a new `server_epoch`. The one table without a tenant."""

    __tablename__ = "lineage"

    lineage_id: Mapped[int] = mapped_column(primary_key=True)
    server_epoch: Mapped[str] = mapped_column(String(36))
    began_at: Mapped[datetime] = mapped_column(UtcTime)


class Model(Base):
    """An appliance type of the tenant's catalogue. `gtin` has 14 digits."""

    __tablename__ = "model"

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), primary_key=True)
    gtin: Mapped[str] = mapped_column(String(14), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    category: Mapped[str] = mapped_column(String(64))


class StandardVersion(Base):
    """One published, immutable version of a service standard, its exact bytes, and since when and until when new jobs use it."""

    __tablename__ = "standard_version"
    __table_args__ = (UniqueConstraint("tenant_id", "standard_id", "version", name="uq_standard_version_version"),)

    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    standard_id: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(UtcTime)
    published_by: Mapped[str | None] = mapped_column(String(36))
    effective_from: Mapped[datetime] = mapped_column(UtcTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcTime)
    withdrawn_why: Mapped[str | None] = mapped_column(Text)


class StandardDraft(Base):
    """A standard that is being written: a JSON object, not valid yet perhaps. By `rev` no two editors overwrite each other."""

    __tablename__ = "standard_draft"
    __table_args__ = (Index("ix_standard_draft_tenant", "tenant_id", "changed_at"),)

    draft_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    base_digest: Mapped[str | None] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(Text)
    rev: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcTime)
    changed_by: Mapped[str] = mapped_column(String(36))


class Order(Base):
    """An order taken in, so that the same reference makes one job only."""

    __tablename__ = "order_intake"
    __table_args__ = (UniqueConstraint("tenant_id", "source", "order_ref", name="uq_order_intake_ref"),)

    order_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    source: Mapped[str] = mapped_column(String(64))
    order_ref: Mapped[str] = mapped_column(String(80))
    content_digest: Mapped[str] = mapped_column(String(64))
    job_id: Mapped[str] = mapped_column(ForeignKey("job_view.job_id"))
    received_at: Mapped[datetime] = mapped_column(UtcTime)


class Proof(Base):
    """The sealed proof of an approved job: the exact bytes that were signed."""

    __tablename__ = "proof"
    __table_args__ = (Index("ix_proof_job", "job_id"),)

    proof_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    job_id: Mapped[str] = mapped_column(ForeignKey("job_view.job_id"))
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[bytes] = mapped_column(LargeBinary)
    sig: Mapped[str] = mapped_column(Text)
    key_id: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcTime)
