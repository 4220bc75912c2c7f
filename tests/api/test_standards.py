"""The standards: listed, published from a day, withdrawn, offered with Doorstep, and written as drafts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import clock
from app.domain import standard
from app.services import standards
from app.standards import shipped
from app.store.db import writing
from tests import builders
from tests.builders import Network

HEAD = {"X-Doorstep": "1"}


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def editor(north: Network) -> FlaskClient:
    return north.signed_in("edit")


def washing(**changed: object) -> dict[str, Any]:
    [document] = [one for one in map(json.loads, shipped()) if (one["standard_id"], one["version"]) == ("washing_machine", "2026.1")]
    return dict(document | changed)


def listed(client: FlaskClient) -> dict[str, dict[str, Any]]:
    """The versions by `standard_id version`."""
    return {f"{one['standard_id']} {one['version']}": one for one in client.get("/api/v1/standards").get_json()["standards"]}


def post(client: FlaskClient, path: str, **body: object) -> TestResponse:
    return client.post(f"/api/v1/standards{path}", json=body, headers=HEAD)


def in_days(days: int, *, hours: int = 0) -> str:
    return clock.stamp(clock.now() + timedelta(days=days, hours=hours))


def pinned(north: Network, job_id: str) -> list[str]:
    return [one["version"] for one in north.state(job_id)["standards"] if one["standard_id"] == "washing_machine"]


def test_all_versions_by_standard_the_newest_first(north: Network, editor: FlaskClient) -> None:
    with writing() as session:
        digest = standards.publish(session, north.tenant_id, json.dumps(washing(version="2031.1", summary=None)).encode())
    found = editor.get("/api/v1/standards").get_json()["standards"]
    assert [one["standard_id"] for one in found] == sorted(one["standard_id"] for one in found)
    newer, older = (one for one in found if one["standard_id"] == "washing_machine")
    assert (newer["standing"], older["standing"]) == ("in_force", "superseded")
    assert (newer["digest"], newer["version"], newer["summary"], newer["rules"]) == (digest, "2031.1", None, len(washing()["rules"]))
    assert newer["title"] == washing()["title"]


def test_each_can_be_read_as_it_was_published(north: Network) -> None:
    client = north.signed_in("sun")
    for one in client.get("/api/v1/standards").get_json()["standards"]:
        assert client.get(f"/api/v1/standards/{one['digest']}").data in shipped()


def test_a_version_from_a_day_is_for_visits_from_that_day(north: Network, editor: FlaskClient) -> None:
    before = north.job("wang")
    answer = post(editor, "", document=json.dumps(washing(version="2031.1")), effective_from=in_days(7))
    assert answer.status_code == 201
    assert listed(editor)["washing_machine 2031.1"]["standing"] == "scheduled"
    assert listed(editor)["washing_machine 2026.1"]["standing"] == "in_force"
    soon, late = north.take_in(), north.take_in()
    north.send(soon, "wang", slot={"from": in_days(1), "to": in_days(1, hours=2)})
    north.send(late, "wang", slot={"from": in_days(8), "to": in_days(8, hours=2)})
    assert [pinned(north, job_id) for job_id in (before, soon, late)] == [["2026.1"], ["2026.1"], ["2031.1"]]


def test_a_withdrawn_version_is_for_no_new_job_and_its_jobs_keep_it(north: Network, editor: FlaskClient) -> None:
    digest = post(editor, "", document=json.dumps(washing(version="2031.1"))).get_json()["digest"]
    under_way = north.job("wang")
    assert post(editor, f"/{digest}/withdraw", why="The limit of rule 4 is wrong.").status_code == 204
    found = listed(editor)["washing_machine 2031.1"]
    assert (found["standing"], found["withdrawn_why"]) == ("withdrawn", "The limit of rule 4 is wrong.")
    assert listed(editor)["washing_machine 2026.1"]["standing"] == "in_force"
    assert pinned(north, under_way) == ["2031.1"]
    shown = north.signed_in("qian").get(f"/api/v1/jobs/{under_way}").get_json()["withdrawn"]
    assert [(one["version"], one["withdrawn_why"]) for one in shown] == [("2031.1", "The limit of rule 4 is wrong.")]
    assert pinned(north, north.job("wang")) == ["2026.1"]
    phone = north.phone("wang")
    phone.sync()
    assert phone.client.get(f"/api/v1/standards/{digest}", headers={"Authorization": f"Bearer {phone.token}"}).status_code == 200
    assert editor.delete(f"/api/v1/standards/{digest}/withdraw", headers=HEAD).status_code == 204
    assert pinned(north, north.job("wang")) == ["2031.1"]


def test_a_network_without_standards_is_offered_those_of_doorstep(app: Flask) -> None:
    new = builders.network(app, standards_published=False)
    editor = new.signed_in("edit")
    found = listed(editor)
    assert {one["standing"] for one in found.values()} == {"offered"}
    assert len({one["standard_id"] for one in found.values()}) == len(found), "the newest of each"
    for one in found.values():
        assert editor.get(f"/api/v1/standards/{one['digest']}").data in shipped()
        assert post(editor, "", digest=one["digest"]).get_json() == {"digest": one["digest"]}
    assert {one["standing"] for one in listed(editor).values()} == {"in_force"}


@pytest.mark.parametrize(
    ("changed", "pointer", "reason"),
    [
        ({"rules": []}, "/rules", "wrong_count"),
        ({"surprise": 1}, "/surprise", "no_such_member"),
        ({"title": {"en": "Washing"}}, "/title/zh-Hans", "translation_missing"),
        ({"version": "2026.1", "summary": None}, "/version", "version_taken"),
        ({"standard_id": "other", "version": "1"}, "/rules/0/code", "code_taken"),
    ],
)
def test_a_refusal_names_the_place_and_the_reason(editor: FlaskClient, changed: dict[str, Any], pointer: str, reason: str) -> None:
    before = listed(editor)
    answer = post(editor, "", document=json.dumps(washing(**changed)))
    assert answer.status_code == 422
    problem = answer.get_json()
    assert problem["type"].endswith("/standard-refused")
    assert (problem["pointer"], problem["reason"]) == (pointer, reason)
    assert listed(editor) == before


def test_a_code_of_a_version_to_come_is_taken_too(editor: FlaskClient) -> None:
    rule = washing()["rules"][0] | {"code": "XX-01"}
    coming = washing(version="2031.1", rules=[*washing()["rules"], rule])
    assert post(editor, "", document=json.dumps(coming), effective_from=in_days(30)).status_code == 201
    other = washing(standard_id="other", rules=[rule], categories=["sofa"])
    assert post(editor, "", document=json.dumps(other)).get_json()["reason"] == "code_taken"


def test_a_draft_is_kept_as_it_is_typed_until_it_is_published(north: Network, editor: FlaskClient) -> None:
    base = standard.digest_of(json.dumps(washing()).encode())
    unfinished = json.dumps(washing(version="2031.1", title={"en": ""}), indent=2, ensure_ascii=False)
    draft = post(editor, "/drafts", document=unfinished, base_digest=base).get_json()
    assert draft["document"] == unfinished
    assert (draft["rev"], draft["version"], draft["base_digest"]) == (1, "2031.1", base)
    assert (draft["problem"]["pointer"], draft["problem"]["reason"]) == ("/title/zh-Hans", "translation_missing")
    path = f"/drafts/{draft['draft_id']}"
    refused = post(editor, f"{path}/publish", rev=1)
    assert (refused.status_code, refused.get_json()["pointer"]) == (422, "/title/zh-Hans")
    finished = json.dumps(washing(version="2031.1"), indent=2, ensure_ascii=False)
    saved = editor.put(f"/api/v1/standards{path}", json={"rev": 1, "document": finished}, headers=HEAD).get_json()
    assert (saved["rev"], saved["problem"], saved["changed_by"]) == (2, None, editor_name(north))
    digest = post(editor, f"{path}/publish", rev=2).get_json()["digest"]
    assert editor.get(f"/api/v1/standards/{digest}").text == finished
    assert editor.get("/api/v1/standards/drafts").get_json() == {"drafts": []}
    assert pinned(north, north.job("wang")) == ["2031.1"]


def editor_name(north: Network) -> str:
    [name] = [one["name"] for one in north.signed_in("edit").get("/api/v1/people?role=editor").get_json()["people"]]
    return str(name)


def test_two_editors_do_not_overwrite_each_other(editor: FlaskClient) -> None:
    draft = post(editor, "/drafts", document="{}").get_json()
    address = f"/api/v1/standards/drafts/{draft['draft_id']}"
    assert editor.put(address, json={"rev": 1, "document": '{"a":1}'}, headers=HEAD).status_code == 200
    late = editor.put(address, json={"rev": 1, "document": '{"b":1}'}, headers=HEAD)
    assert (late.status_code, late.get_json()["rev"]) == (409, 2)
    assert post(editor, f"/drafts/{draft['draft_id']}/publish", rev=1).status_code == 409
    assert editor.get(address).get_json()["document"] == '{"a":1}'
    assert editor.delete(address, headers=HEAD).status_code == 204
    assert editor.get(address).status_code == 404


@pytest.mark.parametrize("document", ["[]", "{", "nul", "[" * 100_000, '"text"'])
def test_a_draft_is_a_json_object_at_least(editor: FlaskClient, document: str) -> None:
    assert post(editor, "/drafts", document=document).get_json()["errors"][0]["pointer"] == "#/document"


def test_drafts_have_an_end(editor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.services.drafts.DRAFTS_MAX", 2)
    assert [post(editor, "/drafts", document="{}").status_code for _ in range(3)] == [201, 201, 422]


def test_a_draft_of_odd_members_is_told_of_all_the_same(editor: FlaskClient) -> None:
    odd = {"standard_id": 5, "version": None, "title": {"en": 3, "zh-Hans": "标题"}, "rules": "none"}
    draft = post(editor, "/drafts", document=json.dumps(odd)).get_json()
    assert (draft["standard_id"], draft["version"], draft["title"]) == ("", "", {"zh-Hans": "标题"})


def test_only_editors_write(north: Network) -> None:
    supervisor = north.signed_in("qian")
    assert supervisor.get("/api/v1/standards").status_code == 200
    assert supervisor.get("/api/v1/standards/drafts").status_code == 403
    assert post(supervisor, "", document="{}").status_code == 403


def test_one_document_or_one_digest(editor: FlaskClient) -> None:
    assert post(editor, "").status_code == 422
    assert post(editor, "", digest="0" * 64).status_code == 404
