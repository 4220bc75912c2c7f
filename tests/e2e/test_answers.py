"""Every kind of answer that a standard can ask for, given on a phone without a network, in both languages (docs/STANDARD.md)."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect

from app.services import standards
from app.store.db import writing
from tests.builders import Json, Network
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

PARTS = [{"part": "indoor", "name": "Indoor part"}, {"part": "outdoor", "name": "Outdoor part"}]
LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}


def words(text: str) -> dict[str, str]:
    return {"en": text, "zh-Hans": f"{text} 中文"}


def rule(code: str, *evidence: Json, **more: Any) -> Json:
    text = {"title": words(f"Title of {code}"), "text": words("Do it.")}
    return {
        "code": code,
        "phase": "install",
        "per": "unit",
        "severity": "must",
        "actor": "installer",
        **text,
        "evidence": list(evidence),
        **more,
    }


def options(*values: str) -> list[Json]:
    return [{"value": value, "title": words(value.title())} for value in values]


def waived(requires: str) -> Json:
    return {"reasons": [{"reason": "waived", "title": words("Waived")}], "requires": requires}


STANDARD = {
    "format": "doorstep-standard-v1",
    "standard_id": "every_answer",
    "version": "1",
    "languages": ["en", "zh-Hans"],
    "title": words("Every answer"),
    "categories": ["oven"],
    "photo_roles": {
        "plate": {"title": words("Plate"), "hint": words("Fill the frame."), "overlay": "plate", "max_side": 1600, "quality": 80}
    },
    "rules": [
        rule("ANS-01", {"kind": "multi", "options": options("hose", "cable", "screws"), "min": 2}),
        rule("ANS-02", {"kind": "date", "past": True}),
        rule("ANS-03", {"kind": "reading", "unit": "W", "min": "1000", "max": None, "decimals": 0}),
        rule("ANS-04", {"kind": "confirm"}, when={"answer": "ANS-03", "at_least": "4500", "unit": "W"}),
        rule("ANS-05", {"kind": "confirm"}, when={"answer": "ANS-01", "includes": "screws"}),
        rule("ANS-06", {"kind": "acknowledge", "text": words("The place that I chose is not the one that was advised.")}),
        rule("ANS-07", {"kind": "confirm"}, exception=waived("customer")),
        rule("ANS-08", {"kind": "confirm"}, exception=waived("supervisor")),
        rule("ANS-09", {"kind": "scan", "of": "component"}, per="component"),
        rule("ANS-11", {"kind": "confirm"}, severity="should"),
        rule("ANS-10", {"kind": "photo", "role": "plate", "min": 1}, per="component", component="outdoor"),
    ],
}


@pytest.fixture(scope="module")
def jobs(people: Network) -> Mapping[str, str]:
    """A job for each language, of a unit of two parts."""
    with writing() as session:
        standards.publish(session, people.tenant_id, json.dumps(STANDARD).encode())
    parts = {language: [part | {"serial": f"SN-{part['part'].upper()}-{language.upper()}"} for part in PARTS] for language in LANGUAGES}
    return {
        language: people.job("wang", units=[{"gtin": "06901234567816", "serial": None, "components": parts[language]}])
        for language in LANGUAGES
    }


@pytest.fixture(scope="module", params=LANGUAGES)
def phone(request: pytest.FixtureRequest, phones: Phones, people: Network, jobs: Mapping[str, str]) -> tuple[Installer, str, str, str]:
    """A phone of that language without a network, at the door; the job, its unit, and the language."""
    found = phones.enrolled(people, language=LANGUAGES[request.param])
    found.go_offline()
    job_id = jobs[request.param]
    found.arrive(job_id)
    return found, job_id, people.state(job_id)["units"][0]["unit_id"], request.param


Phone = tuple[Installer, str, str, str]


def says(language: str, english: str, chinese: str) -> str:
    return english if language == "en" else chinese


def test_several_are_ticked(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    installer.open_step(job_id, "ANS-01", unit)
    installer.by("multi-hose").click()
    installer.by("save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text(says(language, "Tick at least 2.", "至少勾选 2 项"))
    installer.page.wait_for_timeout(600)  # what is begun is kept as a draft a moment later
    installer.page.reload()
    expect(installer.by("multi-hose").locator("input")).to_be_checked()
    installer.by("multi-screws").click()
    installer.save_step()
    installer.open_step(job_id, "ANS-01", unit)
    expect(installer.by("answer")).to_contain_text(says(language, "Hose, Screws", "Hose 中文, Screws 中文"))
    installer.open_step(job_id, "ANS-05", unit)
    expect(installer.by("save")).to_be_visible()


def test_a_day_of_the_calendar(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    installer.open_step(job_id, "ANS-02", unit)
    installer.by("save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text(says(language, "Choose a day.", "请选择日期"))
    installer.by("day").fill("2091-01-01")
    installer.by("save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text(says(language, "not over yet", "这一天还没到"))
    installer.by("day").fill("2024-02-29")
    installer.save_step()
    installer.open_step(job_id, "ANS-02", unit)
    expect(installer.by("answer")).to_contain_text(says(language, "29 Feb 2024", "2024年2月29日"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1e9", None), ("", None), ("９.０.０", None), ("９０００", "9000"), ("-0", None), ("4499", "4499"), ("4500,5", "4500.5")],
)
def test_a_reading_decides_what_comes_next(phone: Phone, typed: str, kept: str | None) -> None:
    installer, job_id, unit, _ = phone
    installer.open_step(job_id, "ANS-03", unit)
    if installer.by("change-answer").count():
        installer.by("change-answer").click()
    installer.by("reading").fill(typed)
    before = installer.recorded()
    if kept is None:
        installer.by("save").click()
        expect(installer.page.get_by_role("alert").first).to_be_visible()
        assert installer.recorded() == before
        assert installer.by("reading").input_value() == typed
        installer.by("reading").fill("")
        return
    installer.save_step()
    installer.open_step(job_id, "ANS-03", unit)
    expect(installer.by("answer")).to_contain_text(f"{kept} W")
    installer.visit(job_id, "step", id="ANS-04", unit=unit)
    expect(installer.by("save" if float(kept) >= 4500 else "no-job")).to_be_visible()


def test_the_customer_agrees_at_a_step(phone: Phone) -> None:
    installer, job_id, unit, _ = phone
    installer.open_step(job_id, "ANS-06", unit)
    installer.by("to-agree").click()
    expect(installer.by("agreement")).to_contain_text("The place that I chose is not the one that was advised. 中文")
    installer.by("statement-en").click()
    expect(installer.by("agreement")).not_to_contain_text("中文")
    installer.by("agree-sign").click()
    installer.by("sign").click()
    expect(installer.page.get_by_role("alert")).to_be_visible()
    installer.by("to-text").click()
    installer.agree()
    installer.open_step(job_id, "ANS-06", unit)
    expect(installer.by("agreement-part")).to_have_attribute("data-agreed", "true")
    expect(installer.by("agreement-part")).to_contain_text("Chen Jing")


def test_an_exception_that_the_customer_must_agree_to(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    installer.open_step(job_id, "ANS-07", unit)
    installer.by("cannot").click()
    expect(installer.by("exception")).to_contain_text(says(language, "The customer has to agree", "须客户同意"))
    installer.by("exception-waived").click()
    installer.by("exception-note").fill("She wants it on the balcony.")
    installer.by("exception-save").click()
    installer.by("to-agree").click()
    for part in ("Waived", "She wants it on the balcony."):
        expect(installer.by("agreement")).to_contain_text(part)
    installer.agree()
    installer.open_step(job_id, "ANS-07", unit)
    expect(installer.by("step-state")).to_contain_text(says(language, "Exception", "例外"))


def test_an_exception_that_the_office_must_agree_to(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    installer.open_step(job_id, "ANS-08", unit)
    installer.by("cannot").click()
    expect(installer.by("exception")).to_contain_text(says(language, "The office has to agree", "须公司同意"))
    installer.by("exception-waived").click()
    installer.by("exception-save").click()
    expect(installer.by("exception")).to_contain_text(says(language, "A few words are needed", "请写几个字"))
    installer.by("exception-note").fill("No crane.")
    installer.by("exception-save").click()
    expect(installer.by("exception")).to_have_count(0)


def test_each_part_is_scanned_and_photographed(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    serials = {part: f"SN-{part.upper()}-{language.upper()}" for part in ("indoor", "outdoor")}
    installer.visit(job_id, "step", id="ANS-09", unit=unit, part="indoor")
    expect(installer.page.locator("div[data-testid=step]")).to_contain_text("Indoor part")
    installer.by("scan").click()
    installer.type_serial(serials["outdoor"])
    # Another part of the same unit counts for itself, and the one that was asked for is still looked for; once more does no harm.
    expect(installer.by("scan-screen")).to_be_visible()
    expect(installer.by("scan-match")).to_have_count(0, timeout=10_000)
    installer.type_serial(serials["outdoor"])
    expect(installer.by("scan-match")).to_have_count(0, timeout=10_000)
    installer.type_serial(serials["indoor"])
    expect(installer.by("scan-screen")).to_have_count(0)
    for part, serial in serials.items():
        installer.visit(job_id, "step", id="ANS-09", unit=unit, part=part)
        expect(installer.by("scan-part")).to_have_attribute("data-scan", "matched")
        expect(installer.by("scan-part")).to_contain_text(serial)
    installer.visit(job_id, "step", id="ANS-10", unit=unit, part="outdoor")
    installer.by("take-photo").click()
    installer.take_photo()
    installer.by("camera-done").click()
    expect(installer.by("step-state")).to_be_visible()
    done = installer.by("step-state").inner_text()
    # Taken again, it is a photo of the same part.
    installer.by("photo").click()
    installer.by("retake").click()
    installer.take_retake()
    installer.visit(job_id, "step", id="ANS-10", unit=unit, part="outdoor")
    expect(installer.by("step-state")).to_have_text(done)
    expect(installer.by("photo")).to_have_count(1)


# As an older build meets a newer standard.
ASK_ANEW = """async () => {
  const db = await new Promise((resolve) => { const open = indexedDB.open('doorstep'); open.onsuccess = () => resolve(open.result); });
  const done = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const store = () => db.transaction('standards', 'readwrite').objectStore('standards');
  const [keys, texts] = [await done(store().getAllKeys()), await done(store().getAll())];
  for (const [at, text] of texts.entries()) {
    const standard = JSON.parse(text);
    for (const rule of standard.rules) if (rule.code === 'ANS-11') rule.evidence[0].kind = 'hologram';
    await done(store().put(JSON.stringify(standard), keys[at]));
  }
  db.close();
}"""


def test_a_kind_of_answer_that_this_app_does_not_know(phone: Phone) -> None:
    installer, job_id, unit, language = phone
    installer.page.evaluate(ASK_ANEW)
    installer.page.reload()
    installer.open_step(job_id, "ANS-11", unit)
    expect(installer.by("asked-unknown")).to_contain_text(says(language, "too old for this step", "无法完成此步骤"))
    expect(installer.by("save")).to_have_count(0)
    expect(installer.by("onward")).to_be_visible()


def test_all_of_it_reaches_the_office(phone: Phone, people: Network, town: Town) -> None:
    installer, job_id, _, _ = phone
    installer.deliver()
    state = people.state(job_id)
    answers = {answer["step_id"]: answer for answer in state["answers"] if answer["current"]}
    assert answers["ANS-01"]["value"] == ["hose", "screws"]
    assert answers["ANS-02"]["value"] == "2024-02-29"
    assert (answers["ANS-03"]["value"], answers["ANS-03"]["unit"]) == ("4500.5", "W")
    assert answers["ANS-08"]["exception"] == {"reason": "waived", "note": "No crane."}
    assert [one["step_id"] for one in state["acknowledgements"]] == ["ANS-06", "ANS-07"]
    first = state["acknowledgements"][0]
    assert (first["name"], first["relation"], first["language"]) == ("Chen Jing", "customer", "en")
    office = people.office
    text = json.loads(office.blobs.path(people.tenant_id, first["text_sha256"]).read_bytes())
    assert text["text"] == ["The place that I chose is not the one that was advised."]
    assert (text["step_id"], text["customer"]) == ("ANS-06", "陈静")
    assert [scan["component"] for scan in state["scans"]] == ["outdoor", "outdoor", "indoor"]
    assert [(photo["component"], photo["retracted"]) for photo in state["photos"]] == [("outdoor", True), ("outdoor", False)]
    town.check()
