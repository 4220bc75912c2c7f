"""Rescue files that are damaged, odd, another network's or none: what is whole comes in, the rest changes nothing (PROTOCOL X3, X6)."""

import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.problems import RescueFileInvalid
from app.services.office import Office
from app.store.blobs import Blob
from app.store.db import db
from app.store.events import EventRow
from tests import rescue_file as files
from tests import world as worlds
from tests.phone import Json, Phone, enrolled
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
    assert [note["text"] for note in world.state(job_id)["notes"]] == ["one", "two"]
    healthy(office)


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
