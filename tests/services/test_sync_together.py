"""Syncs that are served together get each what they would have got alone (PROTOCOL S4 to S9, docs/adr/0005)."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.api.sync_request import read_request
from app.problems import ChainBroken, ChallengeStale, DeviceUnknown, SealInvalid
from app.services import job_view, log_check, sync
from app.services.append import append_all
from app.services.office import Office
from tests.phone import Json, Phone, enrolled
from tests.world import World


@pytest.fixture
def phones(client: FlaskClient, world: World) -> list[Phone]:
    phones = [enrolled(client, world.code()) for _ in range(3)]
    for phone in phones:
        phone.sync()
    return phones


def served(office: Office, *documents: Json) -> list[Any]:
    return list(sync._serve(office, [read_request(json.dumps(document).encode()) for document in documents]))


def looked(office: Office, *documents: Json) -> list[Any]:
    return list(sync._look(office, [read_request(json.dumps(document).encode()) for document in documents]))


def statuses(reply: Any) -> list[str]:
    return [result.status for result in reply["results"]]


def test_each_hears_its_own_error_and_the_others_are_stored(office: Office, world: World, phones: list[Phone]) -> None:
    job_id = world.job(world.wang)
    for phone in phones:
        phone.record(job_id, "note.added", {"text": phone.device_id})
    good, broken, stale = phones
    torn = [broken.events[0] | {"body": broken.events[0]["body"] + " "}]
    found = served(
        office,
        broken.request(torn),
        stale.request(stale.events, challenge="x"),
        good.request(good.events),
        good.request(good.events, device_id="nobody"),
        good.request(good.events, seal="x" * 86),
    )
    assert [type(one) for one in found] == [ChainBroken, ChallengeStale, dict, DeviceUnknown, SealInvalid]
    assert (statuses(found[2]), found[2]["acked_seq"]) == (["accepted"], 1)
    assert [note["text"] for note in world.state(job_id)["notes"]] == [good.device_id]
    assert job_view.refold(check_only=True) + log_check.faults() == []


def test_s6_the_same_batch_twice_at_once_is_stored_once(office: Office, world: World, phones: list[Phone]) -> None:
    job_id = world.job(world.wang)
    phone, other = phones[:2]
    for one in (phone, other):
        one.record(job_id, "note.added", {"text": "once"})
    found = served(office, phone.request(phone.events), other.request(other.events), phone.request(phone.events))
    assert [statuses(one) for one in found] == [["accepted"], ["accepted"], ["duplicate"]]
    assert [one["acked_seq"] for one in found] == [1, 1, 1]
    assert all(one["receipt"] for one in found)
    assert len(world.state(job_id)["notes"]) == 2
    assert job_view.refold(check_only=True) + log_check.faults() == []


def test_f2_several_phones_on_one_job_count_on_from_each_other(office: Office, world: World, phones: list[Phone]) -> None:
    job_id = world.job(world.wang)
    for phone in phones:
        for number in range(3):
            phone.record(job_id, "note.added", {"text": str(number)})
    same_id = json.loads(phones[0].events[0]["body"])["event_id"]
    phones[2].record(job_id, "note.added", {"text": "another body under a known id"}, event_id=same_id)
    found = served(office, *(phone.request(phone.events) for phone in phones))
    assert [statuses(one) for one in found] == [["accepted"] * 3, ["accepted"] * 3, ["accepted"] * 3 + ["quarantined"]]
    assert len(world.state(job_id)["notes"]) == 9
    assert job_view.refold(check_only=True) + log_check.faults() == []


def test_s5_when_all_together_fails_each_is_stored_alone(
    office: Office, world: World, phones: list[Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one's batch does to the database is never another's error."""
    job_id = world.job(world.wang)
    for phone in phones:
        phone.record(job_id, "note.added", {"text": phone.device_id})
    poisoned = phones[1].device_id

    def failing(session: Any, batches: Any, now: Any) -> Any:
        found = append_all(session, batches, now)
        if any(batch.author.device_id == poisoned for batch in batches):
            raise ZeroDivisionError
        return found

    monkeypatch.setattr(sync, "append_all", failing)
    found = served(office, *(phone.request(phone.events) for phone in phones))
    assert [type(one) for one in found] == [dict, ZeroDivisionError, dict]
    assert {note["text"] for note in world.state(job_id)["notes"]} == {phones[0].device_id, phones[2].device_id}
    assert job_view.refold(check_only=True) + log_check.faults() == []


def test_s10_who_only_asks_is_told_alone_what_concerns_them(office: Office, world: World, phones: list[Phone]) -> None:
    jobs = [world.job(world.wang) for _ in range(2)]
    asking, holding, saying = phones
    first = holding.sync()
    found = looked(
        office,
        asking.request([]),
        holding.request([]),
        asking.request([], device_id="nobody"),
        asking.request([], challenge="x"),
        saying.request([], pending={"events": 7, "blobs": 0, "bytes": 0, "oldest_at": None}),
    )
    assert [type(one) for one in found] == [dict, dict, DeviceUnknown, ChallengeStale, type(None)]
    assert [job["job_id"] for job in found[0]["jobs"]] == sorted(jobs)
    assert (found[1]["jobs"], found[1]["manifest"]) == ([], None)
    assert (found[0]["acked_seq"], found[1]["acked_seq"]) == (0, first["acked_seq"])
