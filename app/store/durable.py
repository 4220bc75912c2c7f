"""Files that are on the disk, whole, when a call returns."""

import contextlib
import hashlib
import os
from pathlib import Path

from app import ids

_READ_BYTES = 1 << 20


def copy_verified(source: Path, target: Path, sha256: str) -> bool:
    """Make `target` a durable copy of `source`, if that one's bytes have this hash; whether they have.

    Raises `OSError`, `FileNotFoundError` among them. `target` is made whole or not at all.
    """
    digest = hashlib.sha256()
    make_folder(target.parent)
    own = target.with_name(f".{target.name}.{ids.token(6)}")
    try:
        with source.open("rb") as incoming, open(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            while piece := incoming.read(_READ_BYTES):
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            if digest.hexdigest() != sha256:
                return False
            os.fsync(copy.fileno())
        own.rename(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            own.unlink()
    sync_folder(target.parent)
    return True


def make_folder(path: Path) -> None:
    """Make a folder and those above it; their names are on the disk when this returns."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True, mode=0o700)
        sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    _sync(path, os.O_RDONLY)


def sync_folder(path: Path) -> None:
    """Wait until a folder's names are on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
