"""A log is written to by one transaction at a time: who comes second sees what the first one stored (PROTOCOL S6)."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store import log
from app.store.db import db, writing
from app.store.log import Head, Place
from tests.phone import Phone, enrolled
from tests.world import World


@pytest.fixture
def place(client: FlaskClient, world: World) -> Place:
    phone: Phone = enrolled(client, world.code())
    phone.sync()
    return Place(world.tenant_id, phone.device_id, 1)


def test_s6_the_second_waits_for_the_first_and_goes_on_where_it_ended(app: Flask, place: Place) -> None:
    """Two servers that take the same batch at once: the one that read the head before the other moved it would store it twice."""
    moved = Head(1, "a" * 64)

    def second() -> Head:
        with app.app_context():
            with writing() as session:
                found = log.lock_heads(session, [place])[place]
            db.session.remove()
            return found

    with ThreadPoolExecutor(1) as pool:
        with writing() as session:
            assert log.lock_heads(session, [place])[place] == log.EMPTY
            waiting = pool.submit(second)
            assert not wait([waiting], timeout=1).done
            log.move_heads(session, {place: moved})
        assert waiting.result() == moved
