"""A few restore drills in every run of the tests, and proof that they would notice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.services import backup, restore
from app.store.sqlite_file import NotedBlob
from tests.simulation import restore_drills
from tests.simulation.restore_drills import Ground, Tally


@pytest.fixture(scope="module")
def place() -> Iterator[Ground]:
    with restore_drills.ground() as found:
        yield found


@pytest.mark.parametrize(("seed", "dialect"), [(2, "sqlite"), (6, "sqlite"), (1, "postgresql")])
def test_nothing_that_phones_saved_is_lost_by_a_restore(place: Ground, seed: int, dialect: str) -> None:
    """E5, S16, S17: difference 0 between what phones had and what the restored office has, once they have come back."""
    tally = Tally()
    restore_drills.drill(place, seed, tally, dialect)
    assert (tally.lost, tally.duplicated, tally.holes) == (0, 0, 0)
    assert tally.facts > 10


def test_a_restore_that_keeps_the_lineage_is_noticed(place: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phones would take the old receipts for good and send nothing again."""
    monkeypatch.setattr(restore, "begin_lineage_in", lambda session: "")
    with pytest.raises(AssertionError):
        restore_drills.drill(place, 102, Tally(), "sqlite")


def test_a_backup_that_forgets_photos_is_noticed(place: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def lazy(path: Path) -> Iterator[NotedBlob]:
        yield from ()

    monkeypatch.setattr(backup, "noted_blobs", lazy)
    monkeypatch.setattr(restore, "noted_blobs", lazy)
    monkeypatch.setattr(restore_drills, "_ROUNDS_MAX", 60)
    with pytest.raises(AssertionError):
        restore_drills.drill(place, 202, Tally(), "sqlite")
