"""A crew of two on two phones: both work without a network, all of it comes together, and who did what stays visible."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.builders import Network
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """One washing machine for a crew of two."""
    return people.job("wang", "li")


@pytest.fixture(scope="module")
def pair(phones: Phones, people: Network, job_id: str) -> tuple[Installer, Installer]:
    """Wang's phone speaks English, Li's Chinese."""
    return phones.enrolled(people, "wang"), phones.enrolled(people, "li", language="zh-CN")


def test_each_knows_who_comes_along(pair: tuple[Installer, Installer], job_id: str) -> None:
    for phone, words in zip(pair, ("With Li", "同行：Wang"), strict=True):
        phone.open_job(job_id)
        expect(phone.by("crew")).to_have_text(words)


def test_both_work_without_a_network_and_see_the_other_s_work_afterwards(
    pair: tuple[Installer, Installer], people: Network, job_id: str
) -> None:
    wang, li = pair
    unit_id = people.state(job_id)["units"][0]["unit_id"]
    for phone in pair:
        phone.go_offline()
    wang.arrive(job_id)
    wang.visit(job_id, "photo", id="ARR-02", unit="", role="shoe_covers")
    wang.take_photo()
    wang.note(job_id, "The lift is out of order")
    # The partner stands at the machine meanwhile and has never heard of that.
    li.open_step(job_id, "WM-PRE-02", unit_id)
    li.by("reading").fill("229")
    li.save_step()
    li.note(job_id, "水龙头要换垫片")

    li.deliver()
    wang.deliver()
    li.by("try-now").click()
    wang.open_job(job_id)
    li.open_job(job_id)
    expect(wang.by("note").filter(has_text="水龙头要换垫片")).to_contain_text("Li,")
    expect(li.by("note").filter(has_text="The lift is out of order")).to_contain_text("Wang，")
    expect(li.by("job")).to_contain_text("已到达 · Wang")
    expect(wang.by("job")).to_contain_text("Arrived")
    expect(wang.by("job")).not_to_contain_text(re.compile(r"Arrived \d\d:\d\d · "))
    expect(row(wang, "pre_check", "WM-PRE-02")).to_contain_text("Done · Li")
    wang.open_step(job_id, "WM-PRE-02", unit_id)
    expect(wang.by("answer")).to_contain_text("229")
    expect(wang.by("answer")).to_contain_text("Li,")


def test_the_other_s_photo_is_shown_from_the_office(pair: tuple[Installer, Installer], people: Network, job_id: str) -> None:
    _, li = pair
    li.open_step(job_id, "ARR-02")
    drawn = li.by("photo").locator("img")
    expect(drawn).to_be_visible()
    assert drawn.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    expect(li.by("item-mark")).to_have_attribute("data-status", "elsewhere")
    li.by("photo").click()
    expect(li.by("photo-sheet")).to_contain_text("Wang，")
    expect(li.page.locator(".photo-large")).to_be_visible()
    li.page.keyboard.press("Escape")


def test_the_other_s_work_comes_by_itself_while_the_job_is_looked_at(pair: tuple[Installer, Installer], job_id: str) -> None:
    wang, li = pair
    # A page of its own: timers of screens that were open before would run on by the real clock.
    li.page.clock.install()
    li.page.goto("about:blank")
    li.open_job(job_id)
    expect(li.by("note")).to_have_count(2)
    wang.note(job_id, "Bolts are out")
    wang.page.goto(f"{wang.url}/app/#/outbox")
    expect(wang.by("sync-bar")).to_have_attribute("data-kind", "delivered")
    li.page.wait_for_timeout(1_000)
    expect(li.by("note")).to_have_count(2)
    li.page.clock.fast_forward(25_000)
    li.page.clock.run_for(11_000)
    expect(li.by("note").filter(has_text="Bolts are out")).to_contain_text("Wang，")


def test_one_of_them_ends_it_for_both(pair: tuple[Installer, Installer], phones: Phones, people: Network, job_id: str, town: Town) -> None:
    wang, li = pair
    phones.film.label(people.state(job_id)["units"][0]["serial"])
    wang.go_offline()
    wang.open_job(job_id)
    assert wang.do_everything_until("finish") == "finish"
    wang.by("finish-complete").click()
    expect(wang.by("finished")).to_be_visible()
    wang.deliver()
    li.page.goto(f"{li.url}/app/#/outbox")
    li.by("try-now").click()
    li.open_job(job_id)
    expect(li.by("finished")).to_be_visible()
    state = people.state(job_id)
    assert state["stage"] == "finished"
    assert state["anomalies"] == []
    doers = {note["text"]: note["actor"] for note in state["notes"]}
    assert doers == {
        "The lift is out of order": people.people["wang"],
        "水龙头要换垫片": people.people["li"],
        "Bolts are out": people.people["wang"],
    }
    reading = next(answer for answer in state["answers"] if answer["step_id"] == "WM-PRE-02" and answer["current"])
    assert (reading["value"], reading["actor"]) == ("229", people.people["li"])
    town.check()


def row(phone: Installer, phase: str, step_id: str) -> Locator:
    """A step's row in the job's list, whose phase is unfolded."""
    phone.by(f"phase-{phase}").click()
    return phone.page.locator(f"a[data-testid=step][data-step='{step_id}']")
