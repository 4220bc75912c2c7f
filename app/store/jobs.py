"""Tables of jobs: the folded view, its row being the job's lock, and which installers hold it."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime

_MISSING = text("blobs_missing > 0")


class JobView(Base):
    """A job as its events fold, a cache: `flask jobs refold --check` finds no difference.

    `state` is the fold's JSON. The other members are taken from it for lists. `blobs_missing` counts blobs that its events name and
    that are not verified yet; `ended_at` is when the event that ended the visit was stored.
    """

    __tablename__ = "job_view"
    __table_args__ = (
        Index("ix_job_view_stage", "tenant_id", "stage", "slot_from", "job_id"),
        Index("ix_job_view_slot", "tenant_id", "slot_from", "job_id"),
        # With what words are sought in, so that a search does not read every job's state.
        Index("ix_job_view_newest", "tenant_id", "job_id", "order_ref", "customer_name"),
        Index("ix_job_view_stage_newest", "tenant_id", "stage", "job_id"),
        Index("ix_job_view_missing", "tenant_id", "job_id", sqlite_where=_MISSING, postgresql_where=_MISSING),
    )

    job_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    rev: Mapped[int] = mapped_column(BigInteger)
    fold_v: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[bytes] = mapped_column(LargeBinary)
    stage: Mapped[str] = mapped_column(String(16))
    order_ref: Mapped[str | None] = mapped_column(String(80))
    customer_name: Mapped[str | None] = mapped_column(String(80))
    station_id: Mapped[str | None] = mapped_column(String(64))
    slot_from: Mapped[datetime | None] = mapped_column(UtcTime)
    slot_to: Mapped[datetime | None] = mapped_column(UtcTime)
    blobs_named: Mapped[int] = mapped_column(BigInteger, default=0)
    blobs_missing: Mapped[int] = mapped_column(BigInteger, default=0)
    anomalies: Mapped[int] = mapped_column(BigInteger, default=0)
    open_findings: Mapped[int] = mapped_column(BigInteger, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcTime)
    updated_at: Mapped[datetime] = mapped_column(UtcTime)


class JobCrew(Base):
    """Who is in a job's crew now. `is_open` while phones should hold the job."""

    __tablename__ = "job_crew"
    __table_args__ = (Index("ix_job_crew_open", "user_id", "is_open", "job_id"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("job_view.job_id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("user.user_id"), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    is_open: Mapped[bool] = mapped_column(Boolean)
