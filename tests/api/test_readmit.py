"""A database older than what phones hold: readmission, a lost prefix, another lineage (PROTOCOL E5, E6, S16, S17), on both databases."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.api.devices import PHONE_COOKIE
from app.services import tickets
from app.services.office import Office
from app.store.db import db, writing
from app.store.devices import Device
from app.store.people import User
from tests import older
from tests import world as worlds
from tests.phone import Key, Phone, enrol, enrolled, receipt_parts
from tests.world import World


@pytest.fixture
def job_id(world: World) -> str:
    return world.job(world.wang)


def note(phone: Phone, job_id: str, text: str) -> None:
    phone.record(job_id, "note.added", {"text": text})


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["type"].removeprefix("/problems/")


def notes(world: World, job_id: str) -> list[str]:
    return [one["text"] for one in world.state(job_id)["notes"]]


def device(phone: Phone) -> Device:
    db.session.rollback()
    return db.session.get_one(Device, phone.device_id)


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_e5_a_phone_enrolled_after_the_backup_comes_back_with_all_its_work(
    app: Flask, client: FlaskClient, world: World, job_id: str, alg: str
) -> None:
    backup = older.keep(app)
    phone = enrolled(client, world.code(), alg)
    note(phone, job_id, "one")
    phone.sync()
    server_epoch = backup.put_back()
    note(phone, job_id, "two")
    assert slug(phone.post(phone.request(phone.events))) == (401, "device-unknown")

    reply = phone.readmit().get_json()

    assert (reply["device_id"], reply["epoch"], reply["server_epoch"]) == (phone.device_id, 1, server_epoch)
    answer = phone.sync()
    assert [(one["status"], one["flags"]) for one in answer["results"]] == [("flagged", ["readmitted"])] * 2
    assert notes(world, job_id) == ["one", "two"]
    assert [one["code"] for one in world.state(job_id)["anomalies"]] == ["readmitted"] * 2
    assert [one[0] for one in answer["manifest"] or [[job_id]]] == [job_id], "its installer goes on working"


def test_e5_confirmed_by_the_office_it_is_a_phone_like_others(app: Flask, client: FlaskClient, world: World, job_id: str) -> None:
    backup = older.keep(app)
    phone = enrolled(client, world.code())
    backup.put_back()
    phone.readmit()
    assert device(phone).readmitted_at is not None
    with writing() as session:
        session.get_one(Device, phone.device_id).confirmed_at = clock.now()
    note(phone, job_id, "confirmed")
    assert phone.sync()["results"][0]["flags"] == []


def test_e5_goes_on_in_its_own_epoch_and_numbers_are_still_given_once(app: Flask, client: FlaskClient, world: World, job_id: str) -> None:
    backup = older.keep(app)
    phone = enrolled(client, world.code())
    phone.epoch = 3
    phone.record(None, "log.opened", {"prior_epoch": 1, "prior_acked_seq": 0, "prior_head": "0" * 64, "reason": "fork"})
    note(phone, job_id, "in the third epoch")
    backup.put_back()
    phone.readmit()
    assert phone.sync()["acked_seq"] == 2
    assert phone.readmit().get_json()["epoch"] == 3
    branch = phone.events
    phone.events = branch[:1]
    note(phone, job_id, "another branch")
    assert phone.post(phone.request(phone.events[1:])).get_json()["directives"] == [{"new_epoch": 4}]


def test_e5_a_known_phone_is_answered_and_nothing_changes(client: FlaskClient, world: World, job_id: str) -> None:
    phone = enrolled(client, world.code())
    before = device(phone).enrolled_at
    for _ in range(2):
        assert phone.readmit().get_json()["device_id"] == phone.device_id
    assert (device(phone).enrolled_at, device(phone).readmitted_at) == (before, None)
    note(phone, job_id, "as before")
    assert phone.sync()["results"][0]["flags"] == []


def test_e5_of_equal_requests_at_once_one_makes_the_phone(app: Flask, client: FlaskClient, world: World) -> None:
    backup = older.keep(app)
    phone = enrolled(client, world.code())
    backup.put_back()
    statuses: list[int] = []

    def ask() -> None:
        own = Phone(app.test_client(), phone.key, phone.device_id, phone.user_id, "", certificate=phone.certificate)
        statuses.append(own.readmit().status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert db.session.query(Device).filter(Device.kind == "phone").count() == 1


def test_e5_what_does_not_verify_lets_nobody_in(app: Flask, client: FlaskClient, world: World) -> None:
    backup = older.keep(app)
    phone, other = enrolled(client, world.code()), enrolled(client, world.code(world.li))
    backup.put_back()
    text, stranger = phone.certificate["text"], Key()
    proof_of = {"proof": stranger.sign(text.encode()), "public_key": stranger.jwk()}
    forged = text.replace(world.wang, world.supervisor)
    wrong = [
        {"proof": stranger.sign(text.encode())},
        {"proof": phone.key.sign(text.encode()[:-1])},
        proof_of,
        {"alg": "EdDSA"},
        {"certificate": phone.certificate | {"text": forged}, "proof": phone.key.sign(forged.encode())},
        {"certificate": phone.certificate | {"sig": other.certificate["sig"]}},
        {"certificate": phone.certificate | {"key_id": "nobody"}},
        {"certificate": phone.certificate | {"text": "é"}},
        {"certificate": other.certificate, "proof": phone.key.sign(other.certificate["text"].encode())},
        {"public_key": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
    ]
    assert [slug(phone.readmit(**changes)) for changes in wrong] == [(422, "certificate-invalid")] * len(wrong)
    receipt = world.office.key.sign(b"doorstep-receipt-v1\nnot a certificate\n")
    shown = {"text": "doorstep-receipt-v1\nnot a certificate\n", "sig": receipt, "key_id": world.office.key.key_id}
    assert slug(phone.readmit(certificate=shown)) == (422, "certificate-invalid")
    assert db.session.query(Device).filter(Device.kind == "phone").count() == 0


def test_e5_a_user_that_the_database_never_had_is_unknown(app: Flask, client: FlaskClient, world: World) -> None:
    backup = older.keep(app)
    with writing() as session:
        place = {"tenant_id": world.tenant_id, "station_id": world.station_id}
        session.add(User(user_id="new-hire", login="new.hire", name="New Hire", role="installer", **place))
    phone = enrolled(client, world.code("new-hire"))
    backup.put_back()
    assert slug(phone.readmit()) == (401, "device-unknown")


def test_e5_another_servers_certificate_is_none(app: Flask, client: FlaskClient, world: World) -> None:
    phone = enrolled(client, world.code())
    text = phone.certificate["text"].encode()
    assert slug(phone.readmit(certificate=phone.certificate | {"sig": Key().sign(text)})) == (422, "certificate-invalid")


def test_s3_a_challenge_of_another_lineage_is_stale_and_says_what_is_held(
    app: Flask, client: FlaskClient, world: World, job_id: str
) -> None:
    phone = enrolled(client, world.code())
    note(phone, job_id, "before the backup")
    phone.sync()
    backup = older.keep(app)
    note(phone, job_id, "after it")
    phone.sync()
    server_epoch = backup.put_back()
    problem = phone.post(phone.request([])).get_json()
    assert problem["type"] == "/problems/challenge-stale"
    assert (problem["acked_seq"], problem["server_epoch"]) == (1, server_epoch)


def test_s17_an_idle_phone_hands_in_again_what_the_restore_lost(app: Flask, client: FlaskClient, world: World, job_id: str) -> None:
    phone = enrolled(client, world.code())
    phone.sync()
    backup = older.keep(app)
    content = b"a photo of the finished work"
    sha256 = phone.photo(job_id, content)
    phone.sync()
    assert phone.patch(sha256, content).status_code == 200
    assert phone.sync()["blobs_wanted"] == []
    server_epoch = backup.put_back()

    reply = phone.sync()

    assert reply["acked_seq"] == 1
    assert receipt_parts(reply["receipt"])[6] == server_epoch
    assert reply["blobs_wanted"] == [sha256], "receipts of blobs do not outlive the lineage either"
    assert phone.patch(sha256, content).get_json()["receipt"]["text"].split("\n")[4] == server_epoch
    assert world.view(job_id).blobs_missing == 0


def test_s17_a_rev_that_was_used_again_is_not_taken_for_known(app: Flask, client: FlaskClient, world: World, job_id: str) -> None:
    """Both lineages reach the same rev by different decisions; the phone must see the one that counts."""
    phone = enrolled(client, world.code())
    phone.sync()
    backup = older.keep(app)
    world.decide(job_id, "job.amended", note="as it was told before the restore")
    phone.sync()
    backup.put_back()
    world.decide(job_id, "job.amended", note="as it is now")
    assert phone.have[job_id] == world.view(job_id).rev, "the number alone tells nothing"

    phone.sync()

    assert phone.jobs[job_id]["state"]["note"] == "as it is now"


def test_s17_a_lower_rev_is_newer_than_one_of_another_lineage(app: Flask, client: FlaskClient, world: World, job_id: str) -> None:
    phone = enrolled(client, world.code())
    backup = older.keep(app)
    for text in ("one", "two", "three"):
        world.decide(job_id, "job.amended", note=text)
    phone.sync()
    known = phone.have[job_id]
    backup.put_back()
    phone.sync()
    assert phone.have[job_id] == known - 3
    assert phone.jobs[job_id]["state"]["note"] is None


def test_s16_a_phone_that_cannot_fill_the_hole_is_given_an_epoch_for_the_rest(
    app: Flask, client: FlaskClient, world: World, job_id: str
) -> None:
    phone = enrolled(client, world.code())
    note(phone, job_id, "in the backup")
    phone.sync()
    backup = older.keep(app)
    for text in ("dropped by the phone", "held", "held too"):
        note(phone, job_id, text)
    phone.sync()
    backup.put_back()
    assert phone.resigns(phone.post(phone.request([])))
    acked, held = phone.acked, phone.events[2:]
    pending = {"events": len(held), "blobs": 0, "bytes": 0, "oldest_at": None}

    reply = phone.post(phone.request(held[-1:], pending=pending)).get_json()

    assert [one["status"] for one in reply["results"]] == ["gap"]
    assert (reply["acked_seq"], reply["directives"]) == (acked, [{"new_epoch": 2}])
    again = phone.post(phone.request(held, pending=pending)).get_json()
    assert again["directives"] == [{"new_epoch": 3}], "each number is given out once"
    opened = {"prior_epoch": 1, "prior_acked_seq": acked, "prior_head": held[-1]["hash"], "reason": "restore"}
    phone.epoch, phone.events, phone.acked = 3, [], 0
    phone.record(None, "log.opened", opened)
    for event in held:
        phone.append(event["body"])
    assert phone.sync()["acked_seq"] == 3
    assert notes(world, job_id) == ["in the backup", "held", "held too"]


def test_s16_a_phone_that_holds_everything_is_only_told_where_to_go_on(client: FlaskClient, world: World, job_id: str) -> None:
    phone = enrolled(client, world.code())
    for number in range(5):
        note(phone, job_id, str(number))
    for held in (phone.events[2:3], phone.events[1:4], phone.events[4:]):
        reply = phone.post(phone.request(held)).get_json()
        assert (reply["directives"], {one["status"] for one in reply["results"]}) == ([], {"gap"})
    assert phone.sync()["acked_seq"] == 5


def test_e6_a_browser_whose_storage_was_emptied_is_known_as_the_phone_that_it_was(app: Flask, world: World) -> None:
    browser = app.test_client()
    first = enrol(browser, world.code())
    cookie = first.headers["Set-Cookie"]
    assert cookie.startswith(f"{PHONE_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict", "Max-Age=34560000"} <= set(cookie.split("; "))
    old = first.get_json()["device_id"]

    phone = enrolled(browser, world.code(world.li))

    assert device(phone).replaces == old
    assert db.session.get_one(Device, old).storage_lost_at is None, "only the phone's own word says that anything is gone"
    phone.record(None, "storage.lost", {"what": "database", "note": None})
    phone.sync()
    db.session.rollback()
    assert db.session.get_one(Device, old).storage_lost_at is None, "a part that was rebuilt is no loss"
    phone.record(None, "storage.lost", {"what": "all", "note": "emptied"})
    phone.sync()
    db.session.rollback()
    first_told = db.session.get_one(Device, old).storage_lost_at
    assert first_told is not None
    phone.record(None, "storage.lost", {"what": "all", "note": "again"})
    phone.sync()
    db.session.rollback()
    assert db.session.get_one(Device, old).storage_lost_at == first_told


def test_e6_a_phone_that_replaces_none_marks_none(client: FlaskClient, world: World) -> None:
    phone, other = (enrolled(client.application.test_client(use_cookies=False), world.code()) for _ in range(2))
    phone.record(None, "storage.lost", {"what": "all", "note": None})
    assert phone.sync()["results"][0]["status"] == "accepted"
    assert (device(phone).storage_lost_at, device(other).storage_lost_at) == (None, None)


def test_e6_a_witness_of_another_tenant_or_of_nobody_is_none(app: Flask, office: Office, world: World) -> None:
    foreign = worlds.make(office, "South")
    browser = app.test_client()
    enrolled(browser, foreign.code())
    assert device(enrolled(browser, world.code())).replaces is None
    for value in ("nonsense", "", tickets.challenge(office, "x"), tickets.witness(office, "nobody")):
        browser.set_cookie(PHONE_COOKIE, value, secure=True)
        assert device(enrolled(browser, world.code())).replaces is None


def test_e6_a_witness_outlives_a_restore_but_not_400_days(
    app: Flask, client: FlaskClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = enrolled(client, world.code())
    text = tickets.witness(world.office, phone.device_id)
    older.keep(app).put_back()
    assert tickets.read_witness(world.office, text) == phone.device_id
    later = (clock.now() + timedelta(days=401)).timestamp()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert tickets.read_witness(world.office, text) is None
