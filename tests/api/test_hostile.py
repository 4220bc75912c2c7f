"""What nobody should send, to every route of the office's API: a problem each time, never a defect."""

import itertools
from typing import Any

import pytest
from flask import Flask

from app.api import policy
from tests import builders
from tests.builders import HEADERS, Network

BODIES: list[Any] = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"0",
    b'"text"',
    b"\xff\xfe\x00",
    b"[" * 60_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"rev": ' + b"9" * 5_000 + b"}",
    b'{"rev": 1e400}',
    b'{"rev": -1}',
    b'{"__proto__": {}, "constructor": 1}',
    b'{"\\u0000": 1}',
    b'{"\\udfff": "\\ud800"}',
    b'{"crew": ["\\u0000", "\\ud800", null, 1, [], {}]}',
    b'{"reason": {"a": [1]}, "verdict": [], "user_id": {}, "login": [], "password": {}}',
]
ODD = ["%00", "%2e%2e", "a" * 300, "%F0%9F%98%80", "%ED%A0%80", "1e999", "null", "'%20OR%201=1--"]


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def console_routes(app: Flask) -> list[tuple[str, str, set[str]]]:
    """Each method and address that a session may call, with the names in the address."""
    found = []
    for rule in app.url_map.iter_rules():
        declared = policy.of(app, rule.endpoint)
        if declared is not None and "console" in declared.kinds and "blobs" not in rule.endpoint:
            found += [(method, rule.rule, set(rule.arguments)) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
    return sorted(found, key=lambda route: route[:2])


def test_every_route_of_the_console_answers_hostile_requests_with_problems(app: Flask, north: Network) -> None:
    job_id = north.finished()
    admin = north.signed_in("adam")
    routes = [route for route in console_routes(app) if route[0] != "DELETE"]
    assert len(routes) > 15
    for method, rule, names in routes:
        for value, body in itertools.zip_longest([job_id, *ODD], BODIES, fillvalue=job_id):
            path = rule
            for name in names:
                path = path.replace(f"<{name}>", str(value))
            sent = body if isinstance(body, bytes) and method != "GET" else b""
            query = {} if method != "GET" else {"query_string": f"limit={value}&q={value}&job_id={value}&role={value}"}
            with admin.open(path, method=method, data=sent, content_type="application/json", headers=HEADERS, **query) as response:
                assert response.status_code < 500, (method, path, body)
                if response.status_code >= 400:
                    assert response.content_type == "application/problem+json", (method, path, body)
    assert north.view(job_id).stage == "finished"
