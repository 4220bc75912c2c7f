"""The API's description is true to the routes and to their policies."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import pwa
from app.api import policy


def test_every_call_of_the_api_is_described(app: Flask, client: FlaskClient) -> None:
    paths = client.get("/api/openapi.json").get_json()["paths"]
    described = {(method.upper(), path) for path, operations in paths.items() for method in operations}
    routed = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"OPTIONS"}
    }
    by_shape = {(method, "".join(part if "{" not in part else "*" for part in path.split("/"))) for method, path in described}
    for method, rule in routed - {("HEAD", rule) for _, rule in routed}:
        shape = "".join(part if "<" not in part else "*" for part in rule.split("/"))
        assert (method, shape.replace("*.svg", "*")) in by_shape, (method, rule)


def test_the_description_says_who_may_call(client: FlaskClient) -> None:
    paths = client.get("/api/openapi.json").get_json()["paths"]
    assert paths["/api/v1/sync"]["post"]["x-callers"] == "anyone"
    assert paths["/api/v1/blobs/{sha256}"]["patch"]["security"] == [{"device": []}]
    assert paths["/api/v1/orders"]["post"]["x-callers"].startswith("platform, console (")
    assert all(
        "x-callers" in operation for operations in paths.values() for operation in operations.values() if isinstance(operation, dict)
    )


def test_errors_are_described_as_problems(client: FlaskClient) -> None:
    responses = client.get("/api/openapi.json").get_json()["components"]["responses"]
    assert {kind for response in responses.values() for kind in response["content"]} == {"application/problem+json"}


def test_the_page_lists_the_calls(client: FlaskClient) -> None:
    page = client.get("/api/docs").get_data(as_text=True)
    assert "POST /api/v1/sync" in page
    assert "<style" not in page
    assert client.get("/api/docs.css").mimetype == "text/css"


def test_a_view_without_a_policy_stops_the_application() -> None:
    bare = Flask("bare", static_folder=None)
    bare.add_url_rule("/open", "open", lambda: "to everyone")
    with pytest.raises(RuntimeError, match="These routes declare no policy: open"):
        policy.register(bare)


def test_each_problem_leads_to_a_page_that_says_what_it_means(client: FlaskClient) -> None:
    refused = client.get("/api/v1/session").get_json()
    page = client.get(refused["type"])
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    assert refused["title"] in page.text
    assert "Nobody is signed in" in page.text
    nowhere = client.get("/problems/no-such-thing")
    assert (nowhere.status_code, nowhere.get_json()["type"]) == (404, "/problems/not-found")


def test_an_unbuilt_front_end_has_no_build(client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwa, "STATIC", tmp_path)
    answer = client.get("/build.json")
    assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found")
    assert "not built" in answer.get_json()["detail"]
