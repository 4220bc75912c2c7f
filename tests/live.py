"""One real server for each kind of database, shared by all tests that speak to a socket; beside it an application to arrange things."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask

from app.config import Settings
from app.factory import create_app
from app.services.office import Office
from app.store.db import db
from tests import world as worlds
from tests.gunicorn import Server, environment, free_port, serving
from tests.world import World

_names = itertools.count()


@dataclass(frozen=True)
class Live:
    """A running gunicorn, and an application of the test's own process on the same database, blobs and keys."""

    server: Server
    app: Flask
    dialect: str

    @property
    def office(self) -> Office:
        """The office, as the server sees it too."""
        found: Office = self.app.extensions["doorstep"]
        return found

    def world(self) -> World:
        """A service network that no other test has."""
        return worlds.make(self.office, f"Town{next(_names)}")

    def check_views_and_logs(self) -> None:
        """Every view equals its events and every log is intact, says the command line."""
        for command in (("jobs", "refold", "--check"), ("log", "verify")):
            checked = self.server.flask(*command)
            assert (checked.returncode, checked.stdout) == (0, ""), (command, checked.stdout, checked.stderr[-2_000:])


@contextmanager
def running(settings: Settings) -> Iterator[Live]:
    """A server on a migrated database until the end of the block. The application's context is not pushed."""
    own = {"DOORSTEP_SECRET_KEY": settings.secret_key, "DOORSTEP_BLOBS_URL": settings.blobs_url}
    environ = environment(settings.data, free_port(), settings.database_url) | own
    app = create_app(settings)
    with serving(environ, migrated=True) as server:
        try:
            yield Live(server, app, "sqlite" if settings.database_url.startswith("sqlite") else "postgresql")
        finally:
            with app.app_context():
                db.engine.dispose()
