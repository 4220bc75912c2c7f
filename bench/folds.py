"""How long both folds take for a job of 400 events."""

from typing import Any

from tests.domain import fold_speed


def measure() -> dict[str, Any]:
    """Median milliseconds in Python and in TypeScript, and what one event costs each."""
    found: dict[str, Any] = dict(fold_speed.measure(400))
    return found | {name.replace("_ms", "_us_per_event"): round(1_000 * found[name] / 400, 2) for name in ("python_ms", "typescript_ms")}
