"""A restore of PostgreSQL and a bucket, by the steps of docs/OPERATIONS.md: nothing is lost that a phone still holds."""

import dataclasses
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from flask import Flask
from obstore.store import S3Store
from sqlalchemy import func, select

from app.config import Settings
from app.factory import create_app
from app.services import doctor
from app.store.db import db
from app.store.events import EventRow
from tests import builders, postgres, seaweed
from tests.builders import deliver, digest
from tests.phone import Phone

pytestmark = [
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
    pytest.mark.parametrize("blobs_url", ["s3"], indirect=True),
]


def dump(server: str, name: str, to: Path) -> None:
    subprocess.run([postgres.bin_folder() / "pg_dump", *_where(server), "-Fc", "-f", to, name], check=True)


def bring(server: str, name: str, source: Path) -> None:
    subprocess.run([postgres.bin_folder() / "createdb", *_where(server), name], check=True)
    subprocess.run([postgres.bin_folder() / "pg_restore", *_where(server), "-d", name, source], check=True)


def _where(server: str) -> list[str]:
    return ["-h", server, "-p", "5432", "-U", "doorstep"]


def copy_blobs(server: str, source: str, target: str) -> int:
    """What any S3 tool does that copies `source/blob/` to `target/blob/`; how many objects."""
    key = {"access_key_id": seaweed.ACCESS["AWS_ACCESS_KEY_ID"], "secret_access_key": seaweed.ACCESS["AWS_SECRET_ACCESS_KEY"]}
    store = S3Store(seaweed.BUCKET, endpoint=server, region="us-east-1", client_options={"allow_http": True}, **key)
    paths = [one["path"] for page in obstore.list(store, f"{source}/blob/") for one in page]
    for path in paths:
        obstore.put(store, path.replace(source, target, 1), obstore.get(store, path).bytes())
    return len(paths)


def meet(phone: Phone, app: Flask) -> None:
    """The first contact after a restore (S17), with all that the phone holds."""
    phone.client = app.test_client()
    problem = phone.post(phone.request([])).get_json()
    phone.challenge = problem["challenge"]
    phone._is_of(problem["server_epoch"], problem["acked_seq"])
    assert phone.sync()["acked_seq"] == len(phone.events)


def test_the_documented_way_back(settings: Settings, tmp_path: Path, postgres_server: str, seaweed_server: str) -> None:
    app = create_app(settings)
    with app.app_context():
        network = builders.network(app)
        network.finished()
        phone, before = network.phone(), len(network.phone().events)
        name, prefix = urlsplit(settings.database_url).path[1:], urlsplit(settings.blobs_url or "").path[1:]
        # Back up: first the database, then the blobs.
        dump(postgres_server, name, tmp_path / "doorstep.dump")
        held = copy_blobs(seaweed_server, prefix, f"{prefix}-kept")
        # What happens between the backup and the disaster.
        job_id, photo = network.job("wang"), builders.picture()
        phone.sync()
        phone.photo(network.view(job_id).job_id, photo)
        phone.sync()
        deliver(phone, [photo])
        db.session.remove()
        db.engine.dispose()
    restored = _restored(settings, tmp_path, postgres_server, seaweed_server, name, prefix)
    app = create_app(restored)
    with app.app_context():
        office = app.extensions["doorstep"]
        assert app.test_cli_runner().invoke(args=["lineage", "begin"]).exit_code == 0
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
        assert list(doctor.examine(office, read_bytes=True)) == []
        assert len(list(office.blobs.stored())) == held
        meet(phone, app)
        assert _events() >= len(phone.events) > before
        assert phone.sync()["blobs_wanted"] == [digest(photo)]
        deliver(phone, [photo])
        assert list(doctor.examine(office, read_bytes=True)) == []
        db.session.remove()
        db.engine.dispose()


def _restored(settings: Settings, folder: Path, server: str, s3: str, name: str, prefix: str) -> Settings:
    bring(server, f"{name}_back", folder / "doorstep.dump")
    copy_blobs(s3, f"{prefix}-kept", f"{prefix}-back")
    data = folder / "back"
    shutil.copytree(folder / "keys", data / "keys")
    urls = {"database_url": postgres.url_of(server, f"{name}_back"), "blobs_url": seaweed.blobs_url(s3, f"{prefix}-back")}
    return dataclasses.replace(settings, data=data, **urls)


def _events() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(EventRow)) or 0
