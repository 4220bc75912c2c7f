"""Tables of who there is: tenants, stations, users, their sessions, platforms. Not events: plain rows."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base, UtcTime

ROLES = ("installer", "supervisor", "dispatcher", "editor", "admin")


class Tenant(Base):
    """A service network. Everything else belongs to one."""

    __tablename__ = "tenant"

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class Station(Base):
    """A service station: crews start there, supervisors look after one."""

    __tablename__ = "station"

    station_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), index=True)
    name: Mapped[str] = mapped_column(String(120))


class User(Base):
    """A person with a login. Installers have no password: their phone's key is their login."""

    __tablename__ = "user"

    user_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), index=True)
    station_id: Mapped[str | None] = mapped_column(ForeignKey("station.station_id"))
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)


class ConsoleSession(Base):
    """One sign-in to the console. Only a hash of its token is kept."""

    __tablename__ = "console_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"))
    user_id: Mapped[str] = mapped_column(ForeignKey("user.user_id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class SignInTry(Base):
    """One failed sign-in, kept as long as it counts against the next ones."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("ix_sign_in_try_who", "who", "tried_at"),)

    try_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str | None] = mapped_column(ForeignKey("tenant.tenant_id"))
    who: Mapped[str] = mapped_column(String(120))
    tried_at: Mapped[datetime] = mapped_column(UtcTime)


class Platform(Base):
    """A web shop or marketplace that sends orders with an API key. Only the key's hash is kept."""

    __tablename__ = "platform"

    platform_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey("tenant.tenant_id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcTime)
