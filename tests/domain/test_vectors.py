"""The vectors of `tests/vectors`, as the Python domain reads them. `app/pwa/src/domain/vectors.test.ts` runs the same ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from app.domain import checklist, events, gs1, scan
from app.domain.job import fold
from app.domain.log import Link, body_digest, first_broken, from_b64, header, lines, seal_text, to_b64
from tests.domain.vectors import Vector, body_text, canonical, event, read_all, title, whole_state


def vectors(folder: str) -> Callable[[Any], Any]:
    """Run a test once for each vector of a folder, under the numbers of its rules."""
    found = list(read_all(folder))
    assert found, f"no vectors in {folder}"
    return pytest.mark.parametrize("vector", [pytest.param(vector, id=title(name, vector)) for name, vector in found])


@vectors("fold")
def test_fold(vector: Vector) -> None:
    log = [event(wire) for wire in vector["events"]]
    expected = canonical(whole_state(vector["state"]))
    assert canonical(fold(log)) == expected
    for cut in range(len(log) + 1):
        before = json.loads(json.dumps(fold(log[:cut])))
        kept = canonical(before)
        assert canonical(fold(log[cut:], before)) == expected, f"F12: cut before event {cut}"
        assert canonical(before) == kept, "the state between was changed"


@vectors("chain/accept")
def test_chain_accept(vector: Vector) -> None:
    links = [link(wire) for wire in vector["links"]]
    assert first_broken(vector["device_id"], vector["epoch"], links) is None
    if "seal_text" in vector:
        head = (links[-1].seq, links[-1].hash) if links else (0, "0" * 64)
        text = seal_text(vector["device_id"], vector["epoch"], *head, vector["challenge"])
        assert text.decode("ascii") == vector["seal_text"]
    for wire in vector["links"]:
        assert to_b64(from_b64(wire["salt"])) == wire["salt"]
        if wire["sig"] is not None:
            verify_sig(vector, link(wire))


@vectors("chain/reject")
def test_chain_reject(vector: Vector) -> None:
    assert first_broken(vector["device_id"], vector["epoch"], map(link, vector["links"])) == vector["broken"]


@vectors("events/accept")
def test_event_accept(vector: Vector) -> None:
    for case in vector["cases"]:
        text = body_text(case["body"])
        body = events.parse_body(text)
        assert canonical(body) == canonical(json.loads(text)), case["why"]
        assert events.knows(body["kind"], body["kv"]) == case["known"], case["why"]
        assert events.is_fact(body["kind"]), case["why"]
        assert events.named_blobs(body["kind"], body["data"]) == case["blobs"], case["why"]
        if case["known"]:
            assert events.data_problem(body["kind"], body["data"]) is None, case["why"]


@vectors("events/reject")
def test_event_reject(vector: Vector) -> None:
    for case in vector["cases"]:
        assert refusal(body_text(case["body"])) == vector["reason"], case["why"]


@vectors("upcast")
def test_upcast(vector: Vector) -> None:
    for case in vector["cases"]:
        assert events.upcast(case["kind"], case["kv"], case["data"]) == case["newest"]


@vectors("checklist")
def test_checklist(vector: Vector) -> None:
    laid = checklist.steps(whole_state(vector["state"]), vector["standards"])
    told = [[step["step_id"], step["unit_id"], step["missing"], step["verdict"], step["component"]] for step in laid]
    assert [one if one[4] is not None else one[:4] for one in told] == vector["steps"]
    assert [[step["step_id"], step["unit_id"]] for step in checklist.blocking(laid)] == vector["blocking"]


@vectors("scan")
def test_scan(vector: Vector) -> None:
    units = {unit["unit_id"]: unit for unit in vector.get("units", ())}
    for case in vector.get("cases", ()):
        parsed = scan.parse(case["raw"], case["symbology"])
        if "parsed" in case:
            assert parsed == case["parsed"], case["why"]
        else:
            state = whole_state({"units": [units[unit_id] for unit_id in case["units"]]})
            assert scan.match(parsed, state, case["unit_id"]) == case["match"]
    for gtin in vector.get("valid", ()):
        assert gs1.gtin_is_valid(gtin), gtin
    for gtin in vector.get("invalid", ()):
        assert not gs1.gtin_is_valid(gtin), gtin


def test_l3_lines_are_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        lines("caf\u00e9")


@pytest.mark.parametrize("text", ["A", "AA=", "AA==", "AB", "A A", "AA+A", "AA/A", "\u00e9A", "AAA\n"])
def test_l2_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        from_b64(text)


def link(wire: Vector) -> Link:
    return Link(wire["seq"], wire["prev"], wire["body"], from_b64(wire["salt"]), wire["hash"], wire["sig"], tuple(wire["blobs"]))


def refusal(text: str) -> str | None:
    """Why a device's event would be quarantined, by its body alone (S7)."""
    try:
        body = events.parse_body(text)
    except events.Unreadable as error:
        return error.reason
    if not events.knows(body["kind"], body["kv"]):
        return None
    if not events.is_fact(body["kind"]):
        return "not_a_fact"
    return "bad_data" if events.data_problem(body["kind"], body["data"]) else None


def verify_sig(vector: Vector, signed: Link) -> None:
    """L5, L6: the signature is the device key's over the header, and over nothing else."""
    digest = body_digest(signed.salt, signed.body.encode())
    signed_bytes = header(vector["device_id"], vector["epoch"], signed.seq, signed.prev, digest)
    check_sig(vector["alg"], vector["public_key"], from_b64(signed.sig or ""), signed_bytes)
    with pytest.raises(InvalidSignature):
        check_sig(vector["alg"], vector["public_key"], from_b64(signed.sig or ""), signed_bytes + b"\n")


def check_sig(alg: str, jwk: dict[str, str], sig: bytes, signed_bytes: bytes) -> None:
    x = from_b64(jwk["x"])
    if alg == "EdDSA":
        ed25519.Ed25519PublicKey.from_public_bytes(x).verify(sig, signed_bytes)
        return
    y = from_b64(jwk["y"])
    key = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()).public_key()
    der = utils.encode_dss_signature(int.from_bytes(sig[:32]), int.from_bytes(sig[32:]))
    key.verify(der, signed_bytes, ec.ECDSA(hashes.SHA256()))
