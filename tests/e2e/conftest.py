"""What browser tests share: Playwright, a real server, a network of people, phones on profiles of their own."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from app.config import Settings
from app.store.db import db
from tests import builders, live
from tests.builders import Network
from tests.e2e import engine_server, gateway
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.engine_phone import Phone, beside_an_office
from tests.e2e.film import Film
from tests.e2e.gateway import Gateway
from tests.e2e.phones import Phones, camera_browser
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
    with live.running(_settings(tmp_path / "data", migrated_sqlite)) as running:
        yield running


@dataclass(frozen=True)
class Town:
    """One real server that many tests share, and the network that leads to it."""

    live: Live
    gateway: Gateway

    def check(self) -> None:
        """Every view equals its events and every log is intact."""
        for command in (["jobs", "refold", "--check"], ["log", "verify"]):
            said = self.live.app.test_cli_runner().invoke(args=command)
            assert (said.exit_code, said.output) == (0, ""), (command, said.output)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Town]:
    """A real server behind a network that can be cut and can lie."""
    settings = _settings(tmp_path_factory.mktemp("town") / "data", migrated_sqlite)
    with live.running(settings) as running, gateway.before(running.server.port) as line:
        yield Town(running, line)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """What the cameras of all phones see."""
    return Film(tmp_path_factory.mktemp("film") / "now.mjpeg")


@pytest.fixture(scope="session")
def camera(playwright: Playwright, film: Film) -> Iterator[Browser]:
    """The browser that all phones share that need not be killed."""
    with camera_browser(playwright, film.path) as browser:
        yield browser


_names = itertools.count(1)


@pytest.fixture(scope="module")
def people(town: Town) -> Iterator[Network]:
    """People, a catalogue and the shipped standards, for the tests of one file."""
    with town.live.app.app_context():
        yield builders.network(town.live.app, f"town{next(_names)}")
        db.session.remove()


@pytest.fixture(scope="module")
def phones(camera: Browser, film: Film, town: Town) -> Iterator[Phones]:
    """Phones for the tests of one file. Nothing may have been said on their consoles that no person sees."""
    made = Phones(camera, film, town.gateway.url)
    yield made
    made.put_away()
    made.ears.assert_quiet()


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


def _settings(data: Path, migrated: Path) -> Settings:
    data.mkdir()
    (data / "doorstep.db").write_bytes(migrated.read_bytes())
    environ = environment(data, free_port(), f"sqlite:///{data / 'doorstep.db'}") | {"DOORSTEP_SECRET_KEY": "a key for tests only"}
    return Settings.from_env(environ)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phone's engine without its screens, built."""
    folder = tmp_path_factory.mktemp("engine")
    engine_server.build(folder)
    return folder


@pytest.fixture
def phone(bundle: Path, playwright: Playwright, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Phone]:
    """An enrolled phone with one job, delivered and quiet."""
    with beside_an_office(playwright, bundle, migrated_sqlite, tmp_path, tmp_path / "profile") as phone:
        phone.begin()
        yield phone
