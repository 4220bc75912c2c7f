"""The shipped service standards: readable, complete in both languages, and unchanged since they were published."""

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.domain import checklist, standard
from app.domain.events import JsonObject
from app.domain.job import planned
from app.standards import current, shipped

# A published version is pinned by jobs under way: a digest here changes only together with a new version's file.
PUBLISHED = {
    ("air_conditioner", "2026.1"): "fd1c96e0422f2e50a73b5e16180d2b1afef42f0d805671a4a2eabe2a4363ec6c",
    ("air_conditioner", "2026.2"): "3b601057c98fb26f07b8e4cf3cc45f34b54077c90939b8bb662d3b4a494cd7ef",
    ("base_delivery", "2026.1"): "98c497e9a4be7d197e574c0b694d1596060ee350ea1c00c4fde0be1d20c15892",
    ("base_delivery", "2026.2"): "d4a2cc5159f8d683a6477ca2be0166af2d8a926bed5a36a408e73dd3e8c24500",
    ("dishwasher", "2026.1"): "b1a3ad1ca788d68e0abb875b9d96660783f8dd634b2bd5279d6adac1fa8149a9",
    ("gas_hob", "2026.1"): "87db3117d55e21c8a3d719edc85cf7c8d1117f8746e1fb7eb70d716039c5ab7b",
    ("range_hood", "2026.1"): "01a33da87908a40a8861eb719631f94d8f3c3e0cee87a782d651d15150e69352",
    ("refrigerator", "2026.1"): "2972abad2f94586b5ecf3411f701b02585768fef295374f4613bb4bbcbf9e549",
    ("take_back", "2026.1"): "22ad582b025ccd3ea1a0a58fe9ecfe875757c172f10e2a98c56e053dfc17230e",
    ("television", "2026.1"): "aedb5214b9a346b9b7ec3b073ddd00f5bf16777bd85fe043649739bed2e47821",
    ("washing_machine", "2026.1"): "5b89389d3fac57b3d38a2e0b707a03ac465cf73f8da599d95952c998a02fcc96",
    ("water_heater", "2026.1"): "51872f35bed5d4bec6de1ae861a852deb9d10452ce3e055c4a3cfd0420c009ab",
}

STANDARDS = [standard.read(document) for document in current()]
EVERY_RULE = [rule for document in STANDARDS for rule in document["rules"]]


def walk(value: Any) -> list[Any]:
    """A value and everything inside it."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(found for part in inside for found in walk(part))]


def asked_by(rule: JsonObject) -> set[str]:
    return {asked["kind"] for asked in rule["evidence"]}


def a_state(categories: list[str], services: list[str], **answers: str) -> JsonObject:
    """A job with one unit of each category (`u0`, `u1`, …) and the given values answered on the first unit and on the job."""
    state = planned()
    state["services"] = services
    state["units"] = [{"unit_id": f"u{place}", "category": category, "components": []} for place, category in enumerate(categories)]
    state["answers"] = [
        {"step_id": code.replace("_", "-"), "unit_id": unit_id, "component": None, "value": value, "exception": None, "current": True}
        for code, value in answers.items()
        for unit_id in ("u0", None)
    ]
    return state


def required_photos(state: JsonObject) -> int:
    """How many photos the untouched checklist of a job asks for by `must`."""
    return sum(
        asked["min"]
        for step in checklist.steps(state, STANDARDS)
        for asked in step["rule"]["evidence"]
        if asked["kind"] == "photo" and step["rule"]["severity"] == "must"
    )


def test_published_versions_are_unchanged() -> None:
    found = {
        (read["standard_id"], read["version"]): standard.digest_of(document)
        for document in shipped()
        for read in [standard.for_publishing(document)]
    }
    assert found == PUBLISHED


def test_every_text_exists_in_both_languages() -> None:
    texts = [text for document in STANDARDS for text in walk(document) if isinstance(text, dict) and "en" in text]
    assert len(texts) > 250
    for text in texts:
        assert set(text) == {"en", "zh-Hans"}
        assert re.search(r"[\u4e00-\u9fff]", text["zh-Hans"]), text
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", text["en"]), text


def test_a_step_is_named_once_over_all_documents() -> None:
    codes = [rule["code"] for rule in EVERY_RULE]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[A-Z]{2,3}(-[A-Z]{3})?-\d\d", code) for code in codes)


def test_a_photo_role_means_the_same_in_every_document() -> None:
    meant: dict[str, Any] = {}
    for role, spec in (pair for document in STANDARDS for pair in document["photo_roles"].items()):
        assert meant.setdefault(role, spec) == spec, role
        assert 1600 <= spec["max_side"] <= 2560
        assert 80 <= spec["quality"] <= 88
        assert spec["hint"].keys() == spec["title"].keys()


def test_every_photo_role_is_asked_for() -> None:
    for document in STANDARDS:
        asked = {part["role"] for part in walk(document) if isinstance(part, dict) and part.get("kind") == "photo"}
        assert asked == set(document["photo_roles"])


def test_every_kind_of_evidence_is_used() -> None:
    assert {kind for rule in EVERY_RULE for kind in asked_by(rule)} == set(standard.EVIDENCE_KINDS)


def test_every_rule_says_where_it_comes_from_and_claims_no_conformity() -> None:
    for rule in EVERY_RULE:
        assert rule["sources"], rule["code"]
        assert {source["status"] for source in rule["sources"]} == {"reference-only"}
        assert rule["actor"] in ("installer", "customer", "dispatcher")


def test_values_asked_for_can_be_recorded_and_told_apart() -> None:
    for part in (part for document in STANDARDS for part in walk(document) if isinstance(part, dict)):
        if part.get("kind") == "choice":
            values = [option["value"] for option in part["options"]]
            assert len(values) == len(set(values)) >= 2
        if part.get("kind") == "reading":
            limits = [limit for limit in (part["min"], part["max"]) if limit is not None]
            assert limits
            assert all(checklist.is_decimal(limit) for limit in limits)
            assert all(len(limit.partition(".")[2]) <= part["decimals"] for limit in limits)
            assert len(part["unit"]) <= 16
        if "reasons" in part and "requires" in part:
            assert part["reasons"]
            assert part["requires"] in ("note", "customer", "supervisor", None)


@pytest.mark.parametrize(("category", "most"), [("washing_machine", 7), ("refrigerator", 7)])
def test_one_unit_asks_for_few_photos(category: str, most: int) -> None:
    assert 5 <= required_photos(a_state([category], ["deliver", "install"])) <= most


def test_a_unit_gets_the_rules_of_its_own_category() -> None:
    laid = checklist.steps(a_state(["washing_machine", "refrigerator"], ["deliver", "install"]), STANDARDS)
    places = {(step["step_id"], step["unit_id"]) for step in laid}
    assert ("WM-INS-05", "u0") in places
    assert ("RF-INS-04", "u1") in places
    assert ("WM-INS-05", "u1") not in places
    assert ("RF-INS-04", "u0") not in places
    assert ("IDN-01", "u0") in places
    assert ("IDN-01", "u1") in places


def test_delivery_alone_asks_for_no_installation() -> None:
    laid = checklist.steps(a_state(["washing_machine"], ["deliver"]), STANDARDS)
    assert not [step for step in laid if step["rule"]["phase"] in ("install", "test_run", "take_back")]


@pytest.mark.parametrize(
    ("answer", "value", "comes", "goes"),
    [
        ("BOX_01", "damaged", "BOX-02", None),
        ("UNP_02", "minor", "UNP-03", None),
        ("SIT_01", "customer_insists", "SIT-02", None),
        ("TBK_11", "marks_made", "TBK-12", None),
        ("WM_PRE_01", "no_earth", "WM-PRE-03", "WM-TST-01"),
        ("WM_TST_01", "passed", "WM-TST-03", None),
        ("WM_TST_01", "fault", "WM-TST-02", None),
        ("WM_INS_01", "none_fitted", None, "WM-INS-02"),
        ("WM_PRE_01", "no_power", None, "WM-PRE-02"),
    ],
)
def test_an_answer_brings_the_rule_that_follows_from_it(answer: str, value: str, comes: str | None, goes: str | None) -> None:
    services = ["deliver", "install", "take_back"]
    before = {step["step_id"] for step in checklist.steps(a_state(["washing_machine"], services), STANDARDS)}
    after = {step["step_id"] for step in checklist.steps(a_state(["washing_machine"], services, **{answer: value}), STANDARDS)}
    assert after - before == ({comes} if comes else set())
    assert before - after == ({goes} if goes else set())


def test_an_old_unit_is_taken_off_as_its_kind_needs() -> None:
    def asked(kind: str) -> set[str]:
        state = a_state(["refrigerator"], ["deliver", "take_back"], TBK_02="complete", TBK_03=kind)
        return {step["step_id"] for step in checklist.steps(state, STANDARDS)} & {"TBK-07", "TBK-08", "TBK-09", "TBK-10"}

    assert asked("refrigerator") == {"TBK-10"}
    assert asked("washing_machine") == {"TBK-07"}
    assert asked("water_heater_gas") == {"TBK-07", "TBK-08"}
    assert asked("air_conditioner") == {"TBK-09"}
    assert asked("television") == set()


def test_an_old_unit_that_stays_asks_for_nothing_more() -> None:
    state = a_state(["refrigerator"], ["deliver", "take_back"])
    excepted = {"step_id": "TBK-02", "unit_id": None, "component": None, "value": None, "current": True, "rev": 1}
    state["answers"] = [excepted | {"exception": {"reason": "customer_keeps", "note": "wants it in the cellar"}}]
    laid = [step for step in checklist.steps(state, STANDARDS) if step["standard_id"] == "take_back"]
    assert [(step["step_id"], step["verdict"]) for step in laid] == [("TBK-01", "missing"), ("TBK-02", "excepted")]


@pytest.mark.parametrize(
    ("services", "categories", "pinned"),
    [
        (["deliver"], ["television"], {"base_delivery", "television"}),
        (["deliver", "take_back"], ["television"], {"base_delivery", "television", "take_back"}),
        (["deliver", "install"], ["gas_hob", "range_hood"], {"base_delivery", "gas_hob", "range_hood"}),
        (["deliver"], [], {"base_delivery"}),
    ],
)
def test_a_job_pins_what_can_ask_something_of_it(services: list[str], categories: list[str], pinned: set[str]) -> None:
    assert {one["standard_id"] for one in STANDARDS if standard.concerns(one, services, categories)} == pinned


@pytest.mark.parametrize(
    ("when", "concerned"),
    [
        (None, True),
        ({}, True),
        ({"service": "install"}, False),
        ({"not": {"service": "install"}}, True),
        ({"not": {"service": "deliver"}}, False),
        ({"any": [{"service": "install"}, {"service": "deliver"}]}, True),
        ({"any": [{"service": "install"}, {"service": "repair"}]}, False),
        ({"not": {"any": [{"service": "install"}, {"answer": "A-01", "is": True}]}}, True),
        ({"not": {"any": [{"service": "deliver"}, {"answer": "A-01", "is": True}]}}, False),
        ({"all": [{"answer": "A-01", "is": True}, {"service": "deliver"}]}, True),
        ({"all": [{"answer": "A-01", "is": True}], "service": "install"}, False),
        ({"not": {"all": [{"answer": "A-01", "is": True}, {"service": "deliver"}]}}, True),
        ({"category": "television"}, True),
    ],
)
def test_what_a_condition_may_come_to(when: JsonObject | None, concerned: bool) -> None:
    assert standard.concerns({"categories": [], "rules": [{"when": when}]}, ["deliver"], ["television"]) is concerned


def test_a_refrigerator_that_was_laid_down_stays_off() -> None:
    services = ["deliver", "install"]
    upright = {step["step_id"] for step in checklist.steps(a_state(["refrigerator"], services, RF_UNP_01="upright"), STANDARDS)}
    laid_down = {step["step_id"] for step in checklist.steps(a_state(["refrigerator"], services, RF_UNP_01="laid_down"), STANDARDS)}
    assert {"RF-TST-01", "RF-TST-03"} <= upright
    assert "RF-TST-02" not in upright
    assert "RF-TST-02" in laid_down
    assert not {"RF-TST-01", "RF-TST-03"} & laid_down


def test_a_failed_visit_has_a_reason_and_each_reason_its_evidence() -> None:
    reasons = {reason["reason"]: reason["evidence"] for document in STANDARDS for reason in document["failure_reasons"]}
    assert set(reasons) == {
        "nobody_home",
        "site_not_ready",
        "wrong_unit",
        "damaged_in_transit",
        "customer_refused",
        "unsafe",
        "missing_part",
        "access_blocked",
    }
    assert all(reasons.values())


def test_nothing_is_asked_for_after_the_customer_has_signed() -> None:
    """Else every statement that a customer signs would count something as still open."""
    acceptance = standard.PHASES.index("accept")
    late = [rule["code"] for rule in EVERY_RULE if standard.PHASES.index(rule["phase"]) > acceptance and rule["evidence"]]
    assert late == []


def test_the_worked_example_may_be_published() -> None:
    """The rule of CONTRIBUTING.md, behind the one that it asks about."""
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    rule = json.loads(text.partition("```json")[2].partition("```")[0])
    washing = copy.deepcopy(next(one for one in STANDARDS if one["standard_id"] == "washing_machine"))
    codes = [one["code"] for one in washing["rules"]]
    washing["rules"].insert(codes.index("WM-PRE-04") + 1, rule)
    assert standard.for_publishing(json.dumps(washing | {"version": "2099.1"}).encode())
