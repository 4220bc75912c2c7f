"""A blob's name is on the disk with all the folders that lead to it."""

import hashlib
import os
from pathlib import Path

import pytest

from app.store.blob_disk import DiskBlobs


def test_b5_every_new_folder_on_the_way_to_a_blob_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut takes back a folder whose name was not synced, and with it the blob that a receipt was given for."""
    sync, synced = os.fsync, set()

    def fsync(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").resolve())
        sync(descriptor)

    monkeypatch.setattr("os.fsync", fsync)
    store, sha256 = DiskBlobs(tmp_path / "blobs"), hashlib.sha256(b"photo").hexdigest()
    store.put("tenant", sha256, b"photo")
    path = store.path("tenant", sha256)
    folders = [folder for folder in path.parents if folder.is_relative_to(tmp_path)]
    assert len(folders) == 5
    assert set(folders) <= synced
