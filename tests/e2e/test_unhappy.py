"""Visits that cannot go on, each with what it asks for, offline and in both languages; then what the office sees, and the visit after."""

from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, Playwright, expect

from tests.builders import FRIDGE, PASSWORD, WASHER, Json, Network
from tests.e2e import chromium
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}
LOGINS = {"en": "wang", "zh-Hans": "li"}
KINDS = ("site", "damaged", "part", "unsafe", "wrong", "locked", "nobody", "refused", "again")
Phone = tuple[Installer, Mapping[str, str], str]


@pytest.fixture(scope="module")
def jobs(people: Network) -> Mapping[str, Mapping[str, str]]:
    """For each language a job for each way to fail; where something is damaged there are two machines."""

    def job(kind: str, language: str) -> str:
        both = [
            {"gtin": gtin, "serial": f"{kind[:3].upper()}{language[:2].upper()}{number:04}"} for number, gtin in enumerate((WASHER, FRIDGE))
        ]
        return people.job(LOGINS[language], units=both if kind == "damaged" else both[:1])

    return {language: {kind: job(kind, language) for kind in KINDS} for language in LANGUAGES}


@pytest.fixture(scope="module", params=LANGUAGES)
def phone(request: pytest.FixtureRequest, phones: Phones, people: Network, jobs: Mapping[str, Mapping[str, str]]) -> Phone:
    """A phone of that language that has its day and no network."""
    language = request.param
    found = phones.enrolled(people, LOGINS[language], language=LANGUAGES[language])
    found.go_offline()
    return found, jobs[language], language


def test_the_check_that_the_place_does_not_meet_is_named(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    unit_id = people.state(jobs["site"])["units"][0]["unit_id"]
    installer.arrive(jobs["site"])
    installer.open_step(jobs["site"], "WM-PRE-02", unit_id)
    installer.by("stops-visit").click()
    # The check is chosen, since one came from it.
    chosen = installer.page.locator(f"[data-testid='fail-check-WM-PRE-02 {unit_id} '] input")
    expect(chosen).to_be_checked()
    save_lacking(installer, {"en": "The site", "zh-Hans": "现场"}[language])
    add_photo(installer)
    installer.by("fail-choice-no_power").click()
    save(installer)


def test_a_check_must_be_chosen_when_none_is(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    installer.arrive(jobs["unsafe"])
    begin(installer, jobs["unsafe"], "site_not_ready")
    add_photo(installer)
    installer.by("fail-choice-no_power").click()
    save_lacking(installer, {"en": "which check", "zh-Hans": "哪一项检查"}[language])
    # It was not that: it is dangerous. What was typed before is of the other reason.
    installer.by("reason-unsafe").click()
    installer.by("fail-text").fill("Bare wires in the wall")
    save(installer)


def test_damage_says_which_unit_and_how_the_box_was(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    fridge = people.state(jobs["damaged"])["units"][1]["unit_id"]
    load_all(installer, jobs["damaged"], people)
    installer.arrive(jobs["damaged"])
    begin(installer, jobs["damaged"], "damaged_in_transit")
    save_lacking(installer, {"en": "which units, how the box was", "zh-Hans": "哪几台, 包装情况"}[language])
    installer.by(f"fail-unit-{fridge}").click()
    expect(installer.by("loaded-how")).to_contain_text({"en": "intact when it was loaded", "zh-Hans": "装车时完好"}[language])
    installer.by("fail-box-fine").click()
    add_photo(installer, 2)
    installer.by("fail-choice-outside").click()
    save(installer)


def test_a_part_is_missing_and_somebody_comes_again(phone: Phone) -> None:
    installer, jobs, _ = phone
    installer.arrive(jobs["part"])
    begin(installer, jobs["part"], "missing_part")
    add_photo(installer)
    installer.by("fail-text").fill("Inlet valve 3/4")
    installer.by("again-yes").click()
    installer.by("again-bring").fill("Valve 3/4, sealing tape")
    installer.by("again-when").fill("after 17:00")
    # A call comes in and the phone kills the app: what was typed is still there.
    installer.page.wait_for_timeout(1_000)
    installer.page.reload()
    expect(installer.by("again-bring")).to_have_value("Valve 3/4, sealing tape")
    save(installer)


def test_the_wrong_unit_stops_the_visit(phone: Phone, people: Network) -> None:
    installer, jobs, _ = phone
    installer.arrive(jobs["wrong"])
    installer.visit(jobs["wrong"], "scan", unit=people.state(jobs["wrong"])["units"][0]["unit_id"])
    installer.type_serial("XX-9999-1111")
    installer.by("wrong-tell").click()
    installer.by("wrong-fail").click()
    # The phone ends the app at its camera, and opens it there again: back leads to what was begun from the code, typed words or none.
    for words in ("", "Another machine was in the box"):
        if words:
            installer.by("fail-text").fill(words)
            installer.by("again-yes").click()
        installer.by("add-photo").click()
        camera = installer.page.url
        installer.page.wait_for_timeout(1_000)
        installer.page.goto("about:blank")
        installer.page.goto(camera)
        installer.take_photo()
        installer.by("camera-done").click()
        expect(installer.by("reason-wrong_unit").locator("input")).to_be_checked()
        expect(installer.by("fail-text")).to_have_value(words)
    save(installer)


def test_a_locked_gate(phone: Phone) -> None:
    installer, jobs, _ = phone
    installer.arrive(jobs["locked"])
    begin(installer, jobs["locked"], "access_blocked")
    add_photo(installer)
    installer.by("fail-choice-gate").click()
    installer.by("again-no").click()
    save(installer)


def test_nobody_is_at_home(phone: Phone) -> None:
    installer, jobs, language = phone
    installer.arrive(jobs["nobody"])
    begin(installer, jobs["nobody"], "nobody_home")
    save_lacking(installer, {"en": "Front door, which of these", "zh-Hans": "入户门, 下面选一项"}[language])
    add_photo(installer)
    installer.by("fail-choice-called_three_times").click()
    installer.by("again-yes").click()
    save(installer)


def test_the_customer_refuses_and_says_why_in_their_own_words(phone: Phone) -> None:
    installer, jobs, language = phone
    installer.arrive(jobs["refused"])
    begin(installer, jobs["refused"], "customer_refused")
    installer.by("fail-choice-model_colour").click()
    save_lacking(installer, {"en": "The customer’s word", "zh-Hans": "客户的说明"}[language])
    installer.by("fail-sign").click()
    installer.by("hand-over-start").click()
    installer.by("refuse").click()
    installer.by("refuse-why-wrong").click()
    installer.by("refuse-note").fill("We ordered a white one.")
    installer.by("refuse-save").click()
    expect(installer.by("signed")).to_be_visible()
    installer.hold("leave-hand-over")
    # Back where it began, with what was chosen before.
    expect(installer.by("fail-signoff")).to_have_attribute("data-given", "true")
    expect(installer.by("fail-signoff")).to_contain_text({"en": "Refused", "zh-Hans": "已拒绝"}[language])
    save(installer)


def test_a_visit_that_ends_early_says_that_somebody_comes_again(phone: Phone) -> None:
    installer, jobs, _ = phone
    installer.arrive(jobs["again"])
    installer.visit(jobs["again"], "finish")
    installer.by("finish-partial").click()
    installer.by("partial-note").fill("The tiles are not dry")
    installer.by("again-yes").click()
    installer.by("again-when").fill("Friday")
    installer.by("partial-save").click()
    expect(installer.by("finished")).to_be_visible()


def test_the_office_has_each_with_its_evidence(phone: Phone, people: Network, town: Town) -> None:
    installer, jobs, language = phone
    installer.deliver()
    ended = {kind: people.state(jobs[kind]) for kind in KINDS}
    assert {kind: state["visits"][-1]["reason"] for kind, state in ended.items()} == {
        "site": "site_not_ready",
        "damaged": "damaged_in_transit",
        "part": "missing_part",
        "unsafe": "unsafe",
        "wrong": "wrong_unit",
        "locked": "access_blocked",
        "nobody": "nobody_home",
        "refused": "customer_refused",
        "again": None,
    }
    assert ended["site"]["visits"][-1]["note"].startswith("WM-PRE-02 ")
    (refusal,) = ended["refused"]["signoffs"]
    assert refusal["outcome"] == "refused"
    assert refusal["reason"].endswith("We ordered a white one.")
    assert ended["unsafe"]["visits"][-1]["note"] == "Bare wires in the wall"
    fridge = ended["damaged"]["units"][1]["unit_id"]
    assert issues(ended["damaged"]) == [("damaged_in_transit", fridge)]
    assert issues(ended["part"]) == [("missing_part", ended["part"]["units"][0]["unit_id"]), ("second_visit", None)]
    bring = {
        "en": "Bring: Valve 3/4, sealing tape. Suits: after 17:00.",
        "zh-Hans": "要带：Valve 3/4, sealing tape。 方便时间：after 17:00。",
    }
    assert ended["part"]["issues"][-1]["note"] == bring[language]
    # Told at the scanner and by the visit's end, yet once.
    assert issues(ended["wrong"]) == [("wrong_unit", ended["wrong"]["units"][0]["unit_id"]), ("second_visit", None)]
    assert issues(ended["locked"]) == []
    assert issues(ended["again"]) == [("second_visit", None)]
    # What was not delivered is with the crew, also what nobody scanned into the van.
    assert {unit["holder"] for state in ended.values() for unit in state["units"] if state["stage"] == "failed"} == {"crew"}
    assert {one["code"] for state in ended.values() for one in state["anomalies"]} <= {"wrong_unit"}
    town.check()


def test_the_office_sees_whose_hands_it_was_in_and_plans_anew(phone: Phone, people: Network, playwright: Playwright, town: Town) -> None:
    installer, jobs, language = phone
    with chromium.desk(playwright, town.live.server.url) as desk:
        chromium.sign_in(desk, f"qian.{people.name}", PASSWORD)
        speak(desk, language)
        desk.goto(f"/console/jobs/{jobs['damaged']}")
        expect(desk.get_by_test_id("damage")).to_have_count(1)
        expect(desk.get_by_test_id("damage")).to_contain_text(
            {"en": "Damaged between loading and hand-over", "zh-Hans": "装车之后、交付之前损坏"}[language]
        )
        expect(desk.get_by_test_id("damage").locator("img")).to_have_count(2)
        desk.goto("/console/orders")
        expect(desk.get_by_test_id("failed").get_by_test_id("order-row")).not_to_have_count(0)
        desk.goto(f"/console/jobs/{jobs['part']}")
        expect(desk.get_by_test_id("next-visit")).to_contain_text("Valve 3/4, sealing tape")
        desk.get_by_test_id("plan-again").click()
        desk.get_by_test_id("dispatch-go").click()
        expect(desk.get_by_test_id("dispatch-sheet")).to_have_count(0)
        expect(desk.get_by_test_id("next-visit")).to_have_count(0)
    installer.page.goto(f"{installer.url}/app/#/job/{jobs['part']}")
    installer.deliver()
    installer.open_job(jobs["part"])
    expect(installer.by("visit-before")).to_contain_text("Valve 3/4, sealing tape")
    expect(installer.by("next")).to_contain_text({"en": "On my way", "zh-Hans": "出发"}[language])


def begin(installer: Installer, job_id: str, reason: str) -> None:
    """Say from the job's page what stopped the visit."""
    installer.open_job(job_id)
    installer.by("fail-visit").click()
    installer.by(f"reason-{reason}").click()


def save(installer: Installer) -> None:
    """Record it; the job says that the visit failed."""
    installer.by("fail-save").click()
    expect(installer.by("fail")).to_have_count(0)
    expect(installer.by("job")).to_be_visible()


def save_lacking(installer: Installer, words: str) -> None:
    """Try to record it; the phone says what it still needs, and nothing happens."""
    before = installer.recorded()
    installer.by("fail-save").click()
    expect(installer.by("fail-lacking")).to_contain_text(words)
    assert installer.recorded() == before


def add_photo(installer: Installer, many: int = 1) -> None:
    """Photos for the reason's own role; what was chosen before is still chosen afterwards."""
    installer.by("add-photo").click()
    for _ in range(many):
        installer.take_photo()
    installer.by("camera-done").click()
    expect(installer.by("fail")).to_be_visible()


def load_all(installer: Installer, job_id: str, people: Network) -> None:
    """Take a job's boxes into the van by their codes."""
    installer.page.goto(f"{installer.url}/app/#/load")
    for unit in people.state(job_id)["units"]:
        installer.by("load-scan").click()
        installer.type_serial(unit["serial"])
        expect(installer.by("scan-match")).to_be_visible()
        expect(installer.by("scan-match")).to_have_count(0)
        installer.by("close-scan").click()
        expect(installer.page.locator(f"[data-testid=van-unit][data-unit='{unit['unit_id']}']")).to_have_attribute("data-in", "true")


def issues(state: Json) -> list[tuple[str, str | None]]:
    """What was raised, and of which unit."""
    return [(issue["code"], issue["unit_id"]) for issue in state["issues"]]


def speak(desk: Page, language: str) -> None:
    """Switch the console's language."""
    desk.get_by_test_id("account").click()
    desk.get_by_label("Language").select_option(language)
    desk.keyboard.press("Escape")
