"""Tenant isolation, generated from the routes: what belongs to another tenant looks like what does not exist, and is never changed."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import factory
from app.api import policy
from app.api.parser import Blueprint
from app.config import Settings
from app.problems import NotFound
from app.store.db import db
from app.store.jobs import JobView
from tests import builders
from tests.api import matrix
from tests.api.matrix import BODIES, FIXED, ID_NAMES, MALFORMED, NOWHERE, QUERIES, SENDS_BYTES, Call, Caller, Ids, said
from tests.builders import Network


@dataclass
class Matrix:
    """Two furnished tenants and all callers of both, and nobody."""

    client: FlaskClient
    calls: list[Call]
    networks: dict[str, Network]
    ids: dict[str, Ids]
    callers: list[Caller]

    def other(self, caller: Caller) -> Network:
        """The tenant that the caller is not of."""
        return next(network for name, network in self.networks.items() if name != caller.network.name)

    def own(self, caller: Caller) -> Ids:
        return self.ids[caller.network.name]

    def foreign(self, caller: Caller) -> Ids:
        return self.ids[self.other(caller).name]

    def send(self, call: Call, caller: Caller, ids: Ids) -> tuple[int, tuple[object, ...]]:
        response = call.send(self.client, caller, ids)
        return response.status_code, said(response)


@pytest.fixture
def filled(app: Flask) -> Matrix:
    return fill(app)


def fill(app: Flask) -> Matrix:
    networks = {name: builders.network(app, name) for name in ("north", "south")}
    ids = {name: matrix.furnished(network) for name, network in networks.items()}
    callers = [caller for network in networks.values() for caller in matrix.callers(network)]
    callers.append(Caller("nobody", "nobody", "", networks["north"], {}))
    return Matrix(app.test_client(use_cookies=False), matrix.calls(app), networks, ids, callers)


def test_every_argument_of_every_route_has_a_known_meaning(app: Flask) -> None:
    unknown = {
        f"{call.rule.rule}: {name}"
        for call in matrix.calls(app)
        for name in call.rule.arguments
        if name not in FIXED and name not in ID_NAMES
    }
    assert unknown == set(), "say in tests/api/matrix.py what these arguments name"


def test_every_route_that_changes_something_has_a_body(app: Flask) -> None:
    changing = {call.endpoint for call in matrix.calls(app) if call.method not in ("GET", "HEAD")}
    assert changing - set(SENDS_BYTES) == set(BODIES), "say in tests/api/matrix.py what a request to these carries"


def test_every_id_in_a_query_is_known(app: Flask, client: FlaskClient) -> None:
    described = client.get("/api/openapi.json").get_json()["paths"]
    in_queries = {
        (path, parameter["name"])
        for path, item in described.items()
        for operation in item.values()
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", [])
        if parameter.get("in") == "query" and (parameter["name"].endswith("_id") or parameter["name"] in ID_NAMES)
    }
    by_path = {call.rule.rule: call.endpoint for call in matrix.calls(app)}
    known = {(path, name) for path, endpoint in by_path.items() if endpoint in QUERIES for name in QUERIES[endpoint](NOWHERE)}
    missing = in_queries - known
    assert missing == set()


def test_foreign_is_nonexistent_and_stays_unchanged(filled: Matrix) -> None:
    wrong: list[str] = []
    for caller in filled.callers:
        before = matrix.rows(filled.other(caller).tenant_id)
        for call in filled.calls:
            wrong += _told_apart(filled, call, caller)
        if matrix.rows(filled.other(caller).tenant_id) != before:
            wrong.append(f"{caller.name} changed rows of {filled.other(caller).name}")
    assert wrong == []


def _told_apart(filled: Matrix, call: Call, caller: Caller) -> list[str]:
    """Ways in which a caller can tell a foreign id from one that does not exist: all exchanged at once, and each alone among own ones."""
    names, own, foreign = call.id_names(), filled.own(caller), filled.foreign(caller)
    pairs = [(foreign, NOWHERE)] if names else []
    pairs += [(own.with_one(name, getattr(foreign, name)), own.with_one(name, getattr(NOWHERE, name))) for name in names]
    wrong = []
    for theirs, nobodys in pairs:
        status, about_theirs = filled.send(call, caller, theirs)
        _, about_nobodys = filled.send(call, caller, nobodys)
        if about_theirs != about_nobodys:
            wrong.append(f"{caller.name}: {call.method} {call.rule.rule}: {about_theirs} for a foreign id, {about_nobodys} for none")
        if status >= 500:
            wrong.append(f"{caller.name}: {call.method} {call.rule.rule}: {status}")
    return wrong


def test_malformed_ids_are_refused_politely(filled: Matrix) -> None:
    wrong = []
    for caller in filled.callers:
        for call in filled.calls:
            for name in call.id_names():
                for value in MALFORMED:
                    status, answer = filled.send(call, caller, filled.own(caller).with_one(name, value))
                    if (not 400 <= status < 500 and name in call.rule.arguments) or status >= 500:
                        wrong.append(f"{caller.name}: {call.method} {call.rule.rule}: {name}={value[:10]!r}: {answer}")
    assert wrong == []


def test_only_those_whom_the_policy_names_get_in_and_they_find_their_own(filled: Matrix, app: Flask) -> None:
    wrong = []
    for caller in filled.callers:
        secrets = [*astuple(filled.foreign(caller)), filled.other(caller).tenant_id, *filled.other(caller).people.values()]
        for call in filled.calls:
            allowed = policy.of(app, call.endpoint)
            assert allowed is not None
            may_not_change = not caller.may(allowed, call.method) and call.method not in ("GET", "HEAD")
            before = matrix.rows(caller.network.tenant_id) if may_not_change else None
            response = call.send(filled.client, caller, filled.own(caller))
            where = f"{caller.name}: {call.method} {call.rule.rule}: {response.status_code}"
            if caller.may(allowed, call.method):
                private = "anyone" not in allowed.kinds
                if private and (response.status_code in (401, 403, 404) or response.status_code >= 500):
                    wrong.append(f"{where}, but this is their own: {response.get_data()[:200]!r}")
            elif response.status_code not in (401, 403):
                wrong.append(f"{where}, but the policy does not name them")
            elif before is not None and matrix.rows(caller.network.tenant_id) != before:
                wrong.append(f"{where}, but something was changed")
            body = response.get_data()
            wrong += [f"{where}, and tells {secret}" for secret in secrets if secret.encode() in body]
    assert wrong == []


def test_a_planted_leak_is_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A route that forgets the tenant is told of, so that silence means something."""

    @policy.console("supervisor")
    def leak(job_id: str) -> dict[str, str]:
        view = db.session.get(JobView, job_id)
        if view is None:
            raise NotFound
        return {"stage": view.stage}

    app = planted(settings, monkeypatch, "/api/v1/planted/<job_id>", leak)
    with app.app_context():
        filled = fill(app)
        supervisor = next(caller for caller in filled.callers if caller.role == "supervisor")
        wrong = [found for call in filled.calls for found in _told_apart(filled, call, supervisor)]
        db.session.remove()
        db.engine.dispose()
    assert len(wrong) == 4, wrong
    assert all("/api/v1/planted/<job_id>" in found for found in wrong)


def test_a_view_without_a_policy_stops_the_application(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="planted"):
        planted(settings, monkeypatch, "/planted", lambda: "no policy")


def planted(settings: Settings, monkeypatch: pytest.MonkeyPatch, rule: str, view: Callable[..., Any]) -> Flask:
    """The application with one more route."""
    blueprint = Blueprint("planted", __name__)
    blueprint.add_url_rule(rule, "view", view)
    monkeypatch.setattr(factory, "BLUEPRINTS", (*factory.BLUEPRINTS, SimpleNamespace(blp=blueprint)))
    return factory.create_app(settings)
