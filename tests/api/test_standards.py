"""The published standards, as the console lists and reads them."""

import json

import pytest
from flask import Flask

from app.services import standards
from app.standards import shipped
from app.store.db import writing
from tests import builders
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def test_all_versions_by_standard_the_newest_first(north: Network) -> None:
    document = json.loads(shipped()[0])
    newer = json.dumps(document | {"version": "2031.1", "summary": None}).encode()
    with writing() as session:
        digest = standards.publish(session, north.tenant_id, newer)
    found = north.signed_in("edit").get("/api/v1/standards").get_json()["standards"]
    assert len(found) == len(shipped()) + 1
    of_it = [one for one in found if one["standard_id"] == document["standard_id"]]
    assert [one["is_newest"] for one in of_it] == [True] + [False] * (len(of_it) - 1)
    assert of_it[0]["digest"] == digest
    assert of_it[0]["title"] == document["title"]
    assert (of_it[0]["version"], of_it[0]["summary"], of_it[0]["rules"]) == ("2031.1", None, len(document["rules"]))
    assert [one["standard_id"] for one in found] == sorted(one["standard_id"] for one in found)


def test_each_can_be_read_as_it_was_published(north: Network) -> None:
    client = north.signed_in("sun")
    for one in client.get("/api/v1/standards").get_json()["standards"]:
        assert client.get(f"/api/v1/standards/{one['digest']}").data in shipped()
