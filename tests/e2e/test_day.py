"""From load-out to the end of the day, offline, in both languages: what goes into the van, what stays with customers, what comes back."""

from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.builders import FRIDGE, SPLIT, WASHER, Json, Network
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

LANGUAGES = {"en": "en-GB", "zh-Hans": "zh-CN"}


def serial(what: str, language: str) -> str:
    return f"{what}{language[:2].upper()}0001"


@pytest.fixture(scope="module")
def jobs(people: Network) -> Mapping[str, Mapping[str, str]]:
    """For each language the day of an installer: a split air conditioner, two machines for one customer, and one that nobody opens for."""

    def day(language: str, login: str) -> dict[str, str]:
        parts = [{"part": part, "name": part.title(), "serial": serial(part.upper(), language)} for part in ("indoor", "outdoor")]
        both = [{"gtin": WASHER, "serial": serial("WASH", language)}, {"gtin": FRIDGE, "serial": serial("FRID", language)}]
        return {
            "split": people.job(login, units=[{"gtin": SPLIT, "components": parts}]),
            "both": people.job(login, units=both),
            "closed": people.job(login, units=[{"gtin": WASHER, "serial": serial("LAST", language)}], services=["deliver"]),
        }

    return {"en": day("en", "wang"), "zh-Hans": day("zh-Hans", "li")}


@pytest.fixture(scope="module", params=LANGUAGES)
def phone(
    request: pytest.FixtureRequest, phones: Phones, people: Network, jobs: Mapping[str, Mapping[str, str]]
) -> tuple[Installer, Mapping[str, str], str]:
    """A phone of that language that has its day and no network."""
    language = request.param
    found = phones.enrolled(people, "wang" if language == "en" else "li", language=LANGUAGES[language])
    found.go_offline()
    return found, jobs[language], language


Phone = tuple[Installer, Mapping[str, str], str]


def says(language: str, english: str, chinese: str) -> str:
    return english if language == "en" else chinese


def units(people: Network, job_id: str) -> list[Json]:
    found: list[Json] = people.state(job_id)["units"]
    return found


def home(installer: Installer) -> None:
    installer.page.goto(f"{installer.url}/app/#/today")
    expect(installer.by("today")).to_be_visible()


def test_a_box_of_nobody_and_a_code_that_is_none_stay_where_they_are(phone: Phone) -> None:
    installer, _, language = phone
    home(installer)
    expect(installer.by("open-load")).to_contain_text(says(language, "0 of 4 in the van", "已装 0 / 4 台"))
    installer.by("open-load").click()
    installer.by("load-scan").click()
    before = installer.recorded()
    installer.type_serial("NOBODYS99")
    expect(installer.by("scan-unknown")).to_contain_text(says(language, "Leave it here.", "请留在站里"))
    installer.by("scan-on").click()
    installer.type_serial("https://eprel.ec.europa.eu/qr/123456")
    expect(installer.by("scan-unknown")).to_be_visible()
    installer.by("scan-on").click()
    assert installer.recorded() == before


def test_boxes_go_in_by_their_codes(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    installer.type_serial(serial("WASH", language))
    expect(installer.by("scan-match")).to_contain_text("Washer")
    expect(installer.by("scan-match")).to_have_count(0)
    installer.type_serial(serial("INDOOR", language))
    expect(installer.by("scan-match")).to_contain_text(says(language, "Scan the other box", "另一箱"))
    installer.page.reload()
    installer.type_serial(serial("OUTDOOR", language))
    expect(installer.by("scan-match")).to_contain_text("Split")
    expect(installer.by("scan-match")).to_have_count(0)
    installer.type_serial(serial("WASH", language))
    expect(installer.by("scan-match")).to_contain_text(says(language, "already", "已经装过"))
    installer.by("close-scan").click()
    expect(installer.by("load-count")).to_contain_text("2")
    first = installer.page.locator("[data-testid=stop]").first
    assert first.get_attribute("data-job") == list(jobs.values())[-1], "the last stop goes in first"


def test_a_damaged_box_goes_in_by_hand_with_its_photo(phone: Phone, people: Network) -> None:
    installer, jobs, _ = phone
    unit_id = units(people, jobs["closed"])[0]["unit_id"]
    row = installer.page.locator(f"[data-unit='{unit_id}']")
    row.click()
    installer.by("condition-packaging_damaged").click()
    installer.by("move-box").click()
    expect(installer.by("box").get_by_role("alert")).to_be_visible()
    installer.by("add-photo").click()
    installer.take_photo()
    installer.by("camera-done").click()
    expect(installer.by("load")).to_be_visible()
    row.click()
    expect(installer.by("box").get_by_test_id("photo")).to_have_count(1)
    installer.by("box-note").fill("Corner crushed. 角压瘪了。")
    installer.by("move-box").click()
    expect(row).to_have_attribute("data-in", "true")


def test_a_box_that_is_not_there_is_told(phone: Phone, people: Network) -> None:
    installer, jobs, _ = phone
    fridge = units(people, jobs["both"])[1]["unit_id"]
    installer.page.locator(f"[data-unit='{fridge}']").click()
    installer.by("not-here").click()
    installer.by("why-not-missing").click()
    installer.by("leave-box").click()
    expect(installer.by("toast")).to_be_visible()
    expect(installer.page.locator(f"[data-unit='{fridge}']")).to_have_attribute("data-in", "false")
    # It was behind the others.
    installer.by("load-scan").click()
    installer.type_serial(serial("FRID", phone[2]))
    expect(installer.by("load-all")).to_be_visible()


def test_one_machine_stays_and_the_other_comes_back(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    job_id = jobs["both"]
    fridge = units(people, job_id)[1]["unit_id"]
    installer.arrive(job_id)
    installer.visit(job_id, "finish")
    expect(installer.by("still-open")).to_be_visible()
    open_before = installer.page.locator("[data-testid=finish] [data-testid=step]").count()
    installer.page.locator(f"[data-testid=fate][data-unit='{fridge}']").click()
    installer.by("fate-damaged_in_transit").click()
    expect(installer.page.locator(f"[data-testid=fate][data-unit='{fridge}']")).to_contain_text(says(language, "Comes back", "带回"))
    assert installer.page.locator("[data-testid=finish] [data-testid=step]").count() < open_before, (
        "its own steps are not asked for any more"
    )
    installer.by("finish-partial").click()
    installer.by("partial-save").click()
    expect(installer.by("finished")).to_be_visible()


def test_the_evening_brings_back_what_was_not_delivered(phone: Phone, people: Network) -> None:
    installer, jobs, language = phone
    job_id = jobs["closed"]
    installer.arrive(job_id)
    installer.by("fail-visit").click()
    installer.by("reason-nobody_home").click()
    installer.by("add-photo").click()
    installer.take_photo()
    installer.by("camera-done").click()
    installer.by("fail-choice-called_three_times").click()
    installer.by("fail-save").click()
    expect(installer.by("job")).to_be_visible()
    home(installer)
    installer.by("open-end").click()
    expect(installer.by("end-open")).to_contain_text("1")
    expect(installer.by("van-unit")).to_have_count(2)
    installer.by("end-scan").click()
    installer.type_serial(serial("LAST", language))
    expect(installer.by("scan-match")).to_contain_text(says(language, "Back at the station", "已回站"))
    expect(installer.by("scan-match")).to_have_count(0)
    installer.by("close-scan").click()
    expect(installer.by("van-unit")).to_have_count(1)
    installer.by("van-unit").click()
    installer.by("condition-unit_damaged").click()
    installer.by("box-note").fill("Dent at the right door.")
    installer.by("move-box").click()
    expect(installer.by("van-unit")).to_have_count(0)
    expect(installer.by("end-unsent")).to_be_visible()


def test_the_office_knows_who_holds_what(phone: Phone, people: Network, town: Town) -> None:
    installer, jobs, _ = phone
    installer.deliver()
    both = people.state(jobs["both"])
    assert [unit["holder"] for unit in both["units"]] == ["customer", "station"]
    assert (both["stage"], both["visits"][-1]["outcome"]) == ("finished", "partial")
    assert {issue["code"] for issue in both["issues"]} == {"not_loaded", "damaged_in_transit"}
    closed = people.state(jobs["closed"])
    assert [(one["from"], one["to"], one["condition"]) for one in closed["handovers"]] == [
        ("station", "crew", "packaging_damaged"),
        ("crew", "station", "intact"),
    ]
    assert [photo["role"] for photo in closed["photos"]] == ["box_damage", "front_door"]
    assert [unit["holder"] for unit in people.state(jobs["split"])["units"]] == ["crew"]
    anomalies: set[Any] = {one["code"] for job_id in jobs.values() for one in people.state(job_id)["anomalies"]}
    assert "custody_gap" not in anomalies
    town.check()
