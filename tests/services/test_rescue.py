"""Rescue files: nothing that was in one is lost, and nothing is counted twice, however often it comes and whoever else sends it (H64)."""

from pathlib import Path

import pytest
from flask import Flask

from app.services.office import Office
from tests import rescue_file as files
from tests.phone import Phone, enrolled
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
    assert world.state(job_id)["anomalies"] == []
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
    assert [note["text"] for note in world.state(job_id)["notes"]] == ["one"]
    assert [one["outcome"] for one in world.state(job_id)["signoffs"]] == ["refused"]
    healthy(office)
    # The phone lives and sends: its log is whole and its own, and nothing counts again.
    assert phone.sync()["acked_seq"] == 3
    assert counted(world) == once
    healthy(office)


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
    assert [note["text"] for note in world.state(job_id)["notes"]] == ["late"]
    healthy(office)


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
