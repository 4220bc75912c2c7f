"""PostgreSQL is restarted without leave-taking, or is away: phones and office are told to come again, and do so with success."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.services import sync
from app.services.office import Office
from tests import postgres
from tests import world as worlds
from tests.phone import Phone, enrolled

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def phone(client: FlaskClient, office: Office) -> Phone:
    world = worlds.make(office)
    phone = enrolled(client, world.code())
    phone.record(world.job(world.wang), "note.added", {"text": "once"})
    return phone


def test_a_connection_that_breaks_within_a_request_is_an_answer_to_come_again(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    own = sync.append_all

    def broken(session: Session, *given: Any) -> Any:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return own(session, *given)

    monkeypatch.setattr(sync, "append_all", broken)
    response = phone.post(phone.request(phone.events))
    assert (response.status_code, response.get_json()["type"], response.headers["Retry-After"]) == (503, "/problems/unavailable", "5")
    monkeypatch.undo()
    assert phone.sync()["acked_seq"] == 1


def test_a_database_that_was_restarted_is_found_again(phone: Phone, postgres_server: str) -> None:
    phone.sync()
    postgres.restart_at_once(postgres_server)
    assert phone.sync()["acked_seq"] == 1
