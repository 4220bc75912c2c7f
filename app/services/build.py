"""Which build of the front end is served."""

import json
from pathlib import Path

_BUILT = Path(__file__).parent.parent / "pwa" / "static" / "build.json"


def served() -> str | None:
    """The build's name; None when the front end is not built."""
    try:
        found: str = json.loads(_BUILT.read_text("utf-8"))["build"]
    except FileNotFoundError:
        return None
    return found
