"""Hostile input on every route there is: never a 5xx, and under /api always a problem document."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import builders
from tests.api import matrix
from tests.api.matrix import BODIES, Call, Caller, Ids

DEEP = 10_000
HUGE = "9" * 5_000
STRANGE_TEXTS = ("\0", "\ud800", "x" * 100_000, "\u202e", "﷽" * 1_000, "{{7*7}}", "<script>", "${jndi:x}", "../../etc/passwd")
STRANGE_VALUES: tuple[Any, ...] = (*STRANGE_TEXTS, None, True, -1, 0, 2**63, -(2**70), [], {}, [[]], {"__proto__": 1}, [None] * 2_000)
RAW_BODIES = (
    b"",
    b"\0",
    b"\xff\xfe\xfa",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"{}{}",
    b'{"a":1,"a":2}',
    b"[" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    f'{{"rev":{HUGE}}}'.encode(),
    b'{"rev":1e999}',
    b'{"rev":NaN}',
    b'{"rev":-0.0}',
    b'"\\ud800"',
    b'{"\\u0000":"\\udfff"}',
    b"\xef\xbb\xbf{}",
    b" " * 300_000,
)
CONTENT_TYPES = (
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "multipart/form-data; boundary=",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "application/json; charset=nonsense",
    "",
    "x" * 1_000,
    "\x7f/;;=",
)
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"}
STRANGE_HEADERS = {
    "Accept": "*/" * 10_000,
    "Accept-Language": "zz;q=nonsense, \x7f",
    "Authorization": "Bearer " + "x" * 300_000,
    "Content-Digest": "sha-256=:====:",
    "Content-Length": "-5",
    "Content-Range": "bytes 9-1/*",
    "Cookie": "__Host-doorstep=" + "x" * 300_000,
    "Host": "evil.example:99999",
    "If-Modified-Since": "yesterday",
    "If-None-Match": '"' * 1_001,
    "If-Range": "\x7f",
    "Origin": "null",
    "Range": "bytes=5-1,,-0,99999999999999999999-",
    "Upload-Length": HUGE,
    "Upload-Offset": "٣",
    "X-Forwarded-For": "' OR 1=1",
    "X-Forwarded-Host": "evil.example",
    "X-HTTP-Method-Override": "DELETE",
}


@pytest.fixture
def hostile(app: Flask) -> "Hostile":
    network = builders.network(app)
    ids = matrix.furnished(network)
    return Hostile(app.test_client(use_cookies=False), matrix.calls(app), ids, list(matrix.callers(network)))


class Hostile:
    """Somebody who may call, and means no good."""

    def __init__(self, client: FlaskClient, calls: list[Call], ids: Ids, callers: list[Caller]) -> None:
        self.client, self.calls, self.ids = client, calls, ids
        self.callers = {caller.role or caller.name.partition(" ")[2]: caller for caller in callers}

    def changing(self) -> Iterator[Call]:
        """The calls that take a body, but for the one that would sign the caller out."""
        return (call for call in self.calls if call.method not in ("GET", "HEAD", "DELETE"))

    def who_may(self, call: Call) -> dict[str, str]:
        """The headers of somebody who gets as far as the view, so that the input is looked at."""
        name = "device" if call.endpoint.startswith("blobs") else "supervisor"
        return self.callers[name].headers


def faults(call: Call, response: TestResponse, what: object) -> list[str]:
    """What is wrong with an answer to hostile input."""
    where = f"{call.method} {call.rule.rule} with {str(what)[:60]!r}: {response.status_code}"
    if response.status_code >= 500 and not (response.status_code == 503 and call.endpoint.startswith("pages.")):
        return [f"{where} {response.get_data()[:200]!r}"]
    is_problem = response.content_type == "application/problem+json"
    if response.status_code >= 400 and call.rule.rule.startswith("/api/") and not is_problem:
        return [f"{where} as {response.content_type}"]
    if is_problem and call.method != "HEAD" and json.loads(response.get_data())["status"] != response.status_code:
        return [f"{where}: the problem says another status"]
    return []


def test_bodies_that_are_none(hostile: Hostile) -> None:
    wrong: list[str] = []
    for call in hostile.changing():
        for raw in RAW_BODIES:
            headers = hostile.who_may(call) | {"Content-Type": "application/json"}
            response = hostile.client.open(call.path(hostile.ids), method=call.method, data=raw, headers=headers, buffered=True)
            wrong += faults(call, response, raw)
    assert wrong == []


def test_bodies_of_another_type(hostile: Hostile) -> None:
    wrong: list[str] = []
    for call in hostile.changing():
        for content_type in CONTENT_TYPES:
            headers = hostile.who_may(call) | {"Content-Type": content_type}
            response = hostile.client.open(call.path(hostile.ids), method=call.method, data=b'{"a":1}', headers=headers, buffered=True)
            wrong += faults(call, response, content_type)
    assert wrong == []


def test_each_member_of_each_body_made_strange(hostile: Hostile) -> None:
    wrong: list[str] = []
    for call in hostile.changing():
        good = BODIES[call.endpoint](hostile.ids) if call.endpoint in BODIES else {}
        for spoilt in _spoilt(good | {"no_such_member": 1}):
            raw = json.dumps(spoilt).encode()
            headers = hostile.who_may(call) | {"Content-Type": "application/json"}
            response = hostile.client.open(call.path(hostile.ids), method=call.method, data=raw, headers=headers, buffered=True)
            wrong += faults(call, response, raw[:60])
    assert wrong == []


def test_headers_made_strange(hostile: Hostile) -> None:
    wrong: list[str] = []
    for call in hostile.calls:
        if call.method == "DELETE":
            continue
        for name, value in STRANGE_HEADERS.items():
            headers = hostile.who_may(call) | {name: value}
            response = hostile.client.open(call.path(hostile.ids), method=call.method, headers=headers, buffered=True)
            wrong += faults(call, response, f"{name}: {value}")
    assert wrong == []


def test_queries_made_strange(hostile: Hostile) -> None:
    wrong: list[str] = []
    names = ("queue", "stage", "q", "station_id", "day", "utc_offset_minutes", "cursor", "limit", "job_id", "no_such_name")
    for call in hostile.calls:
        if call.method != "GET":
            continue
        for name in names:
            for text in ("%00", "%ED%A0%80", "%FF", HUGE, "-1", "1.5", "", "2026-99-99", "eyJ9", "x" * 9_000, "a&" + name + "=b"):
                path = f"{call.path(hostile.ids)}?{name}={text}"
                wrong += faults(call, hostile.client.get(path, headers=hostile.who_may(call), buffered=True), (name, text))
    assert wrong == []


def test_methods_that_a_route_does_not_take(hostile: Hostile) -> None:
    wrong: list[str] = []
    for call in hostile.calls:
        taken = {one.method for one in hostile.calls if one.rule.rule == call.rule.rule}
        for method in METHODS - taken:
            response = hostile.client.open(call.path(hostile.ids), method=method, headers=hostile.who_may(call), buffered=True)
            wrong += faults(call, response, method)
            if response.status_code < 400:
                wrong.append(f"{method} {call.rule.rule}: {response.status_code}")
    assert wrong == []


def test_addresses_that_nobody_has(client: FlaskClient) -> None:
    for path in (
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/none",
        "/api/v2/jobs",
        "/api/v1/jobs/",
        "/api/%00",
        "/api/v1/jobs/%ff",
    ):
        response = client.get(path)
        assert response.status_code in (401, 404), path
        assert response.content_type == "application/problem+json", path


def _spoilt(good: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The body with one member after the other, at any depth of the first branch, replaced by something strange, and left out."""
    for name, value in good.items():
        yield {other: kept for other, kept in good.items() if other != name}
        yield from ({**good, name: strange} for strange in STRANGE_VALUES)
        if isinstance(value, dict):
            yield from ({**good, name: inner} for inner in _spoilt(value))
        if isinstance(value, list) and value:
            yield from ({**good, name: [strange]} for strange in STRANGE_VALUES)
            if isinstance(value[0], dict):
                yield from ({**good, name: [inner]} for inner in _spoilt(value[0]))
