"""Many machines' shape: PostgreSQL, blobs in an S3-compatible store, and two gunicorns that share nothing but these."""

import dataclasses
import shutil
from pathlib import Path

import pytest

from app.config import Settings
from app.services import doctor
from app.store.db import db
from tests import builders
from tests.live import running
from tests.server.caller import bearer, held, line_to, phone_at, turned_to
from tests.stranger import test_stranger as stranger

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.parametrize("blobs_url", ["s3"], indirect=True),
]


def other_machine(settings: Settings, folder: Path) -> Settings:
    """The same office on another machine: its own folder, the same key in it."""
    shutil.copytree(settings.data / "keys", folder / "keys")
    return dataclasses.replace(settings, data=folder)


def test_a_strangers_day_on_postgresql_and_s3(settings: Settings, tmp_path: Path) -> None:
    with running(settings) as live, live.app.app_context():
        stranger.test_a_strangers_day_is_found_once_and_whole(live, tmp_path)
        assert len(list(live.office.blobs.stored())) == 144
        assert list(live.office.blobs.partials()) == []
        assert not (settings.data / "blobs").exists(), "nothing of it lies on this machine's disk"
        db.session.rollback()
        assert doctor.faults(live.office) == []


def test_a_photo_begun_at_one_machine_is_finished_and_seen_at_another(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(settings) as here, here.app.app_context():
        world = here.world()
        phone = phone_at(here, world)
        content = builders.picture((800, 600)) + bytes(50_000)
        sha256 = phone.photo(world.job(world.wang), content)
        phone.sync()
        assert phone.patch(sha256, content, 0, content[:20_000]).status_code == 204
        with running(other_machine(settings, tmp_path_factory.mktemp("there"))) as there:
            away = turned_to(there, phone)
            assert held(there, away, sha256) == 20_000
            assert away.patch(sha256, content, 20_000).status_code == 200
        assert line_to(here).ask("GET", f"/api/v1/blobs/{sha256}", bearer(phone)).body == content
        view = line_to(here).ask("GET", f"/api/v1/blobs/{sha256}/view", bearer(phone))
        assert (view.status, view.headers["content-type"]) == (200, "image/jpeg")
        assert phone.sync()["blobs_wanted"] == []
