"""A backup as one file, to carry elsewhere: a tar of a backup's folder, not compressed, because photos are already."""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import ids
from app.services.backup import BLOBS, BackupInvalid, Made, back_up
from app.services.office import Office
from app.store.durable import sync_file, sync_folder
from app.store.spool import full_disk_is_a_problem

SUFFIX = ".tar"


def back_up_to_file(office: Office, file: Path, *, secrets: bool) -> Made:
    """Make a backup of this moment as `file`, which must not be there yet.

    Raises `BackupInvalid` and `StorageFullProblem`; the file is whole or not there.
    """
    if file.exists():
        raise BackupInvalid(f"{file} is there already: choose another name.")
    place = file.with_name(f".{file.name}.{ids.token(6)}")
    half = place / "half.tar"
    try:
        made = back_up(office, place, secrets=secrets)
        with full_disk_is_a_problem():
            with tarfile.open(half, "w") as tar:
                for folder in (made.folder, place / BLOBS):
                    if folder.exists():
                        tar.add(folder, folder.name)
            sync_file(half)
            half.rename(file)
            sync_folder(file.parent)
        return made
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def opened(source: Path, beside: Path) -> Iterator[Path]:
    """The folder of a backup: `source` itself, or, when it is a file, an unpacked copy in the folder `beside`, gone afterwards.

    Raises `BackupInvalid` and `StorageFullProblem`.
    """
    if source.is_dir():
        yield source
        return
    place = beside / f".unpacked-{ids.token(6)}"
    try:
        place.mkdir(parents=True, mode=0o700)
        try:
            with full_disk_is_a_problem(), tarfile.open(source) as tar:
                tar.extractall(place, filter="data")
        except (tarfile.TarError, FileNotFoundError) as error:
            raise BackupInvalid(f"{source} is neither a backup's folder nor its file.") from error
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
