"""Writes the JSON Schema of a standard and its form for the editor: `python -m tools.standard_schema` (tests hold both to the code)."""

import json
from pathlib import Path

from app.domain.standard_format import CHOICES, REASONS, SHAPES, json_schema

ROOT = Path(__file__).parent.parent
PATH = ROOT / "docs" / "standard.schema.json"
FORM_PATH = ROOT / "app/pwa/src/ui/console/standards/form.json"


def text() -> str:
    """The schema as it is kept."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def form() -> str:
    """The form as it is kept: shapes, choices, and the reasons for which a document is refused."""
    return json.dumps({"shapes": SHAPES, "choices": CHOICES, "reasons": list(REASONS)}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), "utf-8")
    FORM_PATH.write_text(form(), "utf-8")
