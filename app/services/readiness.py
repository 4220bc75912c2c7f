"""Whether the server can serve: its database answers and is migrated, and blobs can be written."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from app.problems import Problem
from app.services.office import Office
from app.store.db import db, end_transaction


def faults(office: Office, migrations: str) -> list[str]:
    """What keeps the server from serving, in words; empty when nothing does. `migrations` is the folder of the migrations."""
    found = []
    try:
        current = MigrationContext.configure(db.session.connection()).get_current_heads()
        if set(current) != set(ScriptDirectory(migrations).get_heads()):
            found.append("The database is not migrated: run flask db upgrade.")
    except SQLAlchemyError:
        found.append("The database does not answer.")
    finally:
        end_transaction()
    try:
        office.blobs.check()
    except (OSError, Problem):
        found.append("Blobs cannot be written.")
    return found
