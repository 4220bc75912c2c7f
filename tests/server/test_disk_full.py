"""The server's disk is full: nothing is stored, the phone is told so (507), and the server goes on by itself when there is room again."""

import contextlib
import errno
import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.config import Settings
from app.services import doctor
from app.store import blob_disk
from app.store.db import db
from tests import world as worlds
from tests.live import Live, running
from tests.phone import Phone
from tests.server.caller import held, phone_at
from tests.world import World

DISK_BYTES = 24 * 1024 * 1024
PHOTO = os.urandom(300_000)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system that is soon full."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; the test below it runs with a write that fails instead")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def fill(disk: Path) -> Path:
    """Use up every byte that is left; the file to remove for room."""
    filler = disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4_096))
    return filler


@pytest.fixture
def on_small_disk(small_disk: Path, migrated_sqlite: Path) -> Iterator[Live]:
    """A server whose database, its log ahead, and blobs all lie on the small disk."""
    (small_disk / "doorstep.db").write_bytes(migrated_sqlite.read_bytes())
    settings = Settings.from_env({"DOORSTEP_DATA": str(small_disk), "DOORSTEP_SECRET_KEY": "k", "DOORSTEP_PUBLIC_URL": "http://localhost"})
    with running(settings) as live, live.app.app_context():
        yield live
        db.session.remove()


def test_b10_a_full_disk_stores_nothing_says_so_and_recovers_without_a_restart(on_small_disk: Live, small_disk: Path) -> None:
    live, world = on_small_disk, on_small_disk.world()
    job_id = world.job(world.wang)
    phone = phone_at(live, world)
    begun, whole = PHOTO[:200_000], PHOTO
    for content in (begun, whole):
        phone.photo(job_id, content)
    phone.sync()
    name, whole_name = (hashlib.sha256(content).hexdigest() for content in (begun, whole))
    assert phone.patch(name, begun, 0, begun[:50_000]).status_code == 204
    workers = live.server.process.pid
    for _ in range(2):
        filler = fill(small_disk)
        for reply in (phone.patch(name, begun, 50_000), phone.patch(whole_name, whole)):
            assert (reply.status_code, reply.get_json()["type"]) == (507, "/problems/storage-full")
            assert int(reply.headers["Retry-After"]) > 0
        statuses = set()
        while 507 not in statuses:
            phone.record(job_id, "note.added", {"text": "word " * 1_900})
            reply = phone.post(phone.request(phone.events[phone.acked :][:20]))
            statuses.add(reply.status_code)
            if reply.status_code == 200:
                phone.take(reply.get_json())
        assert statuses <= {200, 507}
        assert held(live, phone, name) == 50_000
        filler.unlink()
        phone.sync()
        assert phone.acked == len(phone.events)
    assert phone.patch(name, begun, 50_000).status_code == 200
    assert phone.patch(whole_name, whole).status_code == 200
    assert phone.sync()["blobs_wanted"] == []
    assert live.server.process.pid == workers
    assert live.server.process.poll() is None
    live.check_views_and_logs()
    db.session.rollback()
    assert doctor.faults(live.office) == []


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return worlds.phone_that_names(PHOTO, client, world)


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_b10_of_a_write_that_fails_midway_nothing_counts(world: World, phone: Phone, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    assert phone.patch(sha256, PHOTO, 0, PHOTO[:1_000]).status_code == 204
    own = blob_disk._write_all

    def fail(file: int, piece: bytes) -> None:
        own(file, piece[:500])
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as disk:
        disk.setattr(blob_disk, "_write_all", fail)
        assert phone.patch(sha256, PHOTO, 1_000, PHOTO[1_000:5_000]).status_code == 507
    assert world.office.blobs.held(world.tenant_id, sha256) == 1_000

    def full(*_: Any) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as disk:
        disk.setattr(blob_disk, "sync_file", full)
        assert phone.patch(sha256, PHOTO, 1_000).status_code == 507
    assert not world.office.blobs.has(world.tenant_id, sha256)
    assert phone.patch(sha256, PHOTO, len(PHOTO) - 1, PHOTO[-1:]).status_code == 200
    assert world.office.blobs.path(world.tenant_id, sha256).read_bytes() == PHOTO
