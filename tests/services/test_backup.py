"""Backups that are whole or not there, and restores that lose neither the backup nor what was there before."""

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.config import Settings
from app.factory import create_app
from app.problems import StorageFullProblem
from app.services import backup, backup_file, doctor, restore
from app.services.backup import BackupInvalid
from app.store.db import db
from app.store.events import EventRow
from tests import builders, postgres
from tests.builders import Network

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def network(app: Flask) -> Network:
    """A network that has done one job, photos and all."""
    network = builders.network(app)
    network.finished()
    return network


@contextmanager
def opened(data: Path) -> Iterator[Flask]:
    """The application on a data folder."""
    app = create_app(Settings.from_env({"DOORSTEP_DATA": str(data), "DOORSTEP_PUBLIC_URL": "http://localhost"}))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(EventRow)) or 0


def closed(network: Network) -> Settings:
    """Let go of the database, as a stopped server does."""
    db.session.remove()
    db.engine.dispose()
    return network.office.settings


@on_sqlite
def test_a_backup_is_whole_and_its_restore_is_the_office_of_that_moment(network: Network, tmp_path: Path) -> None:
    made = backup.back_up(network.office, tmp_path / "kept", secrets=True)
    assert list(backup.faults(made.folder, read_bytes=True)) == []
    assert made.manifest.blobs == made.copied > 5
    count, epoch = events(), network.office.server_epoch()

    settings = Settings.from_env({"DOORSTEP_DATA": str(tmp_path / "other"), "DOORSTEP_PUBLIC_URL": "http://localhost"})
    done = restore.restore(settings, tmp_path / "kept", replace=False)

    with opened(tmp_path / "other") as app:
        office = app.extensions["doorstep"]
        assert (events(), doctor.faults(office), done.missing) == (count, [], [])
        assert office.server_epoch() == done.server_epoch != epoch
        assert office.key.key_id == network.office.key.key_id


@on_sqlite
def test_a_second_backup_copies_only_new_blobs_and_leaves_the_first_as_it_was(network: Network, tmp_path: Path) -> None:
    first = backup.back_up(network.office, tmp_path / "kept", secrets=False)
    again = backup.back_up(network.office, tmp_path / "kept", secrets=False)
    network.finished("li")
    third = backup.back_up(network.office, tmp_path / "kept", secrets=False)

    assert again.copied == 0
    assert third.copied == third.manifest.blobs - first.manifest.blobs > 0
    assert backup.newest(tmp_path / "kept") == third.folder
    for one in (first, again, third):
        assert list(backup.faults(one.folder, read_bytes=True)) == []


@on_sqlite
def test_a_backup_names_nothing_it_has_not_while_phones_go_on_sending(network: Network, tmp_path: Path) -> None:
    """What is on its way during the backup is in it whole or not at all."""
    stop, trouble = threading.Event(), []

    def work() -> None:
        try:
            with network.app.app_context():
                while not stop.is_set():
                    network.finished("li")
                db.session.remove()
        except BaseException as error:  # noqa: BLE001  told by the test below
            trouble.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        made = [backup.back_up(network.office, tmp_path / "kept", secrets=False) for _ in range(4)]
    finally:
        stop.set()
        thread.join()
    assert trouble == []
    for one in made:
        assert list(backup.faults(one.folder, read_bytes=True)) == []
        assert one.manifest.missing == []


@on_sqlite
def test_a_full_disk_leaves_no_half_backup(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever sync says that there is no room: what looks like a backup is one, and with room again the next try works."""
    kept = tmp_path / "kept"
    first = backup.back_up(network.office, kept, secrets=False)
    network.finished("li", upload=False)
    network.finished()
    real, room = os.fsync, 0

    def full(descriptor: int) -> None:
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    for more in range(60):
        room, made = more, None
        with monkeypatch.context() as disk, contextlib.suppress(StorageFullProblem):
            disk.setattr(os, "fsync", full)
            made = backup.back_up(network.office, kept, secrets=True)
        assert [path for path in kept.iterdir() if path.name.startswith(".half")] == []
        for folder in backup.backups(kept):
            assert list(backup.faults(folder, read_bytes=True)) == []
        if made is not None:
            break
    assert made is not None
    assert more > 6
    assert first.folder in backup.backups(kept)


@on_sqlite
def test_a_database_that_has_no_room_to_be_copied_is_said_so(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for says, raised in (("database or disk is full", StorageFullProblem), ("unable to open database file", BackupInvalid)):
        monkeypatch.setattr(backup, "copy_online", _raising(sqlite3.OperationalError(says)))
        with pytest.raises(raised):
            backup.back_up(network.office, tmp_path / "kept", secrets=False)
    assert backup.backups(tmp_path / "kept") == []


@on_sqlite
def test_a_blob_that_the_office_has_lost_is_said_and_does_not_stop_the_rest(network: Network, tmp_path: Path) -> None:
    whole = sorted(path for path in (tmp_path / "blobs" / "blob").rglob("*") if path.is_file())
    whole[0].unlink()
    whole[1].write_bytes(whole[1].read_bytes()[::-1])

    made = backup.back_up(network.office, tmp_path / "kept", secrets=False)

    assert sorted(made.manifest.missing) == sorted(path.name for path in whole[:2])
    assert made.manifest.blobs == len(whole) - 2
    assert len(list(backup.faults(made.folder, read_bytes=True))) == 2
    settings = Settings.from_env({"DOORSTEP_DATA": str(tmp_path / "other")})
    assert sorted(restore.restore(settings, tmp_path / "kept", replace=False).missing) == sorted(made.manifest.missing)


@on_sqlite
def test_a_check_finds_what_is_wrong_with_a_backup(network: Network, tmp_path: Path) -> None:
    made = backup.back_up(network.office, tmp_path / "kept", secrets=False)
    blobs = sorted(path for path in (tmp_path / "kept" / "blob").rglob("*") if path.is_file())
    first, second = blobs[0].read_bytes(), blobs[1].read_bytes()

    blobs[0].write_bytes(first[:-1])
    assert "damaged" in next(backup.faults(made.folder, read_bytes=False))
    blobs[0].write_bytes(first)
    blobs[1].write_bytes(second[:-1] + bytes([second[-1] ^ 1]))
    assert list(backup.faults(made.folder, read_bytes=False)) == []
    assert blobs[1].name in next(backup.faults(made.folder, read_bytes=True))
    blobs[1].unlink()
    assert "missing from the backup" in next(backup.faults(made.folder, read_bytes=False))
    blobs[1].write_bytes(second)
    with (made.folder / backup.DATABASE).open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff" * 64)
    assert "not the database" in next(backup.faults(made.folder, read_bytes=False))
    with pytest.raises(BackupInvalid):
        restore.restore(closed(network), made.folder, replace=True)
    assert (tmp_path / "doorstep.db").exists()


@on_sqlite
def test_a_restore_does_not_overwrite_and_keeps_what_was_there(network: Network, tmp_path: Path) -> None:
    backup.back_up(network.office, tmp_path / "kept", secrets=False)
    network.finished("li")
    count = events()
    settings = network.office.settings

    with pytest.raises(BackupInvalid, match="--replace"):
        restore.restore(settings, tmp_path / "kept", replace=False)
    with pytest.raises(BackupInvalid, match="stop the server"):
        restore.restore(settings, tmp_path / "kept", replace=True)
    assert events() == count
    closed(network)
    done = restore.restore(settings, tmp_path / "kept", replace=True)

    assert events() < count
    db.engine.dispose()
    old = next(path for path in done.aside if path.name.startswith("doorstep.db"))
    with sqlite3.connect(old) as before:
        assert before.execute("SELECT count(*) FROM event").fetchone() == (count,)
    before.close()


@on_sqlite
@pytest.mark.parametrize("dies_at", range(6))
def test_a_restore_that_dies_is_simply_done_again(network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int) -> None:
    """Between any two renames: the office's old data and the backup are both still there, and the second try is whole."""
    backup.back_up(network.office, tmp_path / "kept", secrets=True)
    count = events()
    network.finished("li")
    later, settings = events(), closed(network)
    real, calls = Path.rename, 0

    def dying(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += (".restoring" not in str(self.parent)) and (self.suffix == ".restoring" or ".before-" in str(target))
        if calls > dies_at:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as death:
        death.setattr(Path, "rename", dying)
        with pytest.raises(KeyboardInterrupt):
            print(restore.restore(settings, tmp_path / "kept", replace=True))
    restore.restore(settings, tmp_path / "kept", replace=True)

    assert (events(), doctor.faults(network.office)) == (count, [])
    db.engine.dispose()
    old = [path for path in tmp_path.glob("doorstep.db.before-*") if _events_in(path) == later]
    assert len(old) == 1


@on_sqlite
def test_one_file_holds_a_whole_backup(network: Network, tmp_path: Path) -> None:
    file = tmp_path / "doorstep.tar"
    backup_file.back_up_to_file(network.office, file, secrets=True)
    count = events()
    with pytest.raises(BackupInvalid, match="another name"):
        backup_file.back_up_to_file(network.office, file, secrets=True)
    with backup_file.opened(file, tmp_path) as place:
        assert list(backup.faults(backup.newest(place), read_bytes=True)) == []
        restore.restore(Settings.from_env({"DOORSTEP_DATA": str(tmp_path / "other")}), place, replace=False)
    with opened(tmp_path / "other") as app:
        assert (events(), doctor.faults(app.extensions["doorstep"])) == (count, [])
    cut = tmp_path / "cut.tar"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    with pytest.raises(BackupInvalid), backup_file.opened(cut, tmp_path) as place:
        backup.newest(place)
    assert list(tmp_path.glob(".unpacked*")) == list(tmp_path.glob(".doorstep.tar*")) == []


@on_sqlite
def test_the_commands_say_what_they_did(network: Network, tmp_path: Path) -> None:
    run = network.app.test_cli_runner().invoke
    to = str(tmp_path / "kept")
    count = events()
    made = run(args=["backup", to])
    assert made.exit_code == 0, made.output
    assert "key and secret are not in it" in made.output
    assert run(args=["backup", "check", to, "--bytes"]).output.startswith("Whole: ")
    refused = run(args=["restore", to])
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    closed(network)
    done = run(args=["restore", to, "--replace"])
    assert done.exit_code == 0, done.output
    assert (events(), doctor.faults(network.office)) == (count, [])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_comes_back_by_its_own_tools_and_a_new_lineage(network: Network, tmp_path: Path, postgres_server: str) -> None:
    """The way that docs/OPERATIONS.md describes: pg_dump, then the blobs; pg_restore, then `flask lineage begin`."""
    with pytest.raises(BackupInvalid, match="OPERATIONS"):
        backup.back_up(network.office, tmp_path / "kept", secrets=False)
    name = db.engine.url.database
    assert name is not None
    tools, where = postgres.bin_folder(), ["-h", postgres_server, "-p", "5432", "-U", "doorstep"]
    dump = tmp_path / "doorstep.dump"
    subprocess.run([tools / "pg_dump", *where, "-Fc", "-f", dump, name], check=True)
    shutil.copytree(tmp_path / "blobs", tmp_path / "other" / "blobs")
    shutil.copytree(tmp_path / "keys", tmp_path / "other" / "keys")
    count, epoch, phone = events(), network.office.server_epoch(), network.phone()
    acked = phone.acked
    network.finished()
    with psycopg.connect(postgres.url_of(postgres_server, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}_restored")
    subprocess.run([tools / "pg_restore", *where, "-d", f"{name}_restored", dump], check=True)
    environ = {
        "DOORSTEP_DATA": str(tmp_path / "other"),
        "DOORSTEP_DATABASE_URL": postgres.url_of(postgres_server, f"{name}_restored"),
        "DOORSTEP_SECRET_KEY": network.office.settings.secret_key,
    }
    app = create_app(Settings.from_env(environ))
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["lineage", "begin"]).exit_code == 0
        assert (events(), doctor.faults(app.extensions["doorstep"])) == (count, [])
        phone.client = app.test_client()
        problem = phone.post(phone.request([])).get_json()  # its head is ahead of the server's: S3 tells it where to go on
        assert (problem["acked_seq"], problem["server_epoch"] != epoch) == (acked, True)
        phone.challenge, phone.acked = problem["challenge"], acked
        assert phone.sync()["acked_seq"] == len(phone.events) > acked
        db.session.remove()
        db.engine.dispose()


def _raising(error: Exception) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise error

    return fail


def _events_in(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM event").fetchone()[0]
    connection.close()
    return count
