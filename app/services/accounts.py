"""Who may sign in to the office: users and their passwords, sessions, platforms with their keys."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import clock, ids
from app.problems import SignInFailed, TooManyRequests
from app.services.office import Office
from app.store.db import db, writing
from app.store.people import ROLES, ConsoleSession, Platform, SignInTry, Station, Tenant, User

SESSION_AGE_MAX = timedelta(hours=12)
TRIES_WINDOW = timedelta(minutes=5)
TRIES_PER_LOGIN = 10
TRIES_PER_ADDRESS = 100
PASSWORD_CHARACTERS_MAX = 200
EVERY_ROLE = ROLES
CONSOLE_ROLES = ("supervisor", "dispatcher", "editor", "admin")

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The user of a session, with the names a page shows."""

    user_id: str
    name: str
    role: str
    tenant_id: str
    tenant_name: str
    station_id: str | None
    station_name: str | None


def make_tenant(name: str) -> str:
    """A new service network; returns its id."""
    with writing() as session:
        tenant = Tenant(tenant_id=ids.uuid7(), name=name, created_at=clock.now())
        session.add(tenant)
        return tenant.tenant_id


def make_station(tenant_id: str, name: str) -> str:
    """A new service station; returns its id."""
    with writing() as session:
        station = Station(station_id=ids.uuid7(), tenant_id=tenant_id, name=name)
        session.add(station)
        return station.station_id


def make_user(
    office: Office,
    tenant_id: str,
    login: str,
    name: str,
    role: str,
    *,
    station_id: str | None = None,
    password: str | None = None,
) -> str:
    """A new user; returns the id. Installers have no password.

    Raises `ValueError` for an unknown role, a login of another form than `name.surname`, or one that is taken.
    """
    login = login.strip().lower()
    if role not in ROLES or (role == "installer") != (password is None):
        raise ValueError(f"{role} is no role, or has a password where it should not")
    if not _LOGIN.fullmatch(login):
        raise ValueError("a login has 2 to 80 letters, digits and . _ @ + -")
    hashed = None if password is None else office.hasher.hash(password)
    with writing() as session:
        if session.scalar(select(User.user_id).where(User.login == login)) is not None:
            raise ValueError(f"the login {login} is taken")
        user = User(
            user_id=ids.uuid7(),
            tenant_id=tenant_id,
            station_id=station_id,
            login=login,
            name=name,
            role=role,
            password_hash=hashed,
            disabled_at=None,
        )
        session.add(user)
        return user.user_id


def make_platform(tenant_id: str, name: str) -> tuple[str, str]:
    """A new platform; returns its id and its API key, which is shown here and never again."""
    key = f"dsk_{ids.token(32)}"
    with writing() as session:
        platform = Platform(platform_id=ids.uuid7(), tenant_id=tenant_id, name=name, key_hash=platform_key_hash(key), disabled_at=None)
        session.add(platform)
        return platform.platform_id, key


def platform_key_hash(key: str) -> str:
    """What is kept of an API key."""
    return hashlib.sha256(b"doorstep-platform\n" + key.encode("utf-8", "replace")).hexdigest()


def set_password(office: Office, login: str, password: str) -> None:
    """Give a console user a new password; whoever is signed in with the old one is signed out.

    Raises `ValueError` when no console user has that login.
    """
    hashed = office.hasher.hash(password)
    with writing() as session:
        changed = update(User).where(User.login == login.strip().lower(), User.role.in_(CONSOLE_ROLES))
        user_id = session.scalar(changed.values(password_hash=hashed).returning(User.user_id))
        if user_id is None:
            raise ValueError(f"there is no console user with the login {login}")
        session.execute(delete(ConsoleSession).where(ConsoleSession.user_id == user_id))


def disable(user_id: str) -> None:
    """Close an account. Its sessions end with the next request; its phones may hand in and nothing else."""
    with writing() as session:
        session.execute(update(User).where(User.user_id == user_id, User.disabled_at.is_(None)).values(disabled_at=clock.now()))
        session.execute(delete(ConsoleSession).where(ConsoleSession.user_id == user_id))


def sign_in(office: Office, login: str, password: str, address: str) -> tuple[str, SignedIn]:
    """Open a session for twelve hours; returns its token and whose it is.

    The password is checked while no transaction is open. An unknown login, a wrong password and a closed account take the same time
    and raise the same `SignInFailed`. Raises `TooManyRequests` after 10 failures of the login or 100 of the address in 5 minutes.
    """
    login = login.strip().lower()
    tries = _count_try(login, address)
    user = db.session.scalar(select(User).where(User.login == login, User.role.in_(CONSOLE_ROLES)))
    user_id = user.user_id if user else None
    hashed = user.password_hash if user and user.disabled_at is None else None
    db.session.rollback()
    if not _matches(office.hasher, hashed, password) or user_id is None:
        raise SignInFailed
    token, now = ids.token(32), clock.now()
    with writing() as session:
        session.execute(delete(SignInTry).where(SignInTry.try_id.in_(tries)))
        session.execute(delete(SignInTry).where(SignInTry.who == _login_key(login)))
        session.execute(delete(ConsoleSession).where(ConsoleSession.expires_at <= now))
        session.add(
            ConsoleSession(
                token_hash=_token_hash(token),
                tenant_id=session.scalars(select(User.tenant_id).where(User.user_id == user_id)).one(),
                user_id=user_id,
                created_at=now,
                expires_at=now + SESSION_AGE_MAX,
            )
        )
    signed_in = user_of_session(token)
    if signed_in is None:
        raise SignInFailed
    return token, signed_in


def user_of_session(token: str) -> SignedIn | None:
    """The user of a session that is still open; None when it ended, expired, or its account is closed."""
    row = db.session.execute(
        select(
            User.user_id,
            User.name,
            User.role,
            User.tenant_id,
            Tenant.name.label("tenant_name"),
            User.station_id,
            Station.name.label("station_name"),
        )
        .join(ConsoleSession, ConsoleSession.user_id == User.user_id)
        .join(Tenant, Tenant.tenant_id == User.tenant_id)
        .outerjoin(Station, Station.station_id == User.station_id)
        .where(ConsoleSession.token_hash == _token_hash(token), ConsoleSession.expires_at > clock.now(), User.disabled_at.is_(None))
    ).first()
    return None if row is None else SignedIn(**row._asdict())


def sign_out(token: str) -> None:
    """End a session; its token is worthless from now on."""
    with writing() as session:
        session.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == _token_hash(token)))


def _count_try(login: str, address: str) -> list[str]:
    """Count this try before it is known how it ends, so that many at once cannot slip through; returns its rows' ids.

    It is stored first and counted then: of any number at once only the allowed ones see few enough. A refused one is taken back.
    """
    now = clock.now()
    limits = {_login_key(login): TRIES_PER_LOGIN, f"address:{address}"[:120]: TRIES_PER_ADDRESS}
    rows = {who: ids.uuid7() for who in limits}
    with writing() as session:
        session.execute(delete(SignInTry).where(SignInTry.who.in_(limits), SignInTry.tried_at <= now - TRIES_WINDOW))
        session.add_all(SignInTry(try_id=try_id, tenant_id=None, who=who, tried_at=now) for who, try_id in rows.items())
    with writing() as session:
        wait_s = max(_wait_s(session, who, limit, now) for who, limit in limits.items())
        if wait_s:
            session.execute(delete(SignInTry).where(SignInTry.try_id.in_(rows.values())))
    if wait_s:
        raise TooManyRequests(retry_after_s=wait_s)
    return list(rows.values())


def _wait_s(session: Session, who: str, limit: int, now: datetime) -> int:
    """How long the next try of this login or address has to wait; 0 when it need not."""
    window = (SignInTry.who == who, SignInTry.tried_at > now - TRIES_WINDOW)
    tries, oldest = session.execute(select(func.count(), func.min(SignInTry.tried_at)).where(*window)).one()
    return max(1, int((oldest + TRIES_WINDOW - now).total_seconds())) if tries > limit else 0


def _login_key(login: str) -> str:
    """Hashed: what people type as a login is sometimes their password."""
    return "login:" + hashlib.sha256(login.encode("utf-8", "replace")).hexdigest()


def _token_hash(token: str) -> str:
    return hashlib.sha256(b"doorstep-session\n" + token.encode("utf-8", "replace")).hexdigest()


def _matches(hasher: PasswordHasher, hashed: str | None, password: str) -> bool:
    """Whether the password is the one; without a hash, just as much work for nothing."""
    try:
        matches = hasher.verify(hashed or _nobodys_hash(hasher), password)
    except (Argon2Error, InvalidHashError):
        return False
    return matches and hashed is not None


@lru_cache(maxsize=4)
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(ids.token(16))
