"""Enrolment on both databases (PROTOCOL E)."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock
from app.services import enrol as service
from app.services.keys import read_public_key, thumbprint, verifies
from app.services.office import Office
from app.store.db import db, writing
from app.store.devices import Device, EnrolmentCode
from app.store.people import User
from tests import world as worlds
from tests.phone import Key, enrol, enrolled, receipt_parts
from tests.world import World


def slug(response: Any) -> tuple[int, str]:
    return response.status_code, response.get_json()["type"].removeprefix("/problems/")


@pytest.mark.parametrize("alg", ["ES256", "EdDSA"])
def test_e2_a_code_makes_a_device(client: FlaskClient, world: World, alg: str) -> None:
    key = Key(alg)
    response = enrol(client, world.code(), alg, key=key)
    reply = response.get_json()
    assert reply["epoch"] == 1
    assert reply["user"] == {"id": world.wang, "name": "North-Wang"}
    assert reply["tenant"] == {"id": world.tenant_id, "name": "North"}
    assert reply["server_epoch"] == world.office.server_epoch()
    parts = receipt_parts(reply["certificate"])
    assert parts[:6] == ["doorstep-device-v1", world.tenant_id, reply["device_id"], world.wang, alg, thumbprint(key.jwk())]
    server = read_public_key("ES256", world.office.key.public_jwk)
    assert verifies(server, reply["certificate"]["sig"], reply["certificate"]["text"].encode())


def test_e3_wrong_used_and_expired_codes_look_the_same(client: FlaskClient, world: World) -> None:
    used = world.code()
    enrolled(client, used)
    expired = world.code()
    with writing() as session:
        for row in session.query(EnrolmentCode).filter(EnrolmentCode.spent_at.is_(None)):
            row.expires_at = clock.now() - timedelta(seconds=1)
    answers = [enrol(client, code) for code in (used, expired, "wrong", "x" * 22, "")]
    assert {slug(answer) for answer in answers[:4]} == {(404, "enrolment-code-invalid")}
    assert len({answer.data for answer in answers[:4]}) == 1
    assert db.session.query(Device).filter(Device.kind == "phone").count() == 1


def test_e3_a_bad_proof_leaves_the_code_good(client: FlaskClient, world: World) -> None:
    code = world.code()
    assert slug(enrol(client, code, proof=Key().sign(code.encode()))) == (422, "proof-invalid")
    assert slug(enrol(client, code, public_key={"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})) == (422, "proof-invalid")
    assert slug(enrol(client, code, alg="EdDSA", public_key=Key("ES256").jwk())) == (422, "proof-invalid")
    assert enrol(client, code).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"alg": "none"},
        {"label": "\0"},
        {"label": "x" * 81},
        {"public_key": "key"},
        {"platform": "\ud800"},
        {"role": "admin"},
        {"proof": None},
    ],
)
def test_a_wrong_form_is_named(client: FlaskClient, world: World, changes: dict[str, Any]) -> None:
    response = enrol(client, world.code(), **changes)
    assert slug(response) == (422, "invalid-body")
    assert response.get_json()["errors"][0]["pointer"].startswith(f"#/{next(iter(changes))}")


def test_e1_a_code_is_128_bits_and_for_installers_in_service(office: Office, world: World) -> None:
    made = service.make_code(office, world.tenant_id, world.wang, None)
    assert len(made.code) == 22
    assert made.url == f"http://localhost/app/#enrol={made.code}"
    for user_id in (world.supervisor, "nobody", worlds.make(office, "South").wang):
        with pytest.raises(Exception, match="nothing here"):
            service.make_code(office, world.tenant_id, user_id, None)
    with writing() as session:
        session.get_one(User, world.wang).disabled_at = clock.now()
    with pytest.raises(Exception, match="nothing here"):
        service.make_code(office, world.tenant_id, world.wang, None)


def test_e1_of_many_that_spend_one_code_at_once_one_succeeds(app: Flask, world: World) -> None:
    code, statuses = world.code(), []

    def spend() -> None:
        statuses.append(enrol(app.test_client(), code).status_code)

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] + [404] * 7
