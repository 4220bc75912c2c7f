"""The sealed proof (PROTOCOL R3): what it says, and that any change to it shows."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.domain import proof
from app.problems import NotFound
from app.services import job_detail, proofs, review
from app.services.job_log import LogPart, log_parts
from app.services.keys import server_key
from app.store.db import db, writing
from app.store.events import EventRow
from app.store.reference import Proof
from tests import builders
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


@pytest.fixture
def sealed(north: Network) -> str:
    job_id = north.finished("wang")
    rev = north.view(job_id).rev
    review.approve(north.office, north.tenant_id, north.people["sun"], job_id, rev=rev)
    return job_id


def handed_out(network: Network, job_id: str) -> tuple[proofs.SealedProof, dict[str, Any]]:
    found = proofs.of_job(network.office, network.tenant_id, job_id)
    return found, json.loads(found.document)


def file_of(found: proofs.SealedProof, **changes: Any) -> bytes:
    members = {name: getattr(found, name) for name in ("document", "sha256", "sig", "key_id", "public_key")}
    return json.dumps(members | changes).encode()


def test_r3_the_proof_says_what_was_done_by_whom_and_when(north: Network, sealed: str) -> None:
    found, document = handed_out(north, sealed)
    state = north.state(sealed)
    assert document["proof_id"] == found.proof_id == state["sealed"]["proof_id"]
    assert found.sha256 == builders.digest(found.document.encode()) == state["sealed"]["proof_sha256"]
    assert document["job"]["order_ref"] == state["order_ref"]
    assert [unit["serial"] for unit in document["units"]] == [unit["serial"] for unit in state["units"]]
    assert {step["step_id"]: step["verdict"] for step in document["steps"]}["WM-TST-03"] == "met"
    assert all(step["verdict"] == "met" for step in document["steps"])
    assert [photo["sha256"] for photo in document["photos"]] == [photo["sha256"] for photo in state["photos"]]
    assert document["signoffs"][0]["statement_sha256"] == state["signoffs"][0]["statement_sha256"]
    assert document["people"][north.people["wang"]] == "Wang"
    assert document["people"][north.platform_id] == "Shop"
    assert document["approved"]["by"] == north.people["sun"]


def test_r3_every_fact_lies_between_two_times_of_the_office(north: Network, sealed: str) -> None:
    _, document = handed_out(north, sealed)
    ended = document["visits"][0]["ended"]["recorded"]
    rows = {row.rev: row for row in db.session.scalars(select(EventRow).where(EventRow.job_id == sealed))}
    dispatched = next(row for row in rows.values() if row.kind == "job.dispatched")
    assert ended["not_before"] == clock.stamp(dispatched.received_at)
    assert ended["received_at"] == clock.stamp(rows[ended["rev"]].received_at)
    recorded = [step["answer"]["recorded"] for step in document["steps"] if step["answer"]]
    recorded += [photo["recorded"] for photo in document["photos"]]
    assert recorded
    assert all(one["not_before"] <= one["received_at"] <= document["sealed_at"] for one in recorded)


def test_r3_the_heads_of_all_logs_that_took_part_are_in_it(north: Network, sealed: str) -> None:
    _, document = handed_out(north, sealed)
    logs = {log["kind"]: log for log in document["logs"]}
    phone = north.phone()
    assert logs["phone"]["head"] == phone.events[-1]["hash"]
    assert (logs["phone"]["from_seq"], logs["phone"]["to_seq"]) == (1, len(phone.events))
    assert logs["phone"]["public_key"] == phone.key.jwk()
    assert logs["phone"]["seal"]["hash"] == phone.events[-1]["hash"]
    assert all(log["intact"] for log in logs.values())
    assert set(logs) == {"phone", "desk"}


def test_r3_it_states_its_limits_in_both_languages_and_keeps_no_telephone_number(north: Network, sealed: str) -> None:
    found, document = handed_out(north, sealed)
    assert set(document["does_not_prove"]) == set(document["proves"]) == {"en", "zh-Hans"}
    assert len({len(lines) for lines in document["does_not_prove"].values()}) == 1
    assert "13800000001" not in found.document


def test_r3_flags_of_facts_are_in_it(north: Network) -> None:
    job_id = north.job("wang")
    phone = north.phone()
    phone.sync()
    phone.record(job_id, "note.added", {"text": "hello"}, actor=north.people["li"])
    phone.record(job_id, "visit.failed", {"visit_id": phone.jobs[job_id]["state"]["visit_id"], "reason": "nobody_home"})
    phone.sync()
    review.approve(north.office, north.tenant_id, north.people["sun"], job_id, rev=north.view(job_id).rev)
    _, document = handed_out(north, job_id)
    assert "actor_mismatch" in {anomaly["code"] for anomaly in document["anomalies"]}


def test_r4_the_signature_holds_and_every_change_shows(north: Network, sealed: str) -> None:
    found, _ = handed_out(north, sealed)
    key = north.office.key.public_jwk
    text = found.document.encode()
    assert proofs.faults(text, found.sig, key) == []
    for place in range(0, len(text), 97):
        changed = bytearray(text)
        changed[place] ^= 1
        assert proofs.faults(bytes(changed), found.sig, key) != []
    for place in range(len(found.sig)):
        other = "A" if found.sig[place] != "A" else "B"
        assert proofs.faults(text, found.sig[:place] + other + found.sig[place + 1 :], key) != []


def test_r4_a_proof_file_is_judged_by_the_offices_own_key(north: Network, sealed: str, tmp_path: Any) -> None:
    found, document = handed_out(north, sealed)
    key = north.office.key.public_jwk
    assert proofs.file_faults(file_of(found), key) == []
    assert len(proofs.file_faults(file_of(found, sha256="0" * 64), key)) == 1
    forger = server_key(tmp_path / "forger")
    lines = proof.signed_lines(document["proof_id"], found.sha256, document["sealed_at"], forger.key_id)
    forged = file_of(found, sig=forger.sign(lines), key_id=forger.key_id, public_key=forger.public_jwk)
    assert proofs.file_faults(forged, forger.public_jwk) == []
    assert proofs.file_faults(forged, key) != []


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b"\xff", b'{"document": 1, "sha256": 1, "sig": 1, "key_id": 1}', b"[" * 100_000, b"null"]
)
def test_r3_what_is_no_proof_file_is_called_so(raw: bytes) -> None:
    assert proofs.file_faults(raw, {"kty": "EC", "crv": "P-256", "x": "", "y": ""}) == ["This is not a Doorstep proof file."]


@pytest.mark.parametrize(
    "document", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": "\\ud800", "proof_id": "\\ud800", "sealed_at": "x"}']
)
def test_r3_what_is_no_proof_has_a_fault(document: bytes, north: Network) -> None:
    assert proofs.faults(document, "x", north.office.key.public_jwk) != []
    assert proofs.faults(document, "x", {}) != []


def test_r4_the_compact_form_carries_what_was_signed(north: Network, sealed: str) -> None:
    found, document = handed_out(north, sealed)
    short = found.verify_url.partition("/verify#")[2]
    proof_id, sha256, sealed_ms, key_id, sig = proof.read_compact(short)
    assert (proof_id, sha256, key_id, sig) == (found.proof_id, found.sha256, found.key_id, found.sig)
    assert clock.stamp(datetime.fromtimestamp(sealed_ms / 1000, UTC)) == document["sealed_at"]
    assert len(found.verify_url) < 300


def test_r3_only_a_sealed_job_has_a_proof_and_only_at_home(app: Flask, north: Network, sealed: str) -> None:
    south = builders.network(app, "south")
    with pytest.raises(NotFound):
        proofs.of_job(north.office, south.tenant_id, sealed)
    with pytest.raises(NotFound):
        proofs.of_job(north.office, north.tenant_id, north.take_in())


def test_r3_the_kept_bytes_are_the_signed_ones(north: Network, sealed: str) -> None:
    row = db.session.scalars(select(Proof).where(Proof.job_id == sealed)).one()
    assert proofs.faults(row.document, row.sig, north.office.key.public_jwk) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"body": b"{}"}, "body_changed"),
        ({"prev": "1" * 64}, "header_changed"),
        ({"hash": "1" * 64}, "header_changed"),
    ],
)
def test_l3_a_changed_row_shows_in_the_chain(north: Network, sealed: str, change: dict[str, Any], why: str) -> None:
    phone = north.phone()
    with writing() as session:
        session.execute(update(EventRow).where(EventRow.device_id == phone.device_id, EventRow.seq == 3).values(**change))
    parts = {part.kind: part for part in _parts(sealed)}
    assert (parts["phone"].why, parts["desk"].why) == (why, None)


def test_l3_a_redacted_body_leaves_the_chain_intact(north: Network, sealed: str) -> None:
    phone = north.phone()
    with writing() as session:
        session.execute(update(EventRow).where(EventRow.device_id == phone.device_id, EventRow.seq == 3).values(body=None, salt=None))
    assert all(part.ok for part in _parts(sealed))
    assert job_detail.detail(north.office, north.tenant_id, sealed)["timeline"][5]["redacted"]


def test_l4_a_foreign_event_in_between_is_checked_too(north: Network) -> None:
    first, second = north.job("wang"), north.job("wang")
    phone = north.phone()
    phone.sync()
    for job_id in (first, second, first):
        phone.record(job_id, "note.added", {"text": job_id})
    phone.sync()
    with writing() as session:
        session.execute(update(EventRow).where(EventRow.device_id == phone.device_id, EventRow.seq == 2).values(hash="2" * 64))
    parts = {part.kind: part for part in _parts(first)}
    assert parts["phone"].why == "header_changed"


def _parts(job_id: str) -> list[LogPart]:
    db.session.rollback()
    return log_parts(db.session(), db.session.scalars(select(EventRow).where(EventRow.job_id == job_id).order_by(EventRow.rev)).all())
