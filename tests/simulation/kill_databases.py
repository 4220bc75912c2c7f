"""Databases for towns, and a migration that is killed on one."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests import postgres
from tests.gunicorn import ROOT, environment, flask


def fresh_database(folder: Path, server: str | None, name: str) -> str:
    """The URL of a new, migrated database: of the PostgreSQL `server`, or a file in `folder`."""
    url = empty_database(folder, server, name)
    migrated = flask(environment(folder, 0, url), "db", "upgrade")
    assert migrated.returncode == 0, migrated.stderr
    return url


def empty_database(folder: Path, server: str | None, name: str) -> str:
    """The URL of a new, empty database."""
    folder.mkdir(parents=True)
    if server is None:
        return f"sqlite:///{folder / 'doorstep.db'}"
    with psycopg.connect(postgres.url_of(server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgres.url_of(server, name)


def kill_a_migration(folder: Path, server: str | None, name: str, statement: int) -> None:
    """Let the migration of an empty database die after so many statements; the next try must bring it to its end."""
    deadly = folder / "deadly"
    environ = environment(folder, 0, empty_database(folder, server, name)) | {"DOORSTEP_DEADLY": str(deadly)}
    deadly.write_text(f"migration worker {statement}")
    command = [sys.executable, "-m", "flask", "--app", "tests.simulation.deadly", "db", "upgrade"]
    died = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, text=True, check=False)
    assert died.returncode == -9, f"the migration did not die: {died.returncode} {died.stderr[-800:]}"
    for words in (("db", "upgrade"), ("db", "check"), ("doctor",)):
        done = flask(environ, *words)
        assert done.returncode == 0, f"after a killed migration, flask {' '.join(words)}: {done.stdout[-300:]} {done.stderr[-800:]}"
