"""Backups of SQLite and local disk, made while the office serves.

A backup's folder holds `blob/`, named like the blob store's, and one folder for each time it was made (`20261122T193000Z`) with the
database of that moment and a manifest. Blobs never change, so each is there once, and a later backup adds only new ones. A time's folder
gets its name when all it speaks of is on the disk: whatever has such a name is whole.
"""

import contextlib
import fcntl
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from app import clock, ids
from app.config import Settings, blob_place
from app.problems import StorageFullProblem
from app.services.office import Office
from app.store.durable import copy_verified, sync_file, sync_folder
from app.store.spool import full_disk_is_a_problem
from app.store.sqlite_file import NotedBlob, copy_online, lineage_of, noted_blobs, sound

FORM = 1
DATABASE, MANIFEST, BLOBS, SECRETS = "doorstep.db", "manifest.json", "blob", "secrets"
SECRET_NAMES = ("keys", "secret_key")
_HALF = ".half-"


class BackupInvalid(Exception):
    """What was asked for cannot be done with this folder or this office; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What one backup holds. `missing` lists blobs that the database notes and the office itself did not have whole."""

    form: int
    made_at: str
    server_epoch: str | None
    database_sha256: str
    database_bytes: int
    blobs: int
    blob_bytes: int
    missing: list[str]
    secrets: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was just made: its folder, what it holds, and how many blobs had to be copied for it."""

    folder: Path
    manifest: Manifest
    copied: int


def back_up(office: Office, place: Path, *, secrets: bool) -> Made:
    """Add a backup of this moment to the folder `place`, with the office's keys and secret when `secrets`.

    It may serve meanwhile. Raises `BackupInvalid`, and `StorageFullProblem`, which leaves no half backup.
    """
    database, root = local_places(office.settings)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(place), full_disk_is_a_problem():
        half = place / f"{_HALF}{ids.token(6)}"
        half.mkdir(mode=0o700)
        try:
            return _fill(office.settings, database, root, place, half, secrets)
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise StorageFullProblem from error
            raise BackupInvalid(f"The database cannot be copied: {error}.") from error
        finally:
            shutil.rmtree(half, ignore_errors=True)


def local_places(settings: Settings) -> tuple[Path, Path]:
    """The database's file and the blob store's folder.

    Raises `BackupInvalid` when one of them is elsewhere than on a local disk.
    """
    _, _, database = settings.database_url.partition("sqlite:///")
    blobs = blob_place(settings.blobs_url)
    if not database or not isinstance(blobs, Path):
        raise BackupInvalid("This works for SQLite and a blob folder. For PostgreSQL or S3 see docs/OPERATIONS.md, Back up.")
    return Path(database), blobs


def backups(place: Path) -> list[Path]:
    """The folders of all whole backups in `place`, the newest last; `place` may be one of them itself."""
    if (place / MANIFEST).is_file():
        return [place]
    return sorted(path.parent for path in place.glob(f"[0-9]*/{MANIFEST}"))


def newest(place: Path) -> Path:
    """The newest backup in `place`.

    Raises `BackupInvalid` when it holds none.
    """
    found = backups(place)
    if not found:
        raise BackupInvalid(f"{place} holds no whole backup.")
    return found[-1]


def read_manifest(folder: Path) -> Manifest:
    """What a backup says it holds.

    Raises `BackupInvalid` when it cannot be understood.
    """
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BackupInvalid(f"{folder / MANIFEST} cannot be read.") from error
    if manifest.form != FORM:
        raise BackupInvalid(f"{folder} was made by another version of Doorstep: restore it with that one.")
    return manifest


def check_database(folder: Path, manifest: Manifest) -> None:
    """See that a backup's database is the one that was backed up.

    Raises `BackupInvalid` when it is not, or was damaged from the beginning.
    """
    database = folder / DATABASE
    if not database.is_file() or _digest(database) != manifest.database_sha256:
        raise BackupInvalid(f"{database} is not the database that was backed up: use another backup.")
    if not sound(database):
        raise BackupInvalid(f"{database} was damaged already when it was backed up: use an older backup.")


def faults(folder: Path, *, read_bytes: bool) -> Iterator[str]:
    """What is wrong with a backup, one sentence each: its database, and its blobs by size, or by hash when `read_bytes`."""
    manifest = read_manifest(folder)
    try:
        check_database(folder, manifest)
    except BackupInvalid as invalid:
        yield str(invalid)
        return
    count = 0
    for blob in noted_blobs(folder / DATABASE):
        path = blob_path(folder.parent / BLOBS, blob)
        if not path.is_file():
            if blob.sha256 not in manifest.missing:
                yield f"Blob {blob.sha256} is missing from the backup: back up again into the same folder."
            continue
        count += 1
        if path.stat().st_size != blob.size or (read_bytes and _digest(path) != blob.sha256):
            yield f"Blob {blob.sha256} is damaged in the backup: delete {path} and back up again into the same folder."
    if count + len(manifest.missing) < manifest.blobs:
        yield f"The backup has {count} blobs, and says it has {manifest.blobs}."
    for sha256 in manifest.missing:
        yield f"Blob {sha256} was missing or damaged in the office when this was made: the phone that took it may still hold it."


def blob_path(root: Path, blob: NotedBlob) -> Path:
    """Where a blob is in a folder of blobs."""
    return root / blob.tenant_id / blob.sha256[:2] / blob.sha256


def _fill(settings: Settings, database: Path, root: Path, place: Path, half: Path, secrets: bool) -> Made:
    """The database first, then what it names: so no backup names a blob that came after it."""
    now = clock.now()
    copy_online(database, half / DATABASE)
    sync_file(half / DATABASE)
    count, size, copied, missing = 0, 0, 0, []
    for blob in noted_blobs(half / DATABASE):
        done = _take(blob_path(root / BLOBS, blob), blob_path(place / BLOBS, blob), blob)
        if done is None:
            missing.append(blob.sha256)
            continue
        count, size, copied = count + 1, size + blob.size, copied + done
    if secrets:
        _take_secrets(settings.data, half / SECRETS)
    own = half / DATABASE
    manifest = Manifest(FORM, clock.stamp(now), lineage_of(own), _digest(own), own.stat().st_size, count, size, missing, secrets)
    (half / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    sync_file(half / MANIFEST)
    sync_folder(half)
    folder = place / now.strftime("%Y%m%dT%H%M%S.%fZ")
    half.rename(folder)
    sync_folder(place)
    return Made(folder, manifest, copied)


def _take(source: Path, target: Path, blob: NotedBlob) -> bool | None:
    """Bring one blob into the backup: True when it was copied, False when it was there, None when the office has it not whole."""
    with contextlib.suppress(FileNotFoundError):
        if target.stat().st_size == blob.size:
            return False
    with contextlib.suppress(FileNotFoundError):
        return copy_verified(source, target, blob.sha256) or None
    return None


def _take_secrets(data: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for name in SECRET_NAMES:
        if (data / name).is_dir():
            shutil.copytree(data / name, target / name)
        elif (data / name).is_file():
            shutil.copy2(data / name, target / name)
    for path in target.rglob("*"):
        sync_folder(path) if path.is_dir() else sync_file(path)
    sync_folder(target)


@contextlib.contextmanager
def _alone_in(place: Path) -> Iterator[None]:
    """One backup into a folder at a time; what one that died left half done is removed."""
    with open(place / ".lock", "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupInvalid(f"Another backup into {place} is under way.") from error
        for path in place.glob(f"{_HALF}*"):
            shutil.rmtree(path)
        yield


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
