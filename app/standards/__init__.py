"""The service standards that ship with Doorstep, as data. Each file is one immutable version, in the format of docs/STANDARD.md.

A file that was published is never edited: a change is a new file with a higher version, because jobs under way pin the old bytes.
"""

from pathlib import Path


def shipped() -> list[bytes]:
    """The exact bytes of every shipped document, in order of file name."""
    return [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.json"))]
