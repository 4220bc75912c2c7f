"""A sync that asks for a minimal reply is told the same in fewer bytes (PROTOCOL S18)."""

import json

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.phone import Json, Phone, enrolled
from tests.world import World

ALWAYS = {"server_epoch", "server_time", "challenge", "acked_seq"}
EMPTY: Json = {"results": [], "blobs_wanted": [], "manifest": None, "jobs": [], "more": False, "directives": [], "receipt": None}


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    phone = enrolled(client, world.code())
    phone.record(world.job(world.wang), "note.added", {"text": "once"})
    phone.sync()
    return phone


def asked(phone: Phone, events: list[Json], prefer: str) -> TestResponse:
    return phone.client.post(
        "/api/v1/sync", data=json.dumps(phone.request(events)), content_type="application/json", headers={"Prefer": prefer}
    )


@pytest.mark.parametrize("prefer", ["return=minimal", "respond-async, Return = minimal; foo=bar"])
def test_s18_nothing_new_is_said_in_less_than_200_bytes(phone: Phone, prefer: str) -> None:
    response = asked(phone, [], prefer)
    assert response.headers["Preference-Applied"] == "return=minimal"
    assert response.get_json().keys() == ALWAYS
    assert len(response.data) < 200
    phone.challenge = response.get_json()["challenge"]
    assert phone.sync()["acked_seq"] == 1


def test_s18_what_is_new_is_all_there(world: World, phone: Phone) -> None:
    phone.photo(world.job(world.wang), b"a photo")
    told = asked(phone, phone.events, "return=minimal").get_json()
    in_full = phone.post(phone.request(phone.events)).get_json()
    assert told.keys() == in_full.keys() - {"access_token", "more", "directives"}
    for name in ("blobs_wanted", "manifest", "acked_seq", "server_epoch"):
        assert told[name] == in_full[name]
    assert [one["status"] for one in told["results"]] == ["duplicate", "accepted"]
    assert [job["job_id"] for job in told["jobs"]] == [job["job_id"] for job in in_full["jobs"]]
    assert told["receipt"]["text"].split("\n")[4] == "2"


@pytest.mark.parametrize("prefer", ["", "return=representation", "minimal"])
def test_s18_who_does_not_ask_for_it_is_told_everything(phone: Phone, prefer: str) -> None:
    response = asked(phone, [], prefer)
    assert "Preference-Applied" not in response.headers
    assert response.get_json().keys() == ALWAYS | {"access_token"} | EMPTY.keys()
    assert {name: response.get_json()[name] for name in EMPTY} == EMPTY
