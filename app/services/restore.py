"""Putting a backup in the place of an office's data (SQLite and local disk). What was there stays beside it; the lineage is a new one."""

import contextlib
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from app import clock
from app.config import Settings
from app.services import backup
from app.services.backup import BLOBS, DATABASE, SECRET_NAMES, SECRETS, BackupInvalid, blob_path, local_places
from app.services.lineage import begin_lineage_in
from app.store.durable import copy_verified, make_folder, sync_file, sync_folder
from app.store.spool import full_disk_is_a_problem
from app.store.sqlite_file import in_use, noted_blobs, writing_on

_NEW = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the backup's manifest, the new lineage, blobs it could not bring, and where the old data is now."""

    manifest: backup.Manifest
    server_epoch: str
    missing: list[str]
    aside: list[Path] = field(default_factory=list)


def restore(settings: Settings, source: Path, *, replace: bool) -> Restored:
    """Bring the newest backup in `source`, or `source` itself when it is one, into the places that the settings name.

    Nothing may serve from them. All that is new is made beside the old and then moved; the database comes last, already in its new
    lineage, so that there is never a restored one that phones would take for the old. Raises `BackupInvalid`, as when there is data and
    `replace` was not said, and `StorageFullProblem`; both change nothing.
    """
    folder = backup.newest(source)
    manifest = backup.read_manifest(folder)
    backup.check_database(folder, manifest)
    database, root = local_places(settings)
    _refuse_if_occupied(database, root, replace=replace)
    with full_disk_is_a_problem():
        server_epoch = _bring_database(folder / DATABASE, _new(database), manifest)
        missing = _bring_blobs(folder, _new(root / BLOBS))
        pairs = [(_new(root / BLOBS), root / BLOBS), *_bring_secrets(folder / SECRETS, settings.data), (_new(database), database)]
    return Restored(manifest, server_epoch, missing, _swap(pairs, database))


def _refuse_if_occupied(database: Path, root: Path, *, replace: bool) -> None:
    has_blobs = (root / BLOBS).is_dir() and any((root / BLOBS).iterdir())
    if (database.exists() or has_blobs) and not replace:
        raise BackupInvalid(f"There is data in {database.parent} already. With --replace it is moved aside and the backup takes its place.")
    if database.exists() and in_use(database):
        raise BackupInvalid(f"Something still uses {database}: stop the server first.")


def _bring_database(source: Path, target: Path, manifest: backup.Manifest) -> str:
    make_folder(target.parent)
    if not copy_verified(source, target, manifest.database_sha256):
        raise BackupInvalid(f"{source} changed while it was read.")
    with writing_on(target) as session:
        server_epoch = begin_lineage_in(session)
    sync_file(target)
    return server_epoch


def _bring_blobs(folder: Path, target: Path) -> list[str]:
    """Copy what the backup's database notes, each by its hash; those that a restore which died had brought are there already."""
    make_folder(target)
    missing = []
    for blob in noted_blobs(folder / DATABASE):
        own = blob_path(target, blob)
        with contextlib.suppress(FileNotFoundError):
            if own.exists() or copy_verified(blob_path(folder.parent / BLOBS, blob), own, blob.sha256):
                continue
        missing.append(blob.sha256)
    return missing


def _bring_secrets(source: Path, data: Path) -> list[tuple[Path, Path]]:
    """Copies of the office's keys and secret beside their places; none when the backup was made without."""
    pairs = []
    for name in SECRET_NAMES:
        if not (source / name).exists():
            continue
        new = _new(data / name)
        if (source / name).is_dir():
            shutil.rmtree(new, ignore_errors=True)
            shutil.copytree(source / name, new)
            for path in new.iterdir():
                sync_file(path)
            sync_folder(new)
        else:
            shutil.copy2(source / name, new)
            sync_file(new)
        pairs.append((new, data / name))
    return pairs


def _swap(pairs: list[tuple[Path, Path]], database: Path) -> list[Path]:
    """Move what is there aside, the database first, then the new in; where the old is now."""
    suffix = f".before-{clock.now():%Y%m%dT%H%M%S.%fZ}"
    aside = []
    leftovers = [database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm")]
    for path in [*(place for _, place in reversed(pairs)), *leftovers]:
        if path.exists():
            path.rename(path.with_name(f"{path.name}{suffix}"))
            sync_folder(path.parent)
            aside.append(path.with_name(f"{path.name}{suffix}"))
    for new, place in pairs:
        new.rename(place)
        sync_folder(place.parent)
    return aside


def _new(place: Path) -> Path:
    return place.with_name(f"{place.name}{_NEW}")
