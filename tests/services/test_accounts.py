"""Signing in: sessions that end, tries that are counted, and answers that tell nothing."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app import clock
from app.problems import SignInFailed, TooManyRequests
from app.services import accounts, callers
from app.services.accounts import TRIES_PER_ADDRESS, TRIES_PER_LOGIN, TRIES_WINDOW
from app.services.office import Office
from app.store.db import db, writing
from app.store.people import ConsoleSession, SignInTry, User
from tests import builders

PASSWORD = builders.PASSWORD


@pytest.fixture
def office(app: Flask) -> Office:
    return builders.cheap_hashing(app)


@pytest.fixture
def tenant(office: Office) -> str:
    tenant_id = accounts.make_tenant("North")
    accounts.make_user(office, tenant_id, "Sun@North", "Sun", "supervisor", password=PASSWORD)
    return tenant_id


def fail(office: Office, login: str = "sun@north", address: str = "10.0.0.1") -> None:
    with pytest.raises(SignInFailed):
        accounts.sign_in(office, login, "wrong", address)


def test_a_session_says_who_is_signed_in_until_it_is_ended(office: Office, tenant: str) -> None:
    token, user = accounts.sign_in(office, " SUN@north ", PASSWORD, "10.0.0.1")
    assert (user.name, user.role, user.tenant_id, user.tenant_name, user.station_id) == ("Sun", "supervisor", tenant, "North", None)
    assert accounts.user_of_session(token) == user
    accounts.sign_out(token)
    assert accounts.user_of_session(token) is None


def test_a_session_expires_after_twelve_hours(office: Office, tenant: str) -> None:
    token, _ = accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")
    row = db.session.scalars(select(ConsoleSession)).one()
    assert row.expires_at - row.created_at == timedelta(hours=12)
    with writing() as session:
        session.execute(update(ConsoleSession).values(expires_at=clock.now()))
    assert accounts.user_of_session(token) is None
    accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")
    assert db.session.scalar(select(func.count()).select_from(ConsoleSession)) == 1


def test_neither_token_nor_password_nor_api_key_is_kept(office: Office, tenant: str) -> None:
    token, _ = accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")
    _, key = accounts.make_platform(tenant, "Shop")
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert not {token, PASSWORD, key} & {str(value) for value in row}


def test_closing_an_account_and_a_new_password_end_its_sessions(office: Office, tenant: str) -> None:
    token, user = accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")
    accounts.set_password(office, "sun@north", "another long one")
    assert accounts.user_of_session(token) is None
    fail(office)
    token, _ = accounts.sign_in(office, "sun@north", "another long one", "10.0.0.1")
    accounts.disable(user.user_id)
    assert accounts.user_of_session(token) is None
    with pytest.raises(SignInFailed):
        accounts.sign_in(office, "sun@north", "another long one", "10.0.0.1")


def test_a_disabled_account_holds_no_session_even_if_its_row_stayed(office: Office, tenant: str) -> None:
    token, _ = accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")
    with writing() as session:
        session.execute(update(User).values(disabled_at=clock.now()))
    assert accounts.user_of_session(token) is None


def test_installers_cannot_sign_in(office: Office, tenant: str) -> None:
    accounts.make_user(office, tenant, "wang", "Wang", "installer")
    with pytest.raises(SignInFailed):
        accounts.sign_in(office, "wang", "", "10.0.0.1")
    with pytest.raises(ValueError, match="password"):
        accounts.make_user(office, tenant, "li", "Li", "installer", password=PASSWORD)


def test_unknown_logins_cost_as_many_hashes_as_known_ones(office: Office, tenant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timing would depend on the machine; the work that takes the time is counted instead."""
    fail(office, "nobody")
    verified: list[str] = []
    verify = type(office.hasher).verify
    monkeypatch.setattr(type(office.hasher), "verify", lambda self, hashed, typed: verified.append(hashed) or verify(self, hashed, typed))
    fail(office, "nobody")
    fail(office, "sun@north")
    assert len(verified) == 2
    assert verified[0].rpartition("$")[0].rpartition("$")[0] == verified[1].rpartition("$")[0].rpartition("$")[0]


def test_ten_failures_close_a_login_for_five_minutes(office: Office, tenant: str) -> None:
    for number in range(TRIES_PER_LOGIN):
        fail(office, address=f"10.0.0.{number}")
    with pytest.raises(TooManyRequests) as caught:
        accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.99")
    wait_s = caught.value.members["retry_after_s"]
    assert isinstance(wait_s, int)
    assert 0 < wait_s <= TRIES_WINDOW.total_seconds()
    with writing() as session:
        session.execute(update(SignInTry).values(tried_at=clock.now() - TRIES_WINDOW))
    accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.99")


def test_refused_tries_do_not_lengthen_the_wait(office: Office, tenant: str) -> None:
    for _ in range(TRIES_PER_LOGIN):
        fail(office)
    for _ in range(3):
        with pytest.raises(TooManyRequests):
            accounts.sign_in(office, "sun@north", "wrong", "10.0.0.1")
    assert db.session.scalar(select(func.count()).select_from(SignInTry)) == 2 * TRIES_PER_LOGIN


def test_a_success_forgets_the_failures_of_its_login(office: Office, tenant: str) -> None:
    for _ in range(3):
        for _ in range(TRIES_PER_LOGIN - 1):
            fail(office)
        accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.1")


def test_one_address_cannot_try_many_logins(office: Office, tenant: str) -> None:
    for number in range(TRIES_PER_ADDRESS):
        fail(office, login=f"guess{number}", address="10.0.0.7")
    with pytest.raises(TooManyRequests):
        accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.7")
    accounts.sign_in(office, "sun@north", PASSWORD, "10.0.0.8")


def test_many_tries_at_once_do_not_slip_past_the_limit(app: Flask, office: Office, tenant: str) -> None:
    outcomes: list[str] = []
    started = threading.Barrier(20)

    def guess() -> None:
        with app.app_context():
            started.wait()
            try:
                accounts.sign_in(office, "sun@north", "wrong", "10.0.0.1")
            except (SignInFailed, TooManyRequests) as problem:
                outcomes.append(problem.slug)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 20
    assert outcomes.count("sign-in-failed") <= TRIES_PER_LOGIN


@pytest.mark.parametrize("login", ["", "a", "has space", "ünïcode", "x" * 81, "-first"])
def test_logins_have_a_plain_form(office: Office, tenant: str, login: str) -> None:
    with pytest.raises(ValueError, match="login"):
        accounts.make_user(office, tenant, login, "X", "admin", password=PASSWORD)


def test_a_login_is_taken_once(office: Office, tenant: str) -> None:
    with pytest.raises(ValueError, match="taken"):
        accounts.make_user(office, tenant, "SUN@NORTH", "X", "admin", password=PASSWORD)


def test_an_api_key_is_its_platforms(office: Office, tenant: str) -> None:
    platform_id, key = accounts.make_platform(tenant, "Shop")
    assert key.startswith("dsk_")
    assert callers.platform_of(key) == (tenant, platform_id, "Shop")
    assert callers.platform_of(key[:-1]) is None
    assert callers.platform_of("\ud800") is None
