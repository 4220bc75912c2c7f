"""What browser tests share: Playwright, a real server, a network of people, phones on profiles of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, sync_playwright

from app.config import Settings
from app.store.db import db
from tests import builders, live
from tests.builders import Network
from tests.e2e.chromium import PhoneBrowser
from tests.gunicorn import environment, free_port
from tests.live import Live


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright, which drives Debian's Chromium."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def served(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Live]:
    """A real server on a fresh SQLite database."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "doorstep.db").write_bytes(migrated_sqlite.read_bytes())
    environ = environment(data, free_port(), f"sqlite:///{data / 'doorstep.db'}") | {"DOORSTEP_SECRET_KEY": "a key for tests only"}
    with live.running(Settings.from_env(environ)) as running:
        yield running


@pytest.fixture
def network(served: Live) -> Iterator[Network]:
    """People, a catalogue and the shipped standards on that server."""
    with served.app.app_context():
        yield builders.network(served.app)
        db.session.remove()


@pytest.fixture
def new_phone(playwright: Playwright, tmp_path: Path) -> Iterator[Callable[..., PhoneBrowser]]:
    """Makes phones; all are put away at the end."""
    phones: list[PhoneBrowser] = []

    def make(name: str = "phone", film: Path | None = None, language: str = "en-US") -> PhoneBrowser:
        phone = PhoneBrowser(playwright, tmp_path / name, film, language)
        phones.append(phone)
        return phone

    yield make
    for phone in phones:
        phone.kill()
