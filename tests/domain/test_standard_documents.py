"""What a standard's document may hold, and how one that may not is refused: with the place and the reason (docs/STANDARD.md)."""

import copy
import json
import re
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app.domain import standard, standard_format
from app.domain.events import JsonObject
from app.standards import shipped
from tools import standard_schema

EN_ZH = {"en": "Text", "zh-Hans": "文字"}
SCHEMA = Draft202012Validator(standard_format.json_schema())


def rule(code: str = "A-01", **more: Any) -> JsonObject:
    return {
        "code": code,
        "phase": "install",
        "per": "unit",
        "severity": "must",
        "actor": "installer",
        "when": None,
        "title": EN_ZH,
        "text": EN_ZH,
        "evidence": [{"kind": "confirm"}],
        **more,
    }


def options(*values: str) -> list[JsonObject]:
    return [{"value": value, "title": EN_ZH} for value in values]


def reading(**more: Any) -> JsonObject:
    return {"kind": "reading", "unit": "W", "min": "0", "max": None, "decimals": 0, **more}


def document(*rules: JsonObject, **more: Any) -> JsonObject:
    return {
        "format": "doorstep-standard-v1",
        "standard_id": "s",
        "version": "1",
        "languages": ["en", "zh-Hans"],
        "title": EN_ZH,
        "categories": [],
        "photo_roles": {"plate": {"title": EN_ZH, "max_side": 2048, "quality": 85}},
        "rules": list(rules) or [rule()],
        **more,
    }


def refused(found: JsonObject | bytes) -> tuple[str, str]:
    """Where a document is refused, and why."""
    with pytest.raises(standard.StandardInvalid) as error:
        standard.read(found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False).encode())
    return error.value.pointer, error.value.why


ENGLISH: JsonObject = {
    "title": {"en": "x"},
    "photo_roles": {},
    "rules": [rule(title={"en": "x"}, text={"en": "x"})],
}
CHOICE = rule("A-01", evidence=[{"kind": "choice", "options": options("a", "b")}])
MULTI = rule("A-01", evidence=[{"kind": "multi", "options": options("a", "b")}])
POWER = rule("A-01", evidence=[reading()])


def after(first: JsonObject, **condition: Any) -> JsonObject:
    """A document whose second rule has that condition about the first one's answer."""
    return document(first, rule("A-02", when=condition))


GOOD = {
    "all kinds": document(
        rule("A-01", evidence=[{"kind": "multi", "options": options("a"), "min": 1}, {"kind": "photo", "role": "plate", "min": 2}]),
        rule("A-02", evidence=[{"kind": "date", "past": True}, {"kind": "scan"}], per="component", component="outdoor"),
        rule("A-03", evidence=[{"kind": "acknowledge", "text": EN_ZH}, {"kind": "text"}]),
        rule("A-04", evidence=[{"kind": "signoff"}], per="job"),
    ),
    "an exception for the customer": document(rule(exception={"reasons": [{"reason": "r", "title": EN_ZH}], "requires": "customer"})),
    "a remedy with an amount": document(rule(remedy={"kind": "compensate", "text": EN_ZH, "amount": "50.00", "currency": "CNY"})),
    "a choice before": after(CHOICE, answer="A-01", **{"is": "b"}),
    "several before": after(MULTI, answer="A-01", includes="b"),
    "a list before": after(MULTI, answer="A-01", **{"is": ["b", "a"]}),
    "a confirmation before": after(rule(), answer="A-01", **{"is": True}),
    "a reading before": after(POWER, answer="A-01", at_least="4500", below="9000.5", unit="W"),
    "deep enough": document(rule(when={"not": {"not": {"not": {"not": {"not": {"not": {"not": {"service": "x"}}}}}}}})),
    "emoji and right-to-left": document(title={"en": "\u202eText \U0001f9fa", "zh-Hans": "文字 \u200f"}),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_the_format_allows_is_read(name: str) -> None:
    assert standard.read(json.dumps(GOOD[name], ensure_ascii=False).encode()) == GOOD[name]
    assert list(SCHEMA.iter_errors(GOOD[name])) == []


BAD = {
    "an unknown member": (document(colour="red"), "/colour", "no such member"),
    "an unknown member of a rule": (document(rule(evidnce=[])), "/rules/0/evidnce", "no such member"),
    "an unknown member of evidence": (
        document(rule(evidence=[{"kind": "confirm", "min": 1}])),
        "/rules/0/evidence/0/min",
        "no such member",
    ),
    "an unknown kind": (document(rule(evidence=[{"kind": "smell"}])), "/rules/0/evidence/0/kind", "one of confirm"),
    "an unknown phase": (document(rule(phase="lunch")), "/rules/0/phase", "one of book"),
    "an unknown language": (document(languages=["en", "tlh"]), "/languages/1", "one of en"),
    "a language twice": (document(languages=["en", "en"], **ENGLISH), "/languages", "there twice"),
    "a missing translation": (document(rule(text={"en": "x"})), "/rules/0/text/zh-Hans", "translation is missing"),
    "an empty translation": (document(rule(text={"en": "x", "zh-Hans": " "})), "/rules/0/text/zh-Hans", "a text is needed"),
    "a language too many": (document(rule(text=EN_ZH | {"fr": "x"})), "/rules/0/text/fr", "no such language"),
    "a text too long": (document(rule(title={"en": "x" * 81, "zh-Hans": "x"})), "/rules/0/title/en", "at most 80"),
    "no rules": (document() | {"rules": []}, "/rules", "1 to 500"),
    "10,000 rules": (document(*[rule(f"A-{n}") for n in range(10_000)]), "", "more than 1048576 bytes"),
    "501 rules": (document(*[rule(f"A-{n}", text={"en": "x", "zh-Hans": "x"}) for n in range(501)]), "/rules", "not 501"),
    "a code twice": (document(rule(), rule()), "/rules/1/code", "there twice"),
    "a code that is no id": (document(rule("A 01")), "/rules/0/code", "an id is needed"),
    "itself": (document(rule(when={"answer": "A-01", "is": True})), "/rules/0/when/answer", "no rule before"),
    "a cycle": (
        document(rule("A-01", when={"answer": "A-02", "is": True}), rule("A-02", when={"answer": "A-01", "is": True})),
        "/rules/0/when/answer",
        "no rule before",
    ),
    "too deep": (
        document(rule(when={"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"service": "x"}}}}}}}}})),
        "/rules/0/when/not/not/not/not/not/not/not/not",
        "nested",
    ),
    "an option that is not there": (after(CHOICE, answer="A-01", **{"is": "c"}), "/rules/1/when/is", "no option c"),
    "a list for a choice": (after(CHOICE, answer="A-01", **{"is": ["a"]}), "/rules/1/when/is", "a text is needed"),
    "a text for a confirmation": (after(rule(), answer="A-01", **{"is": "true"}), "/rules/1/when/is", "true or false"),
    "includes of a choice": (after(CHOICE, answer="A-01", includes="a"), "/rules/1/when/includes", "does not fit"),
    "a limit in another unit": (after(POWER, answer="A-01", at_least="4.5", unit="kW"), "/rules/1/when/unit", "is in W"),
    "a limit without its unit": (after(POWER, answer="A-01", below="1"), "/rules/1/when/unit", "is in W"),
    "a limit of a choice": (after(CHOICE, answer="A-01", below="1", unit="W"), "/rules/1/when/below", "does not fit"),
    "an equal reading": (after(POWER, answer="A-01", **{"is": "1"}), "/rules/1/when/is", "does not fit"),
    "a limit of nothing": (document(rule(when={"at_least": "1"})), "/rules/0/when/answer", "which rule"),
    "an answer that should be nothing": (after(CHOICE, answer="A-01"), "/rules/1/when/is", "what should"),
    "an answer to what asks for none": (
        after(rule(evidence=[]), answer="A-01", **{"is": True}),
        "/rules/1/when/answer",
        "asks for no answer",
    ),
    "a unit nobody has": (document(rule(evidence=[reading(unit="Volt")])), "/rules/0/evidence/0/unit", "one of mm"),
    "a limit with its unit in it": (document(rule(evidence=[reading(min="198 V")])), "/rules/0/evidence/0/min", "a decimal"),
    "a limit that is a number": (document(rule(evidence=[reading(min=198)])), "/rules/0/evidence/0/min", "a decimal"),
    "limits the wrong way round": (document(rule(evidence=[reading(min="5", max="4")])), "/rules/0/evidence/0/max", "below min"),
    "more decimals than asked": (document(rule(evidence=[reading(min="0.5")])), "/rules/0/evidence/0/min", "more than 0 decimals"),
    "two values": (document(rule(evidence=[{"kind": "confirm"}, {"kind": "text"}])), "/rules/0/evidence", "at most one"),
    "a role that is not there": (
        document(rule(evidence=[{"kind": "photo", "role": "x", "min": 1}])),
        "/rules/0/evidence/0/role",
        "photo_roles",
    ),
    "a role twice": (document(rule(evidence=[{"kind": "photo", "role": "plate", "min": 1}] * 2)), "/rules/0/evidence/1/role", "twice"),
    "a scan of the whole job": (document(rule(per="job", evidence=[{"kind": "scan"}])), "/rules/0/evidence/0/kind", "no unit to scan"),
    "a sign-off of a unit": (document(rule(evidence=[{"kind": "signoff"}])), "/rules/0/evidence/0/kind", "whole job"),
    "a component of a job": (document(rule(component="outdoor")), "/rules/0/component", "only where per"),
    "an option twice": (
        document(rule(evidence=[{"kind": "choice", "options": options("a", "a")}])),
        "/rules/0/evidence/0/options/1/value",
        "twice",
    ),
    "one option": (document(rule(evidence=[{"kind": "choice", "options": options("a")}])), "/rules/0/evidence/0/options", "2 to 30"),
    "more than there are": (
        document(rule(evidence=[{"kind": "multi", "options": options("a"), "min": 2}])),
        "/rules/0/evidence/0/min",
        "more than",
    ),
    "an amount without a currency": (document(rule(remedy={"text": EN_ZH, "amount": "5"})), "/rules/0/remedy/currency", "together"),
    "a claim of conformity": (
        document(rule(sources=[{"title": "GB", "status": "conforms"}])),
        "/rules/0/sources/0/status",
        "reference-only",
    ),
    "not an object": (b"[]", "/format", "not doorstep-standard-v1"),
    "another format": (document(format="doorstep-standard-v2"), "/format", "not doorstep-standard-v1"),
    "no text": (b"\xff\xfe", "", "not JSON"),
    "cut short": (json.dumps(document()).encode()[:-3], "", "not JSON"),
    "a fraction": (json.dumps(document()).replace("2048", "2048.5").encode(), "", "no such number"),
    "a member twice": (b'{"format":"doorstep-standard-v1","format":"doorstep-standard-v1"}', "", "named twice"),
    "half a character": (json.dumps(document()).replace("Text", "\\ud800", 1).encode(), "/title/en", "half a character"),
    "much too large": (b" " * (standard.DOCUMENT_BYTES_MAX + 1), "", "more than 1048576 bytes"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_it_does_not_allow_is_refused_with_the_place_and_the_reason(name: str) -> None:
    found, pointer, why = BAD[name]
    where, said = refused(found)
    assert where == pointer
    assert why in said


def test_the_schema_that_is_kept_is_the_code_s() -> None:
    assert standard_schema.PATH.read_text("utf-8") == standard_schema.text(), "run `python -m tools.standard_schema`"
    assert standard_schema.FORM_PATH.read_text("utf-8") == standard_schema.form(), "run `python -m tools.standard_schema`"
    Draft202012Validator.check_schema(standard_format.json_schema())


@pytest.mark.parametrize("seed", range(12))
def test_the_schema_refuses_nothing_that_is_read(seed: int) -> None:
    """And nearly all that is refused for its form; what a schema cannot say, the code says alone."""
    rng = Random(seed)
    bases = [json.loads(raw) for raw in shipped()]
    alike = 0
    for _ in range(40):
        found = damaged(rng, copy.deepcopy(rng.choice(bases)))
        by_schema = SCHEMA.is_valid(found)
        try:
            standard.read(json.dumps(found).encode())
        except standard.StandardInvalid:
            alike += not by_schema
        else:
            assert by_schema
            alike += 1
    assert alike > 20


def damaged(rng: Random, value: Any) -> Any:
    """The document with one value somewhere taken away, exchanged or put in."""
    place, key = value, rng.choice(list(value))
    while isinstance(place[key], dict | list) and place[key] and rng.random() < 0.85:
        place = place[key]
        key = rng.choice(list(place) if isinstance(place, dict) else list(range(len(place))))
    if rng.random() < 0.3:
        del place[key]
    else:
        place[key] = rng.choice((None, True, 0, -1, 10**6, "", "x", "x" * 700, "1.5", [], {}, ["x"], {"kind": "confirm"}, {"en": "x"}))
    return value


def test_a_refusal_is_no_longer_than_a_person_reads() -> None:
    where, why = refused(document(**{"x" * 100_000: 1}))
    assert len(where) < 100
    assert len(why) < 300
    assert re.fullmatch(r"/x+", where)


@pytest.mark.parametrize(
    ("asker", "asked", "fits"), [("job", "unit", False), ("unit", "component", False), ("component", "job", True), ("unit", "unit", True)]
)
def test_a_condition_that_could_never_hold_is_not_published_and_what_is_published_stays_readable(
    asker: str, asked: str, fits: bool
) -> None:
    condition = {"all": [{"service": "install"}, {"not": {"answer": "A-01", "is": True}}]}
    raw = json.dumps(document(rule("A-01", per=asked), rule("A-02", per=asker, when=condition))).encode()
    assert standard.read(raw)["rules"][1]["when"] == condition
    if fits:
        assert standard.for_publishing(raw) == standard.read(raw)
        return
    with pytest.raises(standard.StandardInvalid) as error:
        standard.for_publishing(raw)
    assert (error.value.pointer, error.value.reason) == ("/rules/1/when/all/1/not/answer", "answer_not_seen")


def test_every_shipped_standard_may_be_published() -> None:
    assert all(standard.for_publishing(raw) for raw in shipped())
