"""Migrations: the newest revision is what the tables say, there and back again, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.store.db import Base, db


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_head_equals_the_tables(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    before = tables()
    assert before == set(Base.metadata.tables)
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert tables() == before


def test_every_table_but_the_lineage_has_a_tenant() -> None:
    without = {name for name, table in Base.metadata.tables.items() if "tenant_id" not in table.columns}
    assert without == {"lineage"}
