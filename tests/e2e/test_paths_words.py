"""Every screen of the phone, in Chinese, by day and by night: no English left, and nothing that shuts somebody out."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from app.services import review
from tests.builders import SPLIT, Network
from tests.e2e import screens
from tests.e2e.barriers import barriers_on
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

PARTS = [{"part": "indoor", "name": "室内机", "serial": "IN0001"}, {"part": "outdoor", "name": "室外机", "serial": "OUT0001"}]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# All that a person can read or hear: what is written, and what is written for those who do not see it.
WORDS = """() => {
  const heard = ['aria-label', 'alt', 'title', 'placeholder', 'aria-description'].flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].map((element) => element.getAttribute(name)));
  return [document.title, document.body.innerText, ...heard].join('\\n');
}"""
# What a thumb in a glove cannot hit: links inside a sentence and controls that a label stands around are not meant alone.
SMALL = """() => {
  const least = 47.5;
  const controls = 'button, a[href], summary, select, textarea, input, label.tile, label.button';
  const missed = [];
  for (const one of document.querySelectorAll(controls)) {
    const { width, height } = one.getBoundingClientRect();
    if (width < 2 || height < 2 || getComputedStyle(one).visibility === 'hidden') continue;
    if (one.closest('p') || (one.tagName === 'INPUT' && one.closest('label'))) continue;
    if (width < least || height < least) missed.push(`${Math.round(width)}x${Math.round(height)} ${one.outerHTML.slice(0, 140)}`);
  }
  return missed;
}"""
# What sticks out to the side when text is twice as large: nobody scrolls to and fro to read. `innerWidth` grows with what sticks out.
WIDE = """async () => {
  document.documentElement.style.fontSize = '200%';
  await new Promise(requestAnimationFrame);
  const room = document.documentElement.clientWidth;
  const scrolls = (one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowX);
  const wide = [...document.body.querySelectorAll('*')].filter((one) => {
    const { right, width, height } = one.getBoundingClientRect();
    return width > 1 && height > 1 && (right > room + 1 || (scrolls(one) && one.scrollWidth > one.clientWidth + 1));
  });
  document.documentElement.style.fontSize = '';
  return wide.map((one) => one.outerHTML.slice(0, 140));
}"""
# Names of people, places, makes and of a language; the words of the order are as the shop wrote them.
NAMES = (
    "Wang",
    "Sun",
    "Washer",
    "Fridge",
    "Split",
    "Garden",
    "Road",
    "Hangzhou",
    "Doorstep",
    "English",
    "Language",
    "Chrome",
    "Safari",
    "Town",
)
CODES = re.compile(
    r"\b(?:SO-\d+|WM\d+|XX-0000-9999|[A-Z]{2,3}(?:-[A-Z]{3})?-\d\d|[0-9A-F]{8}|A{22}|\S*\d\S*|(?i:https?:\S*)|KB|MB|MPa|QR|GTIN)\b"
)


@pytest.fixture
def day(people: Network) -> screens.Day:
    """A job to work at, and one of each kind that a phone may hold."""
    others = {"returned": people.finished(), "finished": people.finished(), "failed": people.failed()}
    photo = people.state(others["returned"])["photos"][0]
    office, tenant_id, sun = people.office, people.tenant_id, people.people["sun"]
    finding = {"photo_id": photo["photo_id"], "reason": "blurred", "note": None, "mark": {"x": 100, "y": 200, "w": 500, "h": 300}}
    review.open_finding(office, tenant_id, sun, others["returned"], finding)
    job_id = people.job("wang", services=["deliver", "install", "take_back"])
    return screens.Day(job_id, people.state(job_id)["units"][0]["unit_id"], others)


def walk(phones: Phones, people: Network, day: screens.Day, language: str = "zh-CN") -> Iterator[tuple[str, Installer]]:
    """All screens of phones that speak this language."""
    phones.film.surface()
    yield from screens.of_a_new_phone(phones, language)
    split = people.job("wang", units=[{"gtin": SPLIT, "components": PARTS}])
    phone = phones.enrolled(people, language=language)
    phone.go_offline()
    for walk in (screens.of_the_van(phone), screens.of_a_day(phone, day)):
        for name in walk:
            yield name, phone
    unit_id = people.state(split)["units"][0]["unit_id"]
    for name in screens.of_a_split_unit(phone, split, unit_id, "不建议装这面墙：床头会直吹。"):
        yield name, phone


def test_every_screen(phones: Phones, people: Network, day: screens.Day) -> None:
    english: dict[str, list[str]] = {}
    barriers: dict[str, list[str]] = {}
    small: dict[str, list[str]] = {}
    for name, phone in walk(phones, people, day):
        if left := english_in(phone.page):
            english[name] = left
        if missed := phone.page.evaluate(SMALL):
            small[name] = missed
        for scheme in SCHEMES:
            phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if found := barriers_on(phone.page, only_colours=scheme == "dark"):
                barriers[f"{name}, {scheme}"] = found
    assert english == {}
    assert barriers == {}
    assert small == {}


def test_no_screen_is_wider_than_the_phone_with_text_of_twice_the_size(phones: Phones, people: Network, day: screens.Day) -> None:
    wide = {name: found for name, phone in walk(phones, people, day, "en-GB") if (found := phone.page.evaluate(WIDE))}
    assert wide == {}


def test_the_language_is_changed_at_once_and_kept(phones: Phones, people: Network, day: screens.Day) -> None:
    phone = phones.enrolled(people)
    phone.page.goto(f"{phone.url}/app/#/settings")
    expect(phone.by("settings")).to_contain_text("Language")
    phone.by("language-zh-Hans").click()
    expect(phone.by("settings")).to_contain_text("语言")
    assert phone.page.evaluate("document.documentElement.lang") == "zh-Hans"
    assert english_in(phone.page) == []
    phone.page.reload()
    phone.open_job(day.job_id)
    assert english_in(phone.page) == []
    phone.page.goto(f"{phone.url}/app/#/settings")
    phone.by("language-en").click()
    expect(phone.by("settings")).to_contain_text("Size of text")
    assert not re.search(r"[\u4e00-\u9fff]", phone.page.inner_text("body").replace("中文", "").replace("陈静", ""))


def english_in(page: Page) -> list[str]:
    """Words of English that are left on a Chinese screen."""
    words: str = CODES.sub(" ", page.evaluate(WORDS))
    return [word for word in re.findall(r"[A-Za-z][A-Za-z’']+", words) if word not in NAMES]
