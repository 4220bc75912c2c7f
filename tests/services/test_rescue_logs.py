"""Whose log a rescued event comes into, and what its flags say when it comes beside it (PROTOCOL X4)."""

from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, update

from app.services import enrol
from app.services.office import Office
from app.store.db import writing
from app.store.devices import Device, EnrolmentCode
from tests import rescue_file as files
from tests.phone import Json, Key, Phone, enrolled
from tests.phone import enrol as enrol_phone
from tests.services.rescuing import counted, healthy, taken, work
from tests.world import World


@pytest.fixture
def phone(app: Flask, world: World) -> Phone:
    """Wang's phone with one job on it."""
    world.job(world.wang)
    held = enrolled(app.test_client(), world.code())
    held.sync()
    return held


@pytest.fixture
def job_id(phone: Phone) -> str:
    return next(iter(phone.jobs))


def test_a_seal_by_another_key_is_none(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path, app: Flask) -> None:
    work(phone, job_id, "one")
    other = enrolled(app.test_client(), world.code(world.li))
    forged = Phone(phone.client, other.key, phone.device_id, phone.user_id, phone.challenge, events=phone.events)
    said = taken(office, world, files.write(tmp_path / "a.zip", files.manifest(forged, world.tenant_id), files.events(phone)))
    assert said["jobs"][0]["look"] == {"unsealed": 3}


def test_what_lies_beyond_a_hole_counts_and_the_phone_fills_the_hole_later(
    office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    work(phone, job_id, "only on the phone")
    hole = len(phone.events)
    phone.record(job_id, "note.added", {"text": "beyond"})
    work(phone, job_id)
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone, phone.events[hole:]))
    said = [taken(office, world, path) for _ in range(2)]
    assert said[0]["jobs"][0]["look"] == {"rescued": 3}
    assert said[1]["events"] == {"came_in": 0, "known": 3}
    assert [note["text"] for note in world.state(job_id)["notes"]] == ["beyond"]
    assert phone.sync()["acked_seq"] == 6
    texts = [(text, flags) for kind, text, flags in counted(world) if kind == "note.added"]
    assert texts == [("beyond", ["rescued"]), ("only on the phone", [])]
    assert len(counted(world)) == 6
    healthy(office)


def test_a_file_with_a_hole_gives_what_fits_to_the_log_and_the_rest_beside_it(
    office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    for number in range(120):
        phone.record(job_id, "note.added", {"text": f"{number:03}"})
    kept = [event for event in phone.events if event["seq"] != 60]
    said = taken(office, world, files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone, kept)))
    # The seal reaches back over the links to the hole, and no further.
    assert said["jobs"][0]["look"] == {"unsealed": 59, "rescued": 60}
    assert len(counted(world)) == 119
    phone.sync()
    assert Counter(text for _, text, _ in counted(world)) == Counter(f"{number:03}" for number in range(120))
    healthy(office)


def test_the_other_branch_of_a_log_counts_too(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    copy = Phone(phone.client, phone.key, phone.device_id, phone.user_id, phone.challenge)
    copy.record(job_id, "note.added", {"text": "from the copy"})
    phone.record(job_id, "note.added", {"text": "from the original"})
    phone.sync()
    path = files.write(tmp_path / "a.zip", files.manifest(copy, world.tenant_id), files.events(copy))
    said = [taken(office, world, path) for _ in range(2)]
    assert [one["events"]["came_in"] for one in said] == [1, 0]
    assert sorted(note["text"] for note in world.state(job_id)["notes"]) == ["from the copy", "from the original"]
    healthy(office)


def test_a_phone_that_nobody_knows_is_kept_for_a_human(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    content = work(phone, job_id, "one")
    stranger = Phone(phone.client, phone.key, "device-before-the-restore", phone.user_id, phone.challenge)
    for event in phone.events:
        stranger.append(event["body"], event["blobs"], signed=event["sig"] is not None)
    path = files.write(tmp_path / "a.zip", files.manifest(stranger, world.tenant_id), files.events(stranger) | files.blobs([content]))
    said = [taken(office, world, path) for _ in range(3)]
    assert said[0]["phone"] is None
    # Whose it was is not known, so the notes say so; and nobody's key says that the customer signed.
    assert said[0]["jobs"][0]["look"] == {"unsealed": 2, "actor_mismatch": 2, "bad_signature": 1}
    assert [one["events"]["came_in"] for one in said] == [3, 0, 0]
    assert [one["blobs"]["came_in"] for one in said] == [1, 0, 0]
    assert [note["text"] for note in world.state(job_id)["notes"]] == ["one"]
    healthy(office)


def test_e5_a_phone_from_after_the_backup_comes_back_by_its_file(
    app: Flask, office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    later, certificate = enrol_reply(app, world)
    later.record(job_id, "note.added", {"text": "after the backup"})
    with writing() as session:  # the backup is from before this enrolment
        session.execute(update(EnrolmentCode).values(device_id=None))
        session.execute(delete(Device).where(Device.device_id == later.device_id))
    proof = later.key.sign(certificate["text"].encode())
    readmission = {"certificate": certificate, "alg": later.key.alg, "public_key": later.key.jwk(), "proof": proof}
    for spoilt in ({}, {"proof": "x"}, readmission | {"proof": proof[:-4] + "AAAA"}, readmission | {"certificate": 7}):
        about = files.manifest(later, world.tenant_id, readmission=spoilt)
        assert taken(office, world, files.write(tmp_path / "a.zip", about, {}))["phone"] is None
    about = files.manifest(later, world.tenant_id, readmission=readmission)
    said = taken(office, world, files.write(tmp_path / "b.zip", about, files.events(later)))
    assert said["phone"]["device_id"] == later.device_id
    assert said["jobs"][0]["look"] == {"readmitted": 1}
    assert later.sync()["acked_seq"] == 1
    healthy(office)


def enrol_reply(app: Flask, world: World) -> tuple[Phone, Json]:
    """A phone, and its certificate."""
    key = Key()
    reply = enrol_phone(app.test_client(), world.code(), key=key).get_json()
    return Phone(app.test_client(), key, reply["device_id"], reply["user"]["id"], reply["challenge"]), reply["certificate"]


def test_a_revoked_phones_facts_say_so(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    work(phone, job_id, "one")
    enrol.revoke(world.tenant_id, phone.device_id)
    said = taken(office, world, files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone)))
    assert said["jobs"][0]["look"] == {"device_revoked": 3}


def test_an_epoch_that_nobody_gave_out_does_not_come_into_the_log(
    office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    odd = Phone(phone.client, phone.key, phone.device_id, phone.user_id, phone.challenge, epoch=2**53 - 1)
    odd.record(job_id, "note.added", {"text": "one"})
    said = taken(office, world, files.write(tmp_path / "a.zip", files.manifest(odd, world.tenant_id), files.events(odd)))
    assert said["jobs"][0]["look"] == {"rescued": 1}
    with writing() as session:
        assert session.get_one(Device, phone.device_id).epoch_offered == 1
