"""What was set aside is found without a look at all that was ever stored (PROTOCOL S7)."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.store import lost_jobs, phone_lists
from app.store.db import db, reading
from tests.phone import Phone, enrolled
from tests.world import World

LOOKS: tuple[Callable[[str], object], ...] = (
    lambda tenant_id: phone_lists.unseen_quarantined(db.session(), tenant_id),
    lambda tenant_id: phone_lists.quarantined(db.session(), tenant_id, None, 50),
    lambda tenant_id: lost_jobs.facts(db.session(), tenant_id, 50),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it alone counts its steps; index and statements are the same
@pytest.mark.parametrize("look", LOOKS, ids=("unseen", "listed", "of lost jobs"))
def test_s7_what_was_stored_well_costs_nothing(client: FlaskClient, world: World, look: Callable[[str], object]) -> None:
    phone = enrolled(client, world.code())
    phone.record("nobody-knows-this-job", "note.added", {"text": "Two steps up."})
    _notes(world, phone, 3)
    before = _steps(look, world.tenant_id)
    _notes(world, phone, 400)
    assert _steps(look, world.tenant_id) <= before * 1.5 + 20


def _notes(world: World, phone: Phone, count: int) -> None:
    """A visit with so many notes, sent."""
    job_id = world.job(world.wang)
    for number in range(count):
        phone.record(job_id, "note.added", {"text": f"Note {number}."})
    phone.sync()


def _steps(look: Callable[[str], object], tenant_id: str) -> int:
    """How many steps SQLite's machine takes."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    with reading() as session:
        driver: Any = session.connection().connection.driver_connection
        driver.set_progress_handler(count, 1)
        look(tenant_id)
        driver.set_progress_handler(None, 0)
    return counted
