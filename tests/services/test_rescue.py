"""Rescue files: nothing that was in one is lost, and nothing is counted twice, however often it comes and whoever else sends it (H64)."""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app.problems import RescueFileInvalid
from app.services import doctor, enrol, rescue
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db, writing
from app.store.devices import Device, EnrolmentCode
from app.store.events import EventRow
from tests import rescue_file as files
from tests import world as worlds
from tests.phone import Json, Phone, enrolled
from tests.phone import enrol as enrol_phone
from tests.world import World

SIGNED = {
    "outcome": "refused",
    "reason": "damage",
    "statement_size": 9,
    "strokes_sha256": None,
    "strokes_size": None,
    "typed_name": None,
    "name": "Chen",
    "relation": "customer",
    "language": "en",
}


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


def work(phone: Phone, job_id: str, *notes: str) -> bytes:
    """Some notes, a photo and a refused sign-off; the photo's bytes."""
    for text in notes:
        phone.record(job_id, "note.added", {"text": text})
    content = f"photo after {notes}".encode()
    phone.photo(job_id, content)
    phone.record(job_id, "signoff.recorded", SIGNED | {"statement_sha256": files.digest(b"statement")})
    return content


def taken(office: Office, world: World, path: Path) -> Json:
    return rescue.import_file(office, world.tenant_id, path, world.supervisor)


def counted(world: World) -> list[tuple[str, str, list[str]]]:
    """What phones' facts count: kind, text or role, flags; each fact once."""
    db.session.rollback()
    rows = db.session.scalars(select(EventRow).where(EventRow.tenant_id == world.tenant_id, EventRow.standing.in_(("folded", "device"))))
    facts = [(json.loads(row.body or b"{}"), json.loads(row.flags)) for row in rows]
    return sorted((body["kind"], str(body["data"].get("text")), flags) for body, flags in facts if not body["kind"].startswith("job."))


def state(world: World, job_id: str) -> Json:
    found: Json = json.loads(world.view(job_id).state)
    return found


def healthy(office: Office) -> None:
    assert doctor.faults(office) == []


def test_h64_three_imports_and_the_phones_own_sync_count_once(
    office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    content = work(phone, job_id, "one", "two")
    entries = files.events(phone) | files.blobs([content, b"statement"])
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), entries)
    first = taken(office, world, path)
    assert first["events"] == {"came_in": 4, "known": 0}
    assert first["blobs"] == {"came_in": 2, "known": 0, "damaged": 0, "nameless": 0}
    assert first["jobs"] == [
        {"job_id": job_id, "customer_name": "陈静", "order_ref": first["jobs"][0]["order_ref"], "blobs_missing": 0}
        | {"came_in": 4, "known": 0, "look": {}}
    ]
    assert first["phone"] == {"device_id": phone.device_id, "label": "Test phone", "user_name": "North-Wang"}
    once = counted(world)
    assert [(kind, flags) for kind, _, flags in once] == [("note.added", [])] * 2 + [("photo.captured", []), ("signoff.recorded", [])]
    for _ in range(2):
        again = taken(office, world, path)
        assert (again["events"], again["blobs"]["known"]) == ({"came_in": 0, "known": 4}, 2)
    reply = phone.sync()
    assert (reply["acked_seq"], reply["blobs_wanted"]) == (4, [])
    assert phone.patch(files.digest(content), content).status_code == 200
    assert counted(world) == once
    assert state(world, job_id)["anomalies"] == []
    healthy(office)


def test_the_phone_first_and_the_file_after_it_count_once(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    content = work(phone, job_id, "one")
    phone.sync()
    once = counted(world)
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone) | files.blobs([content]))
    said = taken(office, world, path)
    assert (said["events"], said["blobs"]["came_in"]) == ({"came_in": 0, "known": 3}, 1)
    assert counted(world) == once
    healthy(office)


def test_without_a_seal_facts_count_flagged_and_leave_the_phones_log_alone(
    office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path
) -> None:
    work(phone, job_id, "one")
    about = files.manifest(phone, world.tenant_id, sealed=False)
    path = files.write(tmp_path / "a.zip", about, files.events(phone))
    said = [taken(office, world, path), taken(office, world, path)]
    assert [one["events"] for one in said] == [{"came_in": 3, "known": 0}, {"came_in": 0, "known": 3}]
    assert said[0]["jobs"][0]["look"] == {"unsealed": 3}
    once = counted(world)
    assert {tuple(flags) for _, _, flags in once} == {("unsealed",)}
    assert [note["text"] for note in state(world, job_id)["notes"]] == ["one"]
    assert [one["outcome"] for one in state(world, job_id)["signoffs"]] == ["refused"]
    healthy(office)
    # The phone lives and sends: its log is whole and its own, and nothing counts again.
    assert phone.sync()["acked_seq"] == 3
    assert counted(world) == once
    healthy(office)


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
    assert [note["text"] for note in state(world, job_id)["notes"]] == ["beyond"]
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
    assert sorted(note["text"] for note in state(world, job_id)["notes"]) == ["from the copy", "from the original"]
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
    assert [note["text"] for note in state(world, job_id)["notes"]] == ["one"]
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
    response = enrol_phone(app.test_client(), world.code())
    reply = response.get_json()
    key = response.phone_key  # type: ignore[attr-defined]
    return Phone(app.test_client(), key, reply["device_id"], reply["user"]["id"], reply["challenge"]), reply["certificate"]


def test_facts_without_a_place_count_once(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    """A phone whose database did not work kept them among its files alone."""
    body = phone.record(job_id, "note.added", {"text": "late"})["body"]
    path = files.write(
        tmp_path / "a.zip", files.manifest(phone, world.tenant_id), {f"facts/{files.digest(body.encode())}.json": body.encode()}
    )
    said = [taken(office, world, path) for _ in range(2)]
    assert said[0]["jobs"] == [{**said[0]["jobs"][0], "job_id": job_id, "came_in": 1, "look": {"unsealed": 1}}]
    assert said[1]["events"] == {"came_in": 0, "known": 1}
    phone.sync()
    assert [note["text"] for note in state(world, job_id)["notes"]] == ["late"]
    healthy(office)


def test_damaged_and_nameless_things_are_kept_raw(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    content = work(phone, job_id, "one", "two")
    entries = files.events(phone, phone.events[:2])
    torn = {name: body.replace(b"two", b"2wo") if b"two" in body else body for name, body in entries.items()}
    torn[f"events/1-9-{'a' * 64}.json"] = b"\xff torn"
    bad = {f"blobs/{'b' * 64}": b"not of that name"}
    entries = torn | files.blobs([content, b"nobody names this"]) | bad
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), entries)
    said = [taken(office, world, path) for _ in range(2)]
    assert said[0]["jobs"][-1]["look"] == {"unreadable": 2}
    assert [one["events"]["came_in"] for one in said] == [3, 0]
    assert said[0]["blobs"] == {"came_in": 2, "known": 0, "damaged": 1, "nameless": 3}
    assert said[1]["blobs"] == {"came_in": 0, "known": 2, "damaged": 1, "nameless": 0}
    held = db.session.scalars(select(EventRow.body).where(EventRow.standing == "quarantined")).all()
    assert any(b"2wo" in (body or b"") for body in held)
    assert set(db.session.scalars(select(Blob.sha256))) == {files.digest(content), files.digest(b"nobody names this")}
    db.session.rollback()
    # The whole event, from the phone or a better file, is not mistaken for the damaged one.
    phone.sync()
    assert [note["text"] for note in state(world, job_id)["notes"]] == ["one", "two"]
    healthy(office)


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


def test_another_networks_file_is_refused(office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    work(phone, job_id, "one")
    south = worlds.make(office, "South")
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone))
    with pytest.raises(RescueFileInvalid) as refused:
        taken(office, south, path)
    assert refused.value.members == {"reason": "foreign"}
    # One that does not say so finds that network's phones and jobs unknown.
    said = taken(office, south, files.write(tmp_path / "b.zip", files.manifest(phone, None), files.events(phone)))
    assert said["phone"] is None
    assert [(one["job_id"], one["look"].get("unknown_job")) for one in said["jobs"]] == [(None, 2)]
    assert counted(world) == []


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _with_a_comment(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"x" * 100


def _with_a_stranger(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../etc/passwd", "x")


def _with_one_compressed(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"blobs/{'0' * 64}", b"0" * 100_000, zipfile.ZIP_DEFLATED)


def _with_a_huge_event(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"events/1-1-{'0' * 64}.json", b" " * 200_000)


def _that_lies_about_its_directory(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[-12:-8] = (2**31).to_bytes(4, "little")
    path.write_bytes(raw)


def _with_two_names_for_the_same_bytes(path: Path) -> None:
    """Two entries of the directory point at one body, as bombs do."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"blobs/{'1' * 64}", b"1" * 50_000)
        info = archive.getinfo(f"blobs/{'1' * 64}")
        for number in range(2, 6):
            twin = zipfile.ZipInfo(f"blobs/{str(number) * 64}")
            twin.header_offset, twin.CRC, twin.compress_size, twin.file_size = (
                info.header_offset,
                info.CRC,
                info.compress_size,
                info.file_size,
            )
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin


@pytest.mark.parametrize(
    "spoil",
    [
        _cut,
        _with_a_comment,
        _with_a_stranger,
        _with_one_compressed,
        _with_a_huge_event,
        _that_lies_about_its_directory,
        _with_two_names_for_the_same_bytes,
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"\x00" * 10_000),
    ],
)
def test_what_is_no_rescue_file_brings_nothing(spoil: Any, office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    work(phone, job_id, "one")
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone))
    spoil(path)
    with pytest.raises(RescueFileInvalid):
        taken(office, world, path)
    assert counted(world) == []


@pytest.mark.parametrize("about", [{"doorstep_rescue": 2}, {"seals": "none"}, {"seals": [{"epoch": True}, 7, None]}, {"device_id": "../"}])
def test_an_odd_manifest_costs_no_fact(about: Json, office: Office, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    work(phone, job_id, "one")
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id, **about), files.events(phone))
    if about.get("doorstep_rescue") == 2:
        with pytest.raises(RescueFileInvalid, match="newer app"):
            taken(office, world, path)
    else:
        assert taken(office, world, path)["events"]["came_in"] == 3


def test_an_operator_takes_a_file_in(app: Flask, world: World, phone: Phone, job_id: str, tmp_path: Path) -> None:
    content = work(phone, job_id, "one")
    path = files.write(tmp_path / "a.zip", files.manifest(phone, world.tenant_id), files.events(phone) | files.blobs([content]))
    runner = app.test_cli_runner()
    said = runner.invoke(args=["rescue", "import", str(path)])
    assert (said.exit_code, said.output.splitlines()) == (
        0,
        [
            "3 events came in, 0 were known.",
            "1 blobs came in, 0 were known, 0 are damaged in the file.",
            f"Job {job_id}: 3 came in, 0 known.",
        ],
    )
    nameless = files.write(tmp_path / "b.zip", files.manifest(phone, None), files.events(phone))
    refused = runner.invoke(args=["rescue", "import", str(nameless)])
    assert refused.exit_code == 1
    assert "--tenant" in refused.output
    named = runner.invoke(args=["rescue", "import", str(nameless), "--tenant", world.tenant_id])
    assert named.output.startswith("0 events came in, 3 were known.")
