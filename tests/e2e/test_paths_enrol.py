"""Adding a phone: codes that are no good, the QR read inside the app, and an iPhone, whose tab is not the app."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from app import clock
from tests.builders import Network
from tests.e2e.installer import Installer
from tests.e2e.phones import IPHONE, Phones, code_for
from tests.phone import enrolled

REFUSED = "The code is wrong, used or too old. Nothing was used up. Ask your supervisor for a new one."


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """The job of the day."""
    return people.job("wang")


@pytest.fixture(scope="module")
def installer(phones: Phones, job_id: str) -> Installer:
    """A phone that nobody has enrolled."""
    assert job_id
    return phones.blank()


def test_codes_that_are_no_good(installer: Installer, people: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        before = clock.now() - timedelta(minutes=11)
        earlier.setattr(clock, "now", lambda: before)
        expired = code_for(people, "wang")
    used = code_for(people, "li")
    enrolled(people.app.test_client(), used)
    installer.page.goto(f"{installer.url}/app/")
    expect(installer.by("enrol")).to_contain_text("It works once and for 10 minutes.")
    installer.by("enrol-type").click()
    installer.by("enrol-add").click()
    expect(installer.by("enrol")).to_contain_text("Write the code first.")
    installer.by("enrol-label").fill("Blue phone")
    for code in ("A" * 22, used, expired, "not a code at all"):
        installer.by("enrol-code").fill(code)
        installer.by("enrol-add").click()
        expect(installer.by("enrol-failed")).to_contain_text(REFUSED)
        expect(installer.by("enrol-code")).to_have_value(code)
        expect(installer.by("enrol-label")).to_have_value("Blue phone")


def test_the_qr_is_read_inside_the_app(installer: Installer, phones: Phones, people: Network, job_id: str) -> None:
    phones.film.label("https://example.com/#enrol=short")
    installer.page.goto(f"{installer.url}/app/#/today")
    installer.page.reload()
    installer.by("enrol-scan").click()
    expect(installer.by("enrol-camera")).to_contain_text("This QR is not a Doorstep code. Nothing was sent.", timeout=30_000)
    code = code_for(people, "wang")
    phones.film.label(f"{phones.url}/app/#enrol={code}")
    installer.page.reload()
    installer.by("enrol-scan").click()
    expect(installer.by("enrol-code")).to_have_value(code, timeout=30_000)
    # Reading it spends nothing: that takes a tap.
    installer.by("enrol-add").click()
    expect(installer.by("hello")).to_contain_text("Hello Wang")
    installer.by("to-today").click()
    expect(installer.page.locator(f"[data-job='{job_id}']")).to_be_visible()


def test_a_phone_that_is_added_already_keeps_its_owner(installer: Installer, phones: Phones, people: Network) -> None:
    code = code_for(people, "li")
    installer.page.goto(f"{phones.url}/app/#enrol={code}")
    expect(installer.by("hello")).to_contain_text("This phone is already Wang’s")
    other = phones.blank()
    other.page.goto(f"{phones.url}/app/#enrol={code}")
    other.by("enrol-add").click()
    expect(other.by("hello")).to_contain_text("Hello Li")


def test_an_iphone_tab_shows_how_to_install_and_captures_nothing(phones: Phones, people: Network, job_id: str) -> None:
    code = code_for(people, "wang")
    tab = phones.blank(user_agent=IPHONE, viewport={"width": 390, "height": 844})
    for place in (f"#enrol={code}", f"#/job/{job_id}", f"#/job/{job_id}/photo?role=box", "#/today"):
        tab.page.goto("about:blank")
        tab.page.goto(f"{phones.url}/app/{place}")
        expect(tab.by("install-help")).to_contain_text("First put Doorstep on your home screen")
        assert tab.page.locator("video, input[type=file], [data-testid=enrol-add]").count() == 0
    tab.page.goto("about:blank")
    tab.page.goto(f"{phones.url}/app/#enrol={code}")
    expect(tab.by("install-help")).to_contain_text(code)
    tab.page.get_by_role("button", name="Copy the code").click()
    expect(tab.page.get_by_role("button", name="Copied")).to_be_visible()
    # The code is still good in the app on the home screen.
    app = phones.blank(user_agent=IPHONE, viewport={"width": 390, "height": 844})
    app.page.add_init_script("Object.defineProperty(Navigator.prototype, 'standalone', { get: () => true });")
    app.enrol(f"{phones.url}/app/#enrol={code}")
    app.go_offline()
    app.arrive(job_id)
    app.note(job_id, "From the home screen")
    app.deliver()
    assert [note["text"] for note in people.state(job_id)["notes"]] == ["From the home screen"]
