"""Signing in over HTTP: the cookie, its end, and what other sites may not do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.api.policy import SESSION_COOKIE
from tests import builders
from tests.builders import HEADERS, PASSWORD, Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def sign_in(client: FlaskClient, login: str, password: str = PASSWORD, **headers: str) -> TestResponse:
    return client.post("/api/v1/session", json={"login": login, "password": password}, headers=HEADERS | headers)


def slug(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json"
    kind: str = response.get_json()["type"]
    return kind.removeprefix("/problems/")


def test_signing_in_sets_a_cookie_that_scripts_cannot_read(client: FlaskClient, north: Network) -> None:
    response = sign_in(client, "sun.north")
    assert response.status_code == 200
    assert response.get_json() == {
        "user": {"id": north.people["sun"], "name": "Sun", "role": "supervisor"},
        "tenant": {"id": north.tenant_id, "name": "North"},
        "station": {"id": north.stations[0], "name": "North 1"},
    }
    name, _, rest = response.headers["Set-Cookie"].partition("=")
    flags = {part.strip() for part in rest.split(";")[1:]}
    assert name == "__Host-doorstep"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=43200"} <= flags
    assert not any(flag.startswith("Domain") for flag in flags)
    assert client.get("/api/v1/session").get_json() == response.get_json()


def test_a_session_that_was_ended_cannot_be_replayed(client: FlaskClient, north: Network) -> None:
    sign_in(client, "sun.north")
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    assert client.delete("/api/v1/session", headers=HEADERS).status_code == 204
    assert client.get_cookie(SESSION_COOKIE) is None
    client.set_cookie(SESSION_COOKIE, cookie.value)
    replayed = client.get("/api/v1/session")
    assert (replayed.status_code, slug(replayed)) == (401, "unauthenticated")


def test_wrong_password_unknown_login_and_installer_get_the_same_answer(client: FlaskClient, north: Network) -> None:
    answers = [sign_in(client, "sun.north", "wrong"), sign_in(client, "nobody.north"), sign_in(client, "wang.north")]
    assert {(answer.status_code, answer.data) for answer in answers} == {(401, answers[0].data)}
    assert slug(answers[0]) == "sign-in-failed"
    assert "Set-Cookie" not in answers[0].headers


def test_too_many_tries_say_when_to_come_back(client: FlaskClient, north: Network) -> None:
    for _ in range(10):
        sign_in(client, "sun.north", "wrong")
    response = sign_in(client, "sun.north")
    assert (response.status_code, slug(response)) == (429, "too-many-requests")
    assert 0 < int(response.headers["Retry-After"]) <= 300


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Doorstep": "1", "Origin": "https://evil.example"},
        {"X-Doorstep": "1", "Sec-Fetch-Site": "cross-site"},
        {"X-Doorstep": "1", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_can_neither_sign_in_nor_out(client: FlaskClient, north: Network, headers: dict[str, str]) -> None:
    body = {"login": "sun.north", "password": PASSWORD}
    response = client.post("/api/v1/session", json=body, headers=headers)
    assert (response.status_code, slug(response)) == (403, "cross-site")
    sign_in(client, "sun.north")
    assert slug(client.delete("/api/v1/session", headers=headers)) == "cross-site"
    assert client.get("/api/v1/session").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b'{"login": "sun.north"}',
        b'{"login": "sun.north", "password": 1}',
        b'{"login": "sun\\u0000", "password": "x"}',
        b'{"login": "\\ud800", "password": "x"}',
        b'{"login": "a", "password": "\\udc00"}',
        b'{"login": "a", "password": "x", "more": 1}',
        b'{"login": "a", "password": "x", "\\ud800": 1}',
        b'{"login": "a", "password": "' + b"x" * 201 + b'"}',
        b'{"login": ' + b"[" * 50_000 + b"]" * 50_000 + b', "password": "x"}',
        b'{"login": ' + b"9" * 10_000 + b', "password": "x"}',
        b'{"login": NaN, "password": "x"}',
    ],
)
def test_hostile_bodies_are_invalid_with_pointers(client: FlaskClient, north: Network, body: bytes) -> None:
    response = client.post("/api/v1/session", data=body, content_type="application/json", headers=HEADERS)
    assert (response.status_code, slug(response)) == (422, "invalid-body"), body[:80]
    assert response.get_json()["errors"]
    assert all(set(error) == {"pointer", "detail"} for error in response.get_json()["errors"])


def test_a_form_is_no_json(client: FlaskClient, north: Network) -> None:
    body = {"login": "sun.north", "password": PASSWORD}
    for content_type in ("application/x-www-form-urlencoded", "text/plain"):
        response = client.post(
            "/api/v1/session", data=body if "form" in content_type else b"{}", content_type=content_type, headers=HEADERS
        )
        assert response.status_code == 422
