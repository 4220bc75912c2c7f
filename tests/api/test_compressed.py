"""What is sent compressed to those who take that, and is the same for everyone else: built files, standards."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.pwa import STATIC
from app.standards import current
from tests import builders

TAKES = {"Accept-Encoding": "gzip, deflate, br"}
BUILT = sorted(str(path.relative_to(STATIC)).removesuffix(".gz") for path in STATIC.rglob("*.gz"))


def test_the_build_compresses_what_gets_smaller() -> None:
    assert any(name.endswith(".wasm") for name in BUILT)
    assert {"app.html", "sw.js"} <= set(BUILT)
    for name in BUILT:
        assert gzip.decompress((STATIC / f"{name}.gz").read_bytes()) == (STATIC / name).read_bytes()


@pytest.mark.parametrize("name", BUILT[:3] + [name for name in BUILT if name.endswith((".wasm", ".css"))][:2])
def test_a_built_file_is_sent_as_it_is_taken(client: FlaskClient, name: str) -> None:
    plain = client.get(f"/static/{name}", buffered=True)
    small = client.get(f"/static/{name}", headers=TAKES, buffered=True)
    assert (plain.headers.get("Content-Encoding"), small.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(small.data) == plain.data
    assert small.content_type == plain.content_type
    assert small.headers["Cache-Control"] == plain.headers["Cache-Control"]
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.headers["Vary"]
    assert small.headers["ETag"] != plain.headers["ETag"]
    assert client.get(f"/static/{name}", headers=TAKES | {"If-None-Match": small.headers["ETag"]}, buffered=True).status_code == 304


@pytest.mark.parametrize("address", ["/app/", "/app/sw.js"])
def test_a_page_is_too(client: FlaskClient, address: str) -> None:
    small = client.get(address, headers=TAKES, buffered=True)
    assert gzip.decompress(small.data) == client.get(address, buffered=True).data
    assert small.headers["Content-Security-Policy"] == client.get(address, buffered=True).headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["no.js", "../__init__.py", "%2e%2e/__init__.py", "assets"])
def test_nothing_else_is_sent(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}", headers=TAKES, buffered=True).status_code == 404


def test_a_standard_is_too(app: Flask) -> None:
    client = builders.network(app).signed_in("sun")
    for one in client.get("/api/v1/standards").get_json()["standards"]:
        address = f"/api/v1/standards/{one['digest']}"
        small = client.get(address, headers=TAKES, buffered=True)
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.data) == client.get(address, buffered=True).data
        assert gzip.decompress(small.data) in current()
        assert len(small.data) < 0.5 * len(gzip.decompress(small.data))
