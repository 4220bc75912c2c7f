"""Requests to a bucket of an S3-compatible store, each bounded in time."""

import contextlib
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any, cast

import obstore
import structlog
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from app.config import S3Access, S3Place
from app.problems import Unavailable
from app.store.spool import READ_BYTES

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

RETRY_AFTER_S = 30
_CONNECT_WITHIN = timedelta(seconds=3)
_ANSWER_WITHIN = timedelta(seconds=20)
_TRY_AGAIN_WITHIN = timedelta(seconds=5)
_WAIT_S = 1.0

_log = structlog.get_logger("doorstep")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of the bucket."""

    path: str
    size: int
    modified_at: datetime


class Bucket:
    """A bucket, or the objects in it whose names begin with a prefix.

    Each call ends within a bound or raises `Unavailable`, and so does whatever the store answers instead of what was asked. At most
    `at_once` calls are under way in one process: when the store is slow, the other threads go on with other work.
    """

    def __init__(self, place: S3Place, access: S3Access, at_once: int = 48) -> None:
        config: S3Config = {
            "bucket": place.bucket,
            "region": place.region,
            "access_key_id": access.key_id,
            "secret_access_key": access.secret,
            "checksum_algorithm": "SHA256",
        }
        client: ClientConfig = {"timeout": _ANSWER_WITHIN, "connect_timeout": _CONNECT_WITHIN}
        if place.endpoint is not None:
            config["endpoint"] = place.endpoint
            client["allow_http"] = place.endpoint.startswith("http://")
        if access.session_token is not None:
            config["session_token"] = access.session_token
        self._store = S3Store(
            prefix=place.prefix or None,
            config=config,
            client_options=client,
            retry_config={"max_retries": 1, "retry_timeout": _TRY_AGAIN_WITHIN},
        )
        self._free = BoundedSemaphore(at_once)
        self.has_answered = False

    def send(self, path: str, content: Path, *, only_new: bool = False) -> bool:
        """Store a file under a name, all of it or nothing; False when the name must be new and is not.

        The bytes' SHA-256 goes along, so that the store takes no others.
        """
        mode: Any = "create" if only_new else "overwrite"
        with content.open("rb") as file, self._asking(), contextlib.ExitStack() as stack:
            held = b""
            if content.stat().st_size:  # mapped, not copied into memory, however many are sent at once
                held = cast(bytes, stack.enter_context(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)))
            try:
                obstore.put(self._store, path, held, mode=mode, use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def read(self, path: str) -> Iterator[bytes]:
        """An object's bytes in pieces; `FileNotFoundError` when there is none."""
        with self._asking(may_be_missing=True):
            for piece in obstore.get(self._store, path).stream(min_chunk_size=READ_BYTES):
                yield bytes(piece)

    def beginning(self, path: str, count: int) -> bytes:
        """An object's first bytes; `FileNotFoundError` when there is none."""
        size = self.size(path)  # of an object without bytes no range may be asked for
        with self._asking(may_be_missing=True):
            return bytes(obstore.get_range(self._store, path, start=0, length=min(size, count))) if size else b""

    def size(self, path: str) -> int:
        """An object's size in bytes; `FileNotFoundError` when there is none."""
        with self._asking(may_be_missing=True):
            return obstore.head(self._store, path)["size"]

    def list(self, prefix: str) -> Iterator[Stored]:
        """The objects whose names begin so, in no order."""
        with self._asking():
            for page in obstore.list(self._store, prefix):
                yield from (Stored(one["path"], one["size"], one["last_modified"]) for one in page)

    def delete(self, paths: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""
        if paths:
            with self._asking():
                obstore.delete(self._store, paths)

    @contextlib.contextmanager
    def _asking(self, *, may_be_missing: bool = False) -> Iterator[None]:
        if not self._free.acquire(timeout=_WAIT_S):
            raise Unavailable("The blob store is slow.", retry_after_s=RETRY_AFTER_S)
        try:
            yield
            self.has_answered = True
        except (BaseError, FileNotFoundError) as error:
            if may_be_missing and isinstance(error, FileNotFoundError):
                raise
            _log.warning("blob_store_failed", error=type(error).__name__, detail=str(error).partition("\n")[0][:300])
            raise Unavailable("The blob store does not answer.", retry_after_s=RETRY_AFTER_S) from error
        finally:
            self._free.release()
