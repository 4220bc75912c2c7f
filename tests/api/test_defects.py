"""A defect is told by a reference, and its log names no person: no locals, no parameters of SQL, nothing of the request."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from app import factory
from app.api import policy
from app.api.parser import Blueprint
from app.config import Settings
from app.store.db import db

SECRET = "Chen-Jing-1-Garden-Road"


@pytest.mark.parametrize("broken", ["code", "sql"])
def test_the_log_of_a_defect_holds_no_personal_data(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    @policy.public
    def view(name: str) -> str:
        if broken == "sql":
            db.session.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": name})
        return {}[len(name)]

    planted = Blueprint("planted", __name__)
    planted.add_url_rule("/planted/<name>", "view", view)
    monkeypatch.setattr(factory, "BLUEPRINTS", (*factory.BLUEPRINTS, SimpleNamespace(blp=planted)))
    app = factory.create_app(settings)
    capsys.readouterr()
    response = app.test_client().post(f"/planted/{SECRET}", json={"name": SECRET})
    assert response.status_code == 405
    response = app.test_client().get(f"/planted/{SECRET}?q={SECRET}", headers={"Authorization": f"Bearer {SECRET}"})
    assert response.status_code == 500, response.text
    assert response.get_json()["type"] == "/problems/internal"
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["reference"] for line in logged] == [response.get_json()["reference"]]
    assert logged[0]["endpoint"] == "planted.view"
    assert "exception" in logged[0]
    assert SECRET not in json.dumps(logged)
    with app.app_context():
        db.engine.dispose()
