"""Laws of the pure domain, for whatever Hypothesis thinks of."""

import copy
import json
import os
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.domain import checklist, gs1, scan, standard
from app.domain.job import fold, planned
from app.domain.log import ZERO_HASH, Link, body_digest, first_broken, from_b64, header, header_hash, to_b64
from app.domain.serial import is_serial, normal_serial
from app.standards import shipped
from tests.domain import job_logs
from tests.domain.vectors import canonical, event

# The same examples each time, unless others are asked for; no deadline, for the machine is shared.
settings.register_profile("laws", deadline=None, derandomize="DOORSTEP_FUZZ_SEED" not in os.environ, database=None)
settings.load_profile("laws")

seeds = st.integers(0, 2**32)
decimals = st.from_regex(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", fullmatch=True).filter(str.isascii)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=6,
)


@given(st.binary(max_size=64))
def test_l2_base64url_comes_back(raw: bytes) -> None:
    assert from_b64(to_b64(raw)) == raw


@given(st.text(max_size=40))
def test_l2_a_text_is_the_base64url_of_its_bytes_or_of_none(text: str) -> None:
    try:
        raw = from_b64(text)
    except ValueError:
        return
    assert to_b64(raw) == text


def chain(bodies: list[str]) -> list[Link]:
    links: list[Link] = []
    for seq, body in enumerate(bodies, start=1):
        prev = links[-1].hash if links else ZERO_HASH
        salt = seq.to_bytes(16)
        digest = body_digest(salt, body.encode())
        links.append(Link(seq, prev, body, salt, header_hash(header("dev", 1, seq, prev, digest))))
    return links


bodies = st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=5)


@given(bodies, st.data())
def test_l3_l4_any_change_breaks_the_chain_where_it_was_made(texts: list[str], data: st.DataObject) -> None:
    links = chain(texts)
    assert first_broken("dev", 1, links) is None
    at = data.draw(st.integers(0, len(links) - 1))
    link = links[at]
    other_text = data.draw(st.text(st.characters(codec="utf-8"), max_size=20).filter(lambda text: text != link.body))
    changed = data.draw(
        st.sampled_from(
            [
                Link(link.seq, link.prev, other_text, link.salt, link.hash),
                Link(link.seq, link.prev, link.body, bytes(16), link.hash),
                Link(link.seq, link.prev, link.body, link.salt, "0" * 64),
                Link(link.seq, "f" * 64, link.body, link.salt, link.hash),
                Link(link.seq + 1, link.prev, link.body, link.salt, link.hash),
            ]
        )
    )
    assert first_broken("dev", 1, [*links[:at], changed, *links[at + 1 :]]) == changed.seq


@given(bodies, st.data())
def test_l4_a_missing_link_is_found(texts: list[str], data: st.DataObject) -> None:
    links = chain(texts)
    assume(len(links) >= 3)
    at = data.draw(st.integers(1, len(links) - 2))
    assert first_broken("dev", 1, links[:at] + links[at + 1 :]) == links[at + 1].seq


@given(seeds)
@settings(max_examples=60)
def test_f1_f12_a_fold_refuses_nothing_and_changes_nothing_that_it_was_given(seed: int) -> None:
    wires = job_logs.draw_log(Random(seed), 30)
    log = [event(wire) for wire in wires]
    kept = copy.deepcopy(log)
    state = fold(log[: len(log) // 2])
    before = canonical(state)
    after = fold(log[len(log) // 2 :], state)
    assert log == kept
    assert canonical(state) == before
    assert set(after) == set(planned())
    assert json.loads(json.dumps(after)) == after


@given(seeds)
@settings(max_examples=60)
def test_f6_f7_facts_are_only_added(seed: int) -> None:
    """Whatever comes later, a record that once stood in the state stands there, as the same event and at the same place."""
    log = [event(wire) for wire in job_logs.draw_log(Random(seed), 30)]
    before: dict[str, list[str]] = {}
    for length in range(len(log) + 1):
        state = fold(log[:length])
        for name in ("scans", "answers", "photos", "handovers", "issues", "notes", "signoffs", "findings", "anomalies"):
            ids = [record["event_id"] for record in state[name]]
            assert ids[: len(before.get(name, []))] == before.get(name, [])
            before[name] = ids
        current = [(answer["step_id"], answer["unit_id"], answer["component"]) for answer in state["answers"] if answer["current"]]
        assert len(current) == len(set(current))


@given(seeds)
@settings(max_examples=40)
def test_f3_a_redacted_event_adds_only_anomalies(seed: int) -> None:
    rng = Random(seed)
    log = job_logs.draw_log(rng, 20)
    assume(log)
    redacted = rng.choice(log) | {"redacted": True, "data": {}}
    before = fold([event(wire) for wire in log])
    after = fold([event(wire) for wire in [*log, redacted]])
    assert after["anomalies"][-1]["code"] == "redacted"
    assert before | {"anomalies": after["anomalies"]} == after


@given(decimals, decimals, decimals)
def test_k3_limits_are_exact(low: str, high: str, reading: str) -> None:
    within = Fraction(low) <= Fraction(reading) <= Fraction(high)
    assert checklist.within_limits({"min": low, "max": high}, reading) == within


@given(st.text(max_size=30) | decimals)
def test_k3_decimals_have_one_form(text: str) -> None:
    if standard.is_decimal(text):
        assert text.isascii()
        assert len(text.lstrip("-")) <= 16
        Fraction(text)


@given(st.integers(0, 10**13 - 1))
def test_a_gtin_has_one_check_digit(number: int) -> None:
    assert [gs1.gtin_is_valid(f"{number:013d}{digit}") for digit in range(10)].count(True) == 1


@given(st.text(max_size=600) | st.from_regex(r"(https?://h/|\(01\)|\x1d|01)[ -~]{0,60}"), st.sampled_from(["QRCode", "EAN13", "typed", ""]))
def test_f11_what_comes_out_of_a_scan_is_narrow(raw: str, symbology: str) -> None:
    parsed = scan.parse(raw, symbology)
    assert (parsed["reason"] is None) == (parsed["kind"] in ("label", "unit", "serial"))
    assert parsed["reason"] in (None, *scan.UNUSABLE_REASONS, *scan.MODEL_REASONS)
    if parsed["serial"] is not None:
        assert parsed["serial"] == normal_serial(parsed["serial"])
        assert is_serial(parsed["serial"].replace("_", "-").ljust(4, "0"))
    if parsed["gtin"] is not None:
        assert gs1.gtin14(parsed["gtin"]) == parsed["gtin"]
    match = scan.match(parsed, planned(), None)
    assert match["why"] in (*scan.MATCH_REASONS, *scan.UNUSABLE_REASONS)
    assert match["verdict"] != "match"


@given(st.data())
@settings(max_examples=300)
def test_a_standard_is_read_or_refused_and_what_is_read_can_be_laid_out(data: st.DataObject) -> None:
    document = json.loads(data.draw(st.sampled_from(list(shipped()))))
    parent: Any = document
    for _ in range(data.draw(st.integers(0, 5))):
        children = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
        key = data.draw(st.sampled_from(children))
        if not isinstance(parent[key], dict | list) or not parent[key]:
            break
        parent = parent[key]
    key = data.draw(st.sampled_from(list(parent) if isinstance(parent, dict) else list(range(len(parent)))))
    if data.draw(st.booleans()):
        parent[key] = data.draw(json_values)
    else:
        del parent[key]
    try:
        read = standard.read(json.dumps(document).encode())
    except standard.StandardInvalid:
        return
    log = job_logs.draw_log(Random(data.draw(seeds)), 30)
    for step in checklist.steps(fold([event(wire) for wire in log]), [read]):
        assert step["verdict"] in ("missing", "met", "excepted", "out_of_limits")


@pytest.mark.parametrize(
    "document",
    [b"", b"{}", b"\xff", b"[]", b'{"format":1}', "\ufeff{}".encode(), b"[" * 100_000, b'{"format":"doorstep-standard-v1","x":1.5}'],
)
def test_what_is_no_standard_is_refused(document: bytes) -> None:
    with pytest.raises(standard.StandardInvalid) as refused:
        standard.read(document)
    assert refused.value.pointer in ("", "/format", "/standard_id")
