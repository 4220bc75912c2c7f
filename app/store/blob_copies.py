"""Local copies of blobs that lie far away: a folder of at most so many bytes, the longest unused going first."""

import contextlib
import os
from pathlib import Path

BYTES_MAX = 1 << 30


class Copies:
    """Whole, checked blobs by tenant and hash. What is in the folder may be removed at any time; it is fetched again."""

    def __init__(self, folder: Path, bytes_max: int = BYTES_MAX) -> None:
        self._folder = folder
        self._bytes_max = bytes_max

    def path(self, tenant_id: str, sha256: str) -> Path:
        """Where a blob's copy is, or would be."""
        return self._folder / tenant_id / sha256

    def used(self, tenant_id: str, sha256: str) -> Path | None:
        """A blob's copy, noted as used now; None when there is none."""
        path = self.path(tenant_id, sha256)
        with contextlib.suppress(FileNotFoundError):
            os.utime(path)
            return path
        return None

    def take(self, tenant_id: str, sha256: str, whole: Path) -> Path:
        """Move a checked file of the same disk among the copies, and make room for it."""
        path = self.path(tenant_id, sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        whole.rename(path)
        self._trim(path)
        return path

    def _trim(self, newest: Path) -> None:
        found = []
        for copy in self._folder.glob("*/*"):
            with contextlib.suppress(FileNotFoundError):
                found.append((copy.stat().st_mtime_ns, copy.stat().st_size, copy))
        surplus = sum(size for _, size, _ in found) - self._bytes_max
        for _, size, copy in sorted(found):
            if surplus <= 0:
                return
            if copy != newest:
                copy.unlink(missing_ok=True)
                surplus -= size
