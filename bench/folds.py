"""How long both folds take for a job of 400 events, and both interpreters for a checklist of all shipped standards."""

from typing import Any

from tests.domain import speed


def measure() -> dict[str, Any]:
    """Median milliseconds in Python and in TypeScript, and what one event costs each."""
    found: dict[str, Any] = dict(speed.folding(400))
    found |= {name.replace("_ms", "_us_per_event"): round(1_000 * found[name] / 400, 2) for name in ("python_ms", "typescript_ms")}
    return found | {f"checklist_{name}": value for name, value in speed.laying().items()}
