"""The short form of `server_kills`: the server dies once at every point, and nothing that was acknowledged is lost (PROTOCOL S5, B5)."""

import pytest

from tests.simulation.kill_acts import DATABASE, POINTS
from tests.simulation.server_kills import run

# On PostgreSQL only where it makes a difference: inside transactions, and when the database itself dies.
POINTS_OF_POSTGRESQL = ("blob.in_transaction", "sync.before_commit", "desk.before_commit", DATABASE)


@pytest.mark.parametrize(("dialect", "points"), [("sqlite", POINTS), ("postgresql", POINTS_OF_POSTGRESQL)])
def test_s5_b5_a_server_killed_at_any_point_loses_nothing(dialect: str, points: tuple[str, ...]) -> None:
    found = run(len(points), 1, dialect, points)
    assert not found.is_bad(), found
    assert (found.kills, found.faults.total() - found.faults["whole server started again"]) == (len(points), len(points))
    assert found.facts > len(points)
