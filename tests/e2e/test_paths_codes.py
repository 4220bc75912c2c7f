"""Codes that are not the unit's: another unit, another job's, a model's, an address, a command. All without a network."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests import builders
from tests.builders import Network
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

# What somebody may print on a sticker, and the beginning of the sentence that answers it.
HOSTILE = {
    "web address": ("https://example.com/l/../free-phone?x=1", "It is a web address"),
    "command": ("javascript:document.title='owned'", "It is a command"),
    "markup": ("<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">", "It is other text"),
    "energy label": ("https://eprel.ec.europa.eu/qr/298173", "It is the energy label"),
    "long text": ("Doorstep " * 70, "It holds a long text"),
}


@pytest.fixture(scope="module")
def jobs(people: Network) -> dict[str, Any]:
    """One job of two washing machines, and a neighbour's."""
    units = [{"gtin": builders.WASHER, "serial": "WM-AAAA-1111"}, {"gtin": builders.WASHER, "serial": "WM-BBBB-2222"}]
    ours = people.job("wang", units=units)
    theirs = people.job("wang", customer={"name": "Zhou Lan", "phone": "138 0000 0002", "language": "zh-Hans"})
    return {
        "ours": ours,
        "units": [unit["unit_id"] for unit in people.state(ours)["units"]],
        "theirs": people.state(theirs)["units"][0]["unit_id"],
    }


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, jobs: dict[str, Any]) -> Installer:
    """A phone with both jobs, that has just lost its network, at the customer's door."""
    phone = phones.enrolled(people)
    phone.go_offline()
    phone.arrive(jobs["ours"])
    return phone


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_code_before_the_camera(name: str, installer: Installer, phones: Phones, jobs: dict[str, Any]) -> None:
    content, sentence = HOSTILE[name]
    before = installer.recorded()
    phones.film.label(content)
    look_at(installer, jobs, 0)
    expect(installer.by("scan-unknown")).to_contain_text(sentence, timeout=30_000)
    assert_nothing_happened(installer, before)
    # Capture goes on: the same screen reads the right label next.
    installer.by("close-scan").click()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_code_typed(name: str, installer: Installer, phones: Phones, jobs: dict[str, Any]) -> None:
    content, sentence = HOSTILE[name]
    before = installer.recorded()
    phones.film.surface()
    look_at(installer, jobs, 0)
    if name == "long text":
        content = "x" * 4096
    type_serial(installer, content, content.strip()[-4:])
    expect(installer.by("scan-unknown")).to_contain_text(sentence)
    assert_nothing_happened(installer, before)
    installer.by("close-scan").click()


def test_a_product_number_names_no_unit(installer: Installer, phones: Phones, jobs: dict[str, Any]) -> None:
    before = installer.recorded()
    phones.film.ean(builders.WASHER[1:])
    look_at(installer, jobs, 0)
    expect(installer.by("scan-unknown")).to_contain_text("It names the model", timeout=30_000)
    installer.by("close-scan").click()
    phones.film.surface()
    look_at(installer, jobs, 0)
    type_serial(installer, builders.WASHER[1:])
    expect(installer.by("scan-unknown")).to_contain_text("It names the model")
    assert_nothing_happened(installer, before)
    installer.by("close-scan").click()


def test_a_typed_serial_is_typed_twice(installer: Installer, phones: Phones, jobs: dict[str, Any]) -> None:
    before = installer.recorded()
    phones.film.surface()
    look_at(installer, jobs, 0)
    type_serial(installer, "wm-aaaa-1111", "1112")
    expect(installer.by("typed")).to_contain_text("The two do not agree")
    expect(installer.by("typed-serial")).to_have_value("wm-aaaa-1111")
    assert_nothing_happened(installer, before)
    installer.by("typed-end").fill("1111")
    installer.by("typed-check").click()
    expect(installer.by("scan-match")).to_be_visible()
    expect(installer.by("scan-screen")).to_have_count(0)
    expect(unit(installer, jobs, 0)).to_have_attribute("data-scan", "matched")


def test_the_other_unit_of_the_same_job(installer: Installer, phones: Phones, jobs: dict[str, Any]) -> None:
    before = installer.recorded()
    phones.film.label(f"{phones.url}/l/{jobs['units'][0]}")
    look_at(installer, jobs, 1)
    expect(installer.by("wrong-unit")).to_contain_text("Not this unit", timeout=30_000)
    expect(installer.by("wrong-owner")).to_contain_text("It is another unit of this job")
    assert_nothing_happened(installer, before)
    installer.page.keyboard.press("Escape")
    expect(installer.by("wrong-unit")).to_be_visible()
    installer.by("wrong-count").click()
    expect(installer.by("scan-screen")).to_have_count(0)
    expect(unit(installer, jobs, 1)).to_have_attribute("data-scan", "none")
    expect(unit(installer, jobs, 0)).to_have_attribute("data-scan", "matched")


def test_the_unit_of_another_customer(installer: Installer, phones: Phones, jobs: dict[str, Any], people: Network) -> None:
    phones.film.label(f"{phones.url}/l/{jobs['theirs']}")
    look_at(installer, jobs, 1)
    expect(installer.by("wrong-unit")).to_contain_text("Not this customer", timeout=30_000)
    expect(installer.by("wrong-owner")).to_contain_text("Zhou Lan")
    expect(installer.by("wrong-unit")).to_contain_text("Do not unpack")
    installer.by("wrong-tell").click()
    expect(installer.by("wrong-unit")).to_contain_text("The office will be told")
    # Scan again: this time it is the right one.
    phones.film.label(f"{phones.url}/l/{jobs['units'][1]}")
    installer.page.evaluate(
        "document.querySelector('video').srcObject.getTracks().forEach(track => track.dispatchEvent(new Event('ended')))"
    )
    installer.by("wrong-again").click()
    expect(installer.by("scan-screen")).to_have_count(0, timeout=30_000)
    expect(unit(installer, jobs, 1)).to_have_attribute("data-scan", "matched")

    # With a network again, the office knows exactly that.
    installer.deliver()
    state = people.state(jobs["ours"])
    first, second = jobs["units"]
    scans = [(scan["unit_id"], scan["method"], scan["verdict"]) for scan in state["scans"]]
    assert scans == [(first, "typed", "match"), (first, "camera", "match"), (second, "camera", "wrong"), (second, "camera", "match")]
    assert [(issue["code"], issue["unit_id"]) for issue in state["issues"]] == [("wrong_unit", second)]
    assert [anomaly["code"] for anomaly in state["anomalies"]] == ["wrong_unit"]


def test_the_same_unit_scanned_in_two_jobs(phones: Phones, people: Network) -> None:
    """Two orders without serials, and one machine scanned for both: the second scan says where it was scanned before, and counts."""
    here, there = (
        people.job("zhao", units=[{"gtin": builders.WASHER}], customer={"name": name, "phone": "138 0000 0003", "language": "en"})
        for name in ("Zhou Lan", "Wu Gang")
    )
    phone = phones.enrolled(people, "zhao")
    phone.go_offline()
    for job_id, also in ((here, 0), (there, 1)):
        phone.arrive(job_id)
        phone.by("scan-unit").click()
        phone.type_serial("WM-DDDD-4444")
        expect(phone.by("count-anyway")).to_be_visible()
        expect(phone.by("scanned-at")).to_have_count(also)
        if also:
            expect(phone.by("scanned-at")).to_contain_text("It was scanned at Zhou Lan")
        phone.by("count-anyway").click()
        expect(phone.by("scan-screen")).to_have_count(0)
    phone.deliver()
    assert [people.state(job_id)["scans"][0]["serial"] for job_id in (here, there)] == ["WM-DDDD-4444"] * 2


def look_at(installer: Installer, jobs: dict[str, Any], place: int) -> None:
    """Open the scanner for one of the job's units."""
    installer.open_job(jobs["ours"])
    installer.visit(jobs["ours"], "scan", unit=jobs["units"][place])
    expect(installer.by("scan-screen")).to_be_visible()


def type_serial(installer: Installer, text: str, end: str | None = None) -> None:
    """Type a serial, and its end once more."""
    installer.by("type-serial").click()
    installer.by("typed-serial").fill(text)
    if end is not None:
        installer.by("typed-end").fill(end)
    installer.by("typed-check").click()


def unit(installer: Installer, jobs: dict[str, Any], place: int) -> Any:
    """A unit on the job's screen."""
    return installer.page.locator(f"[data-testid=unit][data-unit='{jobs['units'][place]}']")


def assert_nothing_happened(installer: Installer, before: int) -> None:
    """No event more, the same page, and nothing that a code asked for."""
    assert installer.recorded() == before
    assert installer.page.url.startswith(f"{installer.url}/app/")
    assert installer.page.title() != "owned"
    assert len(installer.page.context.pages) == 1
