"""The modelled server answers as the real one does (PROTOCOL S, B, E5): else what the model shows would be about nothing."""

from pathlib import Path

from app.config import Settings
from app.factory import create_app
from app.store.db import db
from tests import world
from tests.simulation import model
from tests.simulation.replay import Json, Replay

TRACES = 12


def replayed(trace: Json, migrated: Path, folder: Path) -> list[str]:
    """Where a trace and a fresh real server differ."""
    folder.mkdir()
    path = folder / "doorstep.db"
    path.write_bytes(migrated.read_bytes())
    environ = {"DOORSTEP_DATA": str(folder), "DOORSTEP_DATABASE_URL": f"sqlite:///{path}", "DOORSTEP_SECRET_KEY": "a key for tests only"}
    app = create_app(Settings.from_env(environ | {"DOORSTEP_PUBLIC_URL": "http://localhost"}))
    with app.app_context():
        office = app.extensions["doorstep"]
        try:
            found = Replay(office, app.test_client(), folder, world.make(office)).differences(trace["lines"])
            return [f"seed {trace['seed']}, {difference}" for difference in found]
        finally:
            db.session.remove()
            db.engine.dispose()


def test_every_trace_is_answered_alike(migrated_sqlite: Path, tmp_path: Path) -> None:
    asked = 0
    for trace in model.traces(1, TRACES):
        asked += sum(line["op"] in ("sync", "head", "patch") for line in trace["lines"])
        assert replayed(trace, migrated_sqlite, tmp_path / str(trace["seed"])) == []
    assert asked > 20 * TRACES
