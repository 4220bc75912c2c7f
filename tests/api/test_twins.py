"""Two phones with one identity: every branch is kept, and each goes on in an epoch of its own (PROTOCOL S9)."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.store.db import db
from app.store.events import ForkEvent
from tests.api.counted import assert_sound, flags_of, note, notes
from tests.phone import Phone, enrolled
from tests.world import World


@pytest.fixture
def phone(client: FlaskClient, world: World) -> Phone:
    return enrolled(client, world.code())


def cloned(app: Flask, phone: Phone) -> Phone:
    """The same identity, key and log once more, as when a browser profile is copied."""
    members = {name: getattr(phone, name) for name in ("key", "device_id", "user_id", "challenge", "epoch", "acked", "token")}
    copy = Phone(app.test_client(), **members, server_epoch=phone.server_epoch, certificate=phone.certificate)
    copy.events, copy.have, copy.jobs = list(phone.events), dict(phone.have), dict(phone.jobs)
    return copy


def open_epoch(phone: Phone, epoch: int, acked_seq: int) -> None:
    """Go on in a new epoch, as L7 says: what is held after `acked_seq` comes again under its old ids."""
    held = phone.events[acked_seq:]
    data = {"prior_epoch": phone.epoch, "prior_acked_seq": acked_seq, "prior_head": phone.events[-1]["hash"], "reason": "fork"}
    phone.epoch, phone.events, phone.acked = epoch, [], 0
    phone.record(None, "log.opened", data)
    for event in held:
        kind = json.loads(event["body"])["kind"]
        phone.append(event["body"], event["blobs"], signed=kind == "signoff.recorded")


def test_s9_two_phones_with_one_identity_keep_both_branches_and_all_their_photos(app: Flask, world: World, phone: Phone) -> None:
    """H54: both branches end in the job, whoever comes first, and again when both go on."""
    job_id = world.job(world.wang)
    note(phone, job_id, "shared")
    phone.sync()
    twin = cloned(app, phone)
    brought: list[tuple[Phone, str, bytes]] = []
    for turn in range(2):
        for one, name in ((phone, "first"), (twin, "twin")):
            content = f"photo of {name}, {turn}".encode()
            note(one, job_id, f"{name} {turn}")
            brought.append((one, one.photo(job_id, content), content))
            reply = one.post(one.request(one.events[one.acked :])).get_json()
            if reply["directives"]:
                assert flags_of(reply) == [["fork"], ["fork"]]
                open_epoch(one, reply["directives"][0]["new_epoch"], one.acked)
            one.sync()
    for one, sha256, content in brought:
        assert one.patch(sha256, content).status_code == 200
    assert sorted(notes(world, job_id)) == sorted(["shared", "first 0", "twin 0", "first 1", "twin 1"])
    assert len(world.state(job_id)["photos"]) == 4
    assert world.view(job_id).blobs_missing == 0
    assert (phone.epoch, twin.epoch) == (1, 2)
    assert db.session.query(ForkEvent).count() == 2, "what came for a place that was taken is kept as it came"
    assert_sound()


def test_s9_each_of_many_twins_gets_an_epoch_of_its_own(app: Flask, world: World, phone: Phone) -> None:
    job_id = world.job(world.wang)
    phone.sync()
    twins = [phone, *(cloned(app, phone) for _ in range(4))]
    for number, twin in enumerate(twins):
        note(twin, job_id, str(number))
    replies = [twin.post(twin.request(twin.events)).get_json() for twin in twins]
    assert [reply["directives"] for reply in replies] == [[], *([{"new_epoch": epoch}] for epoch in (2, 3, 4, 5))]
    for twin, reply in zip(twins[1:], replies[1:], strict=True):
        open_epoch(twin, reply["directives"][0]["new_epoch"], 0)
        twin.sync()
    assert sorted(notes(world, job_id)) == list("01234")


def test_s3_a_phone_set_back_to_an_older_state_of_its_own_is_heard(app: Flask, world: World, phone: Phone) -> None:
    """Its empty batch seals a head that the server has left behind; its last event, sent again, is as good."""
    job_id = world.job(world.wang)
    begun = cloned(app, phone)
    note(phone, job_id, "one")
    phone.sync()
    set_back = cloned(app, phone)
    note(phone, job_id, "two")
    phone.sync()
    problem = set_back.post(set_back.request([])).get_json()
    assert (problem["type"], problem["acked_seq"]) == ("/problems/seal-invalid", 2)
    reply = set_back.post(set_back.request(set_back.events[-1:])).get_json()
    assert ([one["status"] for one in reply["results"]], reply["acked_seq"]) == (["duplicate"], 2)
    assert begun.post(begun.request([])).get_json()["acked_seq"] == 2, "a phone that lost its log asks with an empty one"
