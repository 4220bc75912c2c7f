"""Applications on fresh databases, SQLite and PostgreSQL, for every test that asks for `app`."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from app.config import Settings
from app.factory import create_app
from app.services.office import Office
from app.store.db import db
from tests import postgres, seaweed
from tests import world as worlds
from tests.live import Live, running
from tests.world import World

DIALECTS = ("sqlite", "postgresql")

_names = itertools.count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The simulations first: they are the longest, and in two processes none should run alone at the end."""
    items.sort(key=lambda item: "simulation" not in item.path.parts)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL, started by the first test that needs it."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database to copy: each test gets its own copy in a few milliseconds."""
    with psycopg.connect(postgres.url_of(postgres_server, "postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_doorstep")
    app = create_app(_settings(tmp_path_factory.mktemp("template"), postgres.url_of(postgres_server, "template_doorstep")))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return postgres_server


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("template")
    path = folder / "doorstep.db"
    app = create_app(_settings(folder, f"sqlite:///{path}"))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return path


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, migrated database of each kind."""
    return _fresh_database(request, tmp_path)


@pytest.fixture(scope="session", params=DIALECTS)
def live_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A real server on a fresh database of each kind."""
    folder = tmp_path_factory.mktemp(request.param)
    with running(_settings(folder, _fresh_database(request, folder))) as live:
        yield live


@pytest.fixture
def live(live_server: Live) -> Iterator[Live]:
    """The real server that all socket tests share, with the context of the application beside it pushed."""
    with live_server.app.app_context():
        yield live_server
        db.session.remove()


@pytest.fixture(scope="session")
def seaweed_server() -> Iterator[str]:
    """A real S3-compatible store, started by the first test that needs it."""
    with seaweed.running() as server:
        yield server


@pytest.fixture
def blobs_url(request: pytest.FixtureRequest) -> str | None:
    """Where blobs lie: in the data folder, unless a test is parametrised, indirectly, to have them on "s3" too."""
    if getattr(request, "param", "disk") == "disk":
        return None
    return seaweed.blobs_url(request.getfixturevalue("seaweed_server"), f"test-{next(_names)}")


@pytest.fixture
def settings(tmp_path: Path, database_url: str, blobs_url: str | None) -> Settings:
    """Settings with a data folder of the test's own."""
    return _settings(tmp_path, database_url, blobs_url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A whole application, with its context pushed."""
    app = create_app(settings)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def office(app: Flask) -> Office:
    """The application's office."""
    found: Office = app.extensions["doorstep"]
    return found


@pytest.fixture
def world(office: Office) -> World:
    """A small service network in the application's database."""
    return worlds.make(office)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that shares no context with the test."""
    return app.test_client()


def _settings(data: Path, database_url: str, blobs_url: str | None = None) -> Settings:
    return Settings.from_env(
        {
            "DOORSTEP_DATA": str(data),
            "DOORSTEP_DATABASE_URL": database_url,
            "DOORSTEP_SECRET_KEY": "a key for tests only",
            "DOORSTEP_PUBLIC_URL": "http://localhost",
            "DOORSTEP_BLOBS_URL": blobs_url or "",
        }
    )


def _fresh_database(request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of a new copy of the migrated database of the kind that the fixture is asked for."""
    if request.param == "sqlite":
        path = folder / "doorstep.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
        return f"sqlite:///{path}"
    server: str = request.getfixturevalue("migrated_postgres")
    name = f"doorstep_{next(_names)}"
    with psycopg.connect(postgres.url_of(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_doorstep")
    return postgres.url_of(server, name)
