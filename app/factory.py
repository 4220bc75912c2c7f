"""`create_app(settings)`: the only wiring."""

import logging
from pathlib import Path

import structlog
from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin
from flask_migrate import Migrate
from structlog.tracebacks import ExceptionDictTransformer
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, pwa
from app.api import (
    blobs,
    conformity,
    devices,
    docs,
    errors,
    health,
    jobs,
    labels,
    models,
    orders,
    people,
    phones,
    policy,
    problem_pages,
    proofs,
    rescue,
    review,
    session,
    standards,
    sync,
    unread,
)
from app.config import Settings
from app.services.office import Office
from app.services.uploads import CHUNK_BYTES_MAX
from app.store.db import db, prepare_engine

BLUEPRINTS = (
    health,
    sync,
    devices,
    blobs,
    session,
    jobs,
    review,
    orders,
    people,
    phones,
    labels,
    proofs,
    models,
    rescue,
    standards,
    conformity,
)
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def create_app(settings: Settings | None = None) -> Flask:
    """A Doorstep application on these settings, or on those of the environment.

    Raises `SettingsInvalid` for settings that it cannot start with, and `RuntimeError` when a view declares no policy.
    """
    settings = settings or Settings.from_env()
    app = Flask(__name__, static_folder=None, root_path=str(Path(__file__).parent))
    app.url_map.merge_slashes = False  # an address is right or not found; the API redirects nobody
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=CHUNK_BYTES_MAX + 1024,
        MAX_FORM_MEMORY_SIZE=65_536,
        API_TITLE="Doorstep",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
    )
    app.session_interface = _NoSessions()
    _log_to_stderr()
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as Flask documents it
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    with app.app_context():
        prepare_engine(db.engine)
    app.extensions["doorstep"] = Office.from_settings(settings)
    api = docs.DescribedApi(app)
    for module in BLUEPRINTS:
        api.register_blueprint(module.blp)
    docs.register(app, api)
    problem_pages.register(app)
    pwa.register(app)
    cli.register(app)
    errors.register(app)
    unread.register(app)
    policy.register(app)
    return app


class _NoSessions(SessionInterface):
    """Flask's own sessions are not used, so none is read or written: who is signed in is in the database (`app.services.accounts`)."""

    def open_session(self, app: Flask, request: Request) -> None:
        """None, for any request."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """There is nothing to keep."""


def _engine_options(url: str) -> dict[str, object]:
    """SQLite waits for its lock in the file; PostgreSQL connections are few, short-lived in use, and checked before it.

    Errors do not repeat a statement's parameters, because they are logged.
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False}, "pool_size": 8, "max_overflow": 40, "hide_parameters": True}
    # In another zone the first or last hours that a phone's wrong clock may say lie beyond the years that Python has.
    connecting = {"options": "-c timezone=UTC", "connect_timeout": 10}
    return {"connect_args": connecting, "pool_size": 8, "max_overflow": 24, "pool_pre_ping": True, "hide_parameters": True}


def _log_to_stderr() -> None:
    """One JSON object a line, without personal data: ids and codes only."""
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),  # locals hold names and tokens
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=None),
        cache_logger_on_first_use=True,
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
