"""The short form of the browser kills."""

from tests.simulation.apart import found_by


def test_h05_a_killed_browser_has_everything_that_it_said_was_saved() -> None:
    _, found = found_by("browser_kills", "--count", "3", "--seed", "20261122")
    assert found["failures"] == []
    assert (found["lost"], found["duplicated"], found["holes"]) == (0, 0, 0)
    assert found["facts"] > 3, "hardly anything was saved before the kills"
