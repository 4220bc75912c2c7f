"""What every service needs to work: the settings, the server's key, the blob store and this database's lineage."""

from dataclasses import dataclass, field
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import select

from app import clock, ids
from app.config import S3Access, Settings, blob_place
from app.services.keys import ServerKey, server_key
from app.store.blob_disk import DiskBlobs
from app.store.blob_store import BlobStore
from app.store.db import db, writing
from app.store.reference import Lineage


@dataclass(frozen=True)
class Office:
    """The running Doorstep, handed to each service function. It holds no connection and no user."""

    settings: Settings
    key: ServerKey
    blobs: BlobStore
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _known: dict[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "Office":
        """Open the key and the blob store that the settings name."""
        return cls(settings, server_key(settings.data / "keys"), _blob_store(settings))

    def server_epoch(self) -> str:
        """The id of this database's lineage (PROTOCOL 3); the first process to ask makes it."""
        if "server_epoch" not in self._known:
            self._known["server_epoch"] = _lineage()
        return self._known["server_epoch"]

    def forget_lineage(self) -> None:
        """Read the lineage anew when it is next asked for: it has changed."""
        self._known.clear()


def _lineage() -> str:
    found = db.session.scalar(select(Lineage.server_epoch).where(Lineage.lineage_id == 1))
    if found is not None:
        return found
    with writing() as session:
        lineage = session.get(Lineage, 1)
        if lineage is None:
            lineage = Lineage(lineage_id=1, server_epoch=ids.uuid7(), began_at=clock.now())
            session.add(lineage)
        return lineage.server_epoch


def _blob_store(settings: Settings) -> BlobStore:
    place = blob_place(settings.blobs_url)
    if isinstance(place, Path):
        return DiskBlobs(place)
    from app.store.blob_s3 import S3Blobs  # noqa: PLC0415  its client is loaded only where it is used
    from app.store.s3_bucket import Bucket  # noqa: PLC0415

    return S3Blobs(Bucket(place, S3Access.from_env()), settings.data)
