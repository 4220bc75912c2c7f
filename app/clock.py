"""The only reader of time."""

import re
import time
from datetime import UTC, datetime

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def monotonic_ms() -> int:
    """Milliseconds on a clock that only goes forward, for measuring waits."""
    return time.monotonic_ns() // 1_000_000


def stamp(moment: datetime) -> str:
    """A moment in the one form that goes over the wire: RFC 3339, UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse(text: str) -> datetime:
    """The moment of a stamp.

    Raises `ValueError` when the text has another form.
    """
    if not _STAMP.fullmatch(text):
        raise ValueError("not a time stamp")
    return datetime.fromisoformat(text)
