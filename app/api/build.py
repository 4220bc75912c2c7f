"""Which build of the front end is served."""

import json
from pathlib import Path

from flask import current_app


def served() -> str | None:
    """The build's name; None when the front end is not built."""
    try:
        found: str = json.loads((Path(current_app.root_path) / "pwa" / "static" / "build.json").read_text("utf-8"))["build"]
    except FileNotFoundError:
        return None
    return found
