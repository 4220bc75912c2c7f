"""The short form of the engine simulator, and of the slow line: the storage code and the sync core against the real server."""

from app.services.office import Office
from tests import world
from tests.simulation.apart import found_by
from tests.simulation.oracle import judge

# Two rounds: in the first one the server is restored from a backup of its middle, in the second one it is killed.
_BESIDE, _SCHEDULES, _FIRST_SEED = 30, 60, 12


def test_what_phones_called_saved_is_at_the_office_exactly_once() -> None:
    _, found = found_by("engine", "--count", str(_SCHEDULES), "--seed", str(_FIRST_SEED), "--beside", str(_BESIDE), "--jobs", "1")
    assert found["failures"] == []
    assert (found["lost"], found["duplicated"], found["holes"]) == (0, 0, 0)
    assert found["facts"] > 5 * _SCHEDULES
    assert {"server_restored", "server_killed", "lose_reply", "phone_crash", "database_damaged", "file_damaged"} <= found["faults"].keys()


def test_h48_photos_arrive_over_a_line_that_is_cut_again_and_again() -> None:
    _, found = found_by("slow_line", "--bytes", "2000000", "--rate", "1000000", "--count", "40", "--seed", "1")
    assert found["failures"] == []
    assert found["facts"] == 8


def test_the_oracle_sees_what_did_not_arrive(office: Office) -> None:
    town = world.make(office)
    told = {"event_id": "e", "body": "{}", "blobs": [{"sha256": "0" * 64, "size": 1}], "said": "saved"}
    found = judge(office, town.tenant_id, [{"seed": 7, "why": None, "told": [told], "faults": {}}])
    assert (found.facts, found.lost, [failure["seed"] for failure in found.failures]) == (1, 2, [7])
