"""Runs migrations on the application's own database, one process at a time.

On PostgreSQL an advisory lock keeps a second process out, and a lock that the migration cannot get in time makes it fail
instead of stopping the service. SQLite allows one writer anyway.
"""

from alembic import context
from flask import current_app
from sqlalchemy import text

from app.store import blobs, devices, events, jobs, people, reference, rescued  # noqa: F401  the tables
from app.store.db import Base

_ADVISORY_LOCK = 0x0D00_25E9
_LOCK_TIMEOUT = "4s"


def run() -> None:
    """Bring the database to the newest revision within one transaction."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        postgresql = connection.dialect.name == "postgresql"
        if postgresql:
            connection.execute(text(f"SELECT pg_advisory_lock({_ADVISORY_LOCK})"))
            connection.execute(text(f"SET lock_timeout = '{_LOCK_TIMEOUT}'"))
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=_render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        if postgresql:
            connection.execute(text(f"SELECT pg_advisory_unlock({_ADVISORY_LOCK})"))
            connection.commit()


def _render_item(kind, item, autogen_context):
    """Moments are written as plain timestamps with a time zone: migrations do not depend on today's code."""
    if kind == "type" and type(item).__name__ == "UtcTime":
        return "sa.DateTime(timezone=True)"
    return False


run()
