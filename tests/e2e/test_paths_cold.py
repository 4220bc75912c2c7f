"""A browser that is killed and opened again where there is no network, two tabs, and a bar that never says more than is true."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.builders import Network
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.conftest import Town
from tests.e2e.ears import Ears
from tests.e2e.film import Film
from tests.e2e.gateway import Lie
from tests.e2e.installer import APP_IS_KEPT, Installer, until
from tests.e2e.phones import Phones, code_for

# How much ink is on the pad.
INK = """() => {
  const pad = document.querySelector('[data-testid=pad]');
  const pixels = pad.getContext('2d').getImageData(0, 0, pad.width, pad.height).data;
  let ink = 0;
  for (let at = 3; at < pixels.length; at += 4) if (pixels[at] > 100) ink += 1;
  return ink;
}"""


class Colleague:
    """A phone whose browser can be killed; the installer is whoever holds it now."""

    def __init__(self, browser: PhoneBrowser, url: str) -> None:
        self.browser = browser
        self.url = url
        self.ears = Ears()
        self.installer = self.started()

    def started(self) -> Installer:
        """Open the browser, which remembers everything that it had stored."""
        self.installer = Installer(self.browser.open(), self.url)
        self.ears.on(self.browser.context)
        return self.installer

    def killed(self) -> Installer:
        """The browser dies at once, and is opened again."""
        self.browser.kill()
        return self.started()


@pytest.fixture(scope="module")
def phone(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory, film: Film, town: Town) -> Iterator[Colleague]:
    """One profile for all the tests of this file."""
    profile: Path = tmp_path_factory.mktemp("cold") / "profile"
    browser = PhoneBrowser(playwright, profile, film.path)
    colleague = Colleague(browser, town.gateway.url)
    yield colleague
    browser.kill()
    colleague.ears.assert_quiet()


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """The job of the day."""
    return people.job("wang")


def test_an_app_that_was_installed_but_never_enrolled_opens_without_a_network(
    phone: Colleague, town: Town, people: Network, job_id: str
) -> None:
    """Nor was the rescue page there yet: it comes as soon as it can, without another start."""
    installer = phone.installer
    code = code_for(people, "wang")
    began = time.monotonic()
    with town.gateway.lying(Lie(502, {}, b"", about="/rescue/")) as told:
        installer.page.goto(f"{phone.url}/app/")
        until(installer.page, APP_IS_KEPT)
        with town.gateway.cut():
            installer = phone.killed()
            installer.page.goto(f"{phone.url}/app/#enrol={code}")
            expect(installer.by("enrol-code")).to_have_value(code)
            installer.by("enrol-label").fill("Wang's phone")
            installer.by("enrol-add").click()
            expect(installer.by("enrol-failed")).to_contain_text("There is no connection. The code is still good.")
            expect(installer.by("enrol-code")).to_have_value(code)
            expect(installer.by("enrol-label")).to_have_value("Wang's phone")
        installer.by("enrol-add").click()
        expect(installer.by("hello")).to_contain_text("Hello Wang")
        # It is asked for again, without another start.
        while not told:
            installer.page.wait_for_timeout(200)
            assert time.monotonic() < began + 60
    phone.ears.heard.clear()
    installer.by("to-today").click()
    installer.wait_until_offline_works()
    expect(installer.page.locator(f"[data-job='{job_id}']")).to_be_visible()


def test_a_link_into_the_app_opens_its_screen_after_a_cold_start(phone: Colleague, town: Town, job_id: str) -> None:
    with town.gateway.cut():
        for hash_, screen in (
            (f"#/job/{job_id}/step?id=SIT-01&unit=", "step"),
            (f"#/job/{job_id}/photo?id=ARR-02&unit=&role=shoe_covers", "camera"),
            ("#/outbox", "outbox"),
        ):
            installer = phone.killed() if screen == "step" else phone.installer
            installer.page.goto("about:blank")
            installer.page.goto(f"{phone.url}/app/{hash_}")
            expect(installer.page.locator(f"#root > [data-testid={screen}]")).to_be_visible()
            assert installer.page.evaluate("location.hash") == hash_
            # What is there for an app that does not start would lie over one that did.
            expect(installer.page.locator(".boot-help, .boot-mark")).to_have_count(0)
        # Up from a place that was not walked to, to the one above it.
        installer.page.goto("about:blank")
        installer.page.goto(f"{phone.url}/app/#/job/{job_id}/step?id=SIT-01&unit=")
        installer.by("back").click()
        expect(installer.by("job")).to_be_visible()


def test_what_was_half_written_survives(phone: Colleague, town: Town, job_id: str) -> None:
    with town.gateway.cut():
        installer = phone.installer
        installer.arrive(job_id)
        installer.visit(job_id, "note")
        installer.by("note-text").fill("The lift is too small for")
        installer.visit(job_id, "sign")
        installer.by("statement-language-en").click()
        installer.by("hand-over-start").click()
        expect(installer.by("statement")).to_contain_text("What was delivered and done")
        installer.by("accept").click()
        installer.draw()
        installer.by("signer-name").fill("Chen Ji")
        drawn = installer.page.evaluate(INK)
        assert drawn > 300
        installer.page.wait_for_timeout(600)
        before = installer.recorded()

        installer = phone.killed()
        installer.visit(job_id, "sign", **{"for": "handover"})
        installer.by("statement-en").click()
        expect(installer.by("statement")).to_contain_text("What was delivered and done")
        installer.by("accept").click()
        expect(installer.by("signer-name")).to_have_value("Chen Ji")
        assert installer.page.evaluate(INK) == pytest.approx(drawn, rel=0.2)
        installer.hold("leave-hand-over")
        installer.visit(job_id, "note")
        expect(installer.by("note-text")).to_have_value("The lift is too small for")
        assert installer.recorded() == before, "a draft is no fact"


def test_two_tabs_and_a_double_tap_record_everything_once(phone: Colleague, town: Town, people: Network, job_id: str) -> None:
    first = phone.installer
    second = Installer(first.page.context.new_page(), phone.url)
    with town.gateway.cut():
        for tab, text in ((first, "From the first tab"), (second, "From the second tab")):
            tab.note(job_id, text)
        for tab in (first, second):
            tab.open_job(job_id)
            expect(tab.by("note")).to_have_count(2)
    second.deliver()
    first.open_job(job_id)
    expect(first.by("sync-bar")).to_contain_text("Everything delivered", timeout=30_000)
    state = people.state(job_id)
    assert sorted(note["text"] for note in state["notes"]) == ["From the first tab", "From the second tab"]
    assert state["anomalies"] == []
    # The tab that sends is closed: the other one takes over.
    second.page.close()
    first.note(job_id, "After the other tab was closed")
    first.deliver()
    assert len(people.state(job_id)["notes"]) == 3
    town.check()


def test_the_bar_says_delivered_only_when_it_is(phone: Colleague, town: Town, people: Network, job_id: str) -> None:
    installer = phone.installer
    with town.gateway.cut():
        installer.note(job_id, "While the office is down")
        said = set()
        until = time.monotonic() + 6
        while time.monotonic() < until:
            said.add(installer.by("sync-bar").text_content())
            assert installer.by("sync-bar").get_attribute("data-kind") != "delivered"
            installer.page.wait_for_timeout(100)
        assert not [words for words in said if "elivered" in words], said
        expect(installer.by("sync-bar")).to_contain_text("1 on this phone · no connection")
        installer.page.goto(f"{phone.url}/app/#/safe")
        expect(installer.by("safe-verdict")).to_have_attribute("data-answer", "unknown", timeout=60_000)
        expect(installer.by("safe-verdict")).to_contain_text("The office did not answer.")
    # The same question, once there is an answer.
    installer.by("safe-again").click()
    expect(installer.by("safe-verdict")).to_have_attribute("data-answer", "yes", timeout=60_000)
    expect(installer.by("sync-bar")).to_contain_text("Everything delivered")
    assert people.state(job_id)["notes"][-1]["text"] == "While the office is down"


def test_a_storage_that_does_not_open_says_so_and_deletes_nothing(phones: Phones, people: Network, job_id: str) -> None:
    installer = phones.enrolled(people)
    installer.note(job_id, "Before the storage failed")
    installer.page.add_init_script(
        """IDBFactory.prototype.works = IDBFactory.prototype.open;
        if (sessionStorage.broken) IDBFactory.prototype.open = () => { throw new DOMException('Internal error', 'UnknownError'); };"""
    )
    installer.page.evaluate("sessionStorage.broken = 'yes'")
    installer.page.reload()
    expect(installer.by("no-storage")).to_contain_text("Nothing was deleted.")
    installer.page.evaluate("() => { IDBFactory.prototype.open = IDBFactory.prototype.works; }")
    installer.by("no-storage").get_by_role("button").click()
    installer.open_job(job_id)
    expect(installer.page.get_by_text("Before the storage failed")).to_be_visible()
