"""The service standards that ship with Doorstep, as data. Each file is one immutable version, in the format of docs/STANDARD.md.

A file that was published is never edited: a change is a new file with a higher version, because jobs under way pin the old bytes.
"""

import re
from pathlib import Path


def shipped() -> list[bytes]:
    """The exact bytes of every shipped document, by standard, the newest of each last."""
    return [path.read_bytes() for path in _files()]


def current() -> list[bytes]:
    """The exact bytes of the newest version of every shipped standard."""
    newest = {path.stem.partition("-")[0]: path for path in _files()}
    return [path.read_bytes() for path in newest.values()]


def _files() -> list[Path]:
    """The files, named `<standard_id>-<year>.<number>.json`, in order of their standards and the numbers of their versions."""
    return sorted(Path(__file__).parent.glob("*.json"), key=lambda path: (path.stem.partition("-")[0], _numbers(path.stem)))


def _numbers(stem: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", stem.partition("-")[2])]
