"""The proof over HTTP, checked as a stranger would: with the public key and the rules of PROTOCOL R3 and R4 alone."""

import base64
import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from flask import Flask
from flask.testing import FlaskClient

from app.services import review
from tests import builders
from tests.api.test_labels import scanned
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def sealed(north: Network) -> str:
    job_id = north.finished()
    review.approve(north.office, north.tenant_id, north.people["sun"], job_id, rev=north.view(job_id).rev)
    return job_id


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def check(keys: dict[str, Any], key_id: str, sig: str, *lines: str) -> None:
    """Raises `InvalidSignature` unless the server's key signed these lines."""
    [jwk] = [key["public_key"] for key in keys["keys"] if key["key_id"] == key_id]
    x, y = (int.from_bytes(raw(jwk[name]), "big") for name in ("x", "y"))
    r, s = (int.from_bytes(part, "big") for part in (raw(sig)[:32], raw(sig)[32:]))
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    key.verify(encode_dss_signature(r, s), ("\n".join(lines) + "\n").encode("ascii"), ec.ECDSA(hashes.SHA256()))


def test_r4_a_stranger_can_check_the_proof(client: FlaskClient, north: Network, sealed: str) -> None:
    found = north.signed_in("edit").get(f"/api/v1/jobs/{sealed}/proof").get_json()
    keys = client.get("/api/v1/keys").get_json()
    assert hashlib.sha256(found["document"].encode("utf-8")).hexdigest() == found["sha256"]
    document = json.loads(found["document"])
    assert document["sealed_at"] == found["sealed_at"]
    lines = ["doorstep-proof-v1", document["proof_id"], found["sha256"], found["sealed_at"], found["key_id"]]
    check(keys, found["key_id"], found["sig"], *lines)
    with pytest.raises(InvalidSignature):
        check(keys, found["key_id"], found["sig"], *lines[:3], "2026-01-01T00:00:00.000Z", lines[4])


def test_r4_the_printed_code_opens_the_page_that_checks(north: Network, sealed: str) -> None:
    client = north.signed_in("edit")
    found = client.get(f"/api/v1/jobs/{sealed}/proof").get_json()
    code = client.get(f"/api/v1/jobs/{sealed}/proof/qr.svg")
    assert code.status_code == 200
    address, _, compact = scanned(code.text).partition("#")
    assert (address, f"{address}#{compact}") == ("http://localhost/verify", found["verify_url"])
    proof_id, sha256, _, key_id, sig = compact.split(".")
    assert (proof_id, raw(sha256).hex(), key_id, sig) == (found["proof_id"], found["sha256"], found["key_id"], found["sig"])


def test_r3_a_job_that_is_not_sealed_has_none_and_a_foreign_one_neither(app: Flask, north: Network, sealed: str) -> None:
    client, stranger = north.signed_in("edit"), builders.network(app, "south").signed_in("edit")
    for path in ("proof", "proof/qr.svg"):
        answers = [
            client.get(f"/api/v1/jobs/{north.take_in()}/{path}"),
            client.get(f"/api/v1/jobs/no-such-job/{path}"),
            stranger.get(f"/api/v1/jobs/{sealed}/{path}"),
        ]
        assert {(answer.status_code, answer.data) for answer in answers} == {(404, answers[0].data)}


def test_the_api_describes_all_of_itself(client: FlaskClient, app: Flask, north: Network) -> None:
    described = client.get("/api/openapi.json").get_json()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                assert operation.get("summary"), f"{method} {path} says nothing about itself"
    assert "/api/v1/jobs/{job_id}/approve" in described["paths"]
    assert described["paths"]["/api/v1/orders"]["post"]["requestBody"]["required"]
    slot = described["components"]["schemas"]["Slot"]["properties"]
    assert set(slot) == {"from", "to"}
