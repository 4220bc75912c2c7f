"""An office as it was earlier: its database and blobs copied away and put back in a new lineage, as a restore from a backup does."""

import itertools
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from flask import Flask
from sqlalchemy import URL

from app.services.lineage import begin_lineage
from app.store.db import db
from tests import postgres

_numbers = itertools.count()


@dataclass(frozen=True)
class Kept:
    """A copy of all that an office had at one moment. The application's context must be pushed."""

    app: Flask
    url: URL
    copy: str
    blobs: Path
    kept_blobs: Path

    def put_back(self) -> str:
        """Make the office what it was when it was kept, in a new lineage; its `server_epoch`. May be done several times."""
        _let_go()
        if self.url.get_backend_name() == "sqlite":
            _copy_sqlite(self.copy, str(self.url.database))
        else:
            _copy_postgres(self.url, self.copy, str(self.url.database))
        for path in [path for path in self.blobs.rglob("*") if path.is_file()]:
            path.unlink()
        shutil.copytree(self.kept_blobs, self.blobs, dirs_exist_ok=True)
        return begin_lineage(self.app.extensions["doorstep"])


def keep(app: Flask) -> Kept:
    """Copy all that the application's office has."""
    url, settings = db.engine.url, app.extensions["doorstep"].settings
    blobs = Path(urlsplit(settings.blobs_url).path)
    number = next(_numbers)
    kept_blobs = settings.data / f"kept-{number}"
    blobs.mkdir(parents=True, exist_ok=True)
    shutil.copytree(blobs, kept_blobs)
    _let_go()
    if url.get_backend_name() == "sqlite":
        copy = f"{url.database}-kept-{number}"
        _copy_sqlite(str(url.database), copy)
    else:
        copy = f"{url.database}_kept_{number}"
        _copy_postgres(url, str(url.database), copy)
    return Kept(app, url, copy, blobs, kept_blobs)


def _let_go() -> None:
    db.session.remove()
    db.engine.dispose()


def _copy_sqlite(source: str, target: str) -> None:
    """With no connection left, all of the database is in its one file."""
    for end in ("-wal", "-shm"):
        Path(target + end).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _copy_postgres(url: URL, source: str, target: str) -> None:
    with psycopg.connect(postgres.url_of(str(url.query["host"]), "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{target}"'.encode())
        connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"'.encode())
