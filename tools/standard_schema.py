"""Writes the JSON Schema of a standard: `python -m tools.standard_schema` (tests hold the file to the code)."""

import json
from pathlib import Path

from app.domain.standard_format import json_schema

PATH = Path(__file__).parent.parent / "docs" / "standard.schema.json"


def text() -> str:
    """The schema as it is kept."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
