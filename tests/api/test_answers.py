"""What no answer may do to a phone: send it to a login page, or empty its browser (hazards H18, H33)."""

from pathlib import Path

import pytest
from flask import Flask

from app.api import policy
from tests import builders
from tests.api import matrix

APP = Path(__file__).parents[2] / "app"


@pytest.fixture(params=["sqlite"])
def database_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The answers to nobody are the same on both databases."""
    path = tmp_path / "doorstep.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{path}"


def test_h33_who_is_not_signed_in_gets_401_as_a_problem_and_never_a_redirect(app: Flask) -> None:
    nobody = matrix.Caller("nobody", "nobody", "", builders.network(app), {})
    client = app.test_client(use_cookies=False)
    wrong: list[str] = []
    asked = 0
    for call in matrix.calls(app):
        allowed = policy.of(app, call.endpoint)
        assert allowed is not None
        if not call.path(matrix.NOWHERE).startswith("/api/"):
            continue
        response = call.send(client, nobody, matrix.NOWHERE)
        where = f"{call.method} {call.rule.rule}: {response.status_code}"
        if 300 <= response.status_code < 400 or "Location" in response.headers:
            wrong.append(f"{where} sends elsewhere")
        if "anyone" not in allowed.kinds:
            asked += 1
            if (response.status_code, response.content_type) != (401, "application/problem+json"):
                wrong.append(f"{where}, {response.content_type}")
    assert wrong == []
    assert asked > 20


def test_h33_an_address_with_a_slash_too_many_is_not_found_and_not_corrected(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for path in ("/api/v1/sync/", "/api/v1//sync", "/api/v1", "/api"):
        response = client.post(path, json={})
        assert (response.status_code, response.content_type) == (404, "application/problem+json"), path


def test_h18_no_answer_empties_a_browser(app: Flask) -> None:
    """Neither does any ask for it now, nor do the words stand anywhere in what is served."""
    nobody = matrix.Caller("nobody", "nobody", "", builders.network(app), {})
    client = app.test_client(use_cookies=False)
    for call in matrix.calls(app):
        response = call.send(client, nobody, matrix.NOWHERE)
        assert "Clear-Site-Data" not in response.headers, call.rule.rule
    sources = [*APP.glob("*.py"), *(path for part in ("api", "pwa", "services", "store", "domain") for path in (APP / part).glob("*.py"))]
    assert len(sources) > 50
    assert [path for path in sources if "clear-site-data" in path.read_text("utf-8").lower()] == []
