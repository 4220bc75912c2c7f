"""The short form of the browser kills."""

from pathlib import Path

from tests.e2e import engine_server
from tests.simulation import browser_kills


def test_h05_a_killed_browser_has_everything_that_it_said_was_saved(tmp_path: Path) -> None:
    engine_server.build(tmp_path)
    found, _ = browser_kills.run(3, 20_261_122, tmp_path)
    assert found.failures == []
    assert (found.lost, found.duplicated, found.holes) == (0, 0, 0)
    assert found.facts > 3, "hardly anything was saved before the kills"
