"""A phone that does not know where it is, or is wrong about it by kilometres, or about the day by two: it says so, and the work goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from app import clock
from tests.builders import Network
from tests.e2e.conftest import Town
from tests.e2e.phones import PLACE, Phones, code_for

AT_HOME = {"lat_e6": round(PLACE["latitude"] * 1e6), "lon_e6": round(PLACE["longitude"] * 1e6)}
SIX_KM_OFF = {**AT_HOME, "lat_e6": AT_HOME["lat_e6"] + 54_000}


def job_at(people: Network, place: dict[str, int]) -> str:
    return people.job("wang", address={"lines": ["1 Garden Road"], "city": "Hangzhou", **place})


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_house_that_is_kilometres_away_is_told_and_stops_nothing(language: str, phones: Phones, people: Network) -> None:
    near, far = job_at(people, AT_HOME), job_at(people, SIX_KM_OFF)
    phone = phones.enrolled(people, language=language)
    phone.go_offline()
    phone.arrive(near)
    expect(phone.by("far-away")).to_have_count(0)
    phone.arrive(far)
    expect(phone.by("far-away")).to_contain_text({"en-US": "about 6 km away", "zh-CN": "约 6 公里"}[language])
    expect(phone.by("next")).to_be_enabled()
    phone.open_job(near)
    expect(phone.by("far-away")).to_have_count(0)


@pytest.mark.parametrize("trouble", ["denied", "silent"])
def test_without_a_position_one_arrives_all_the_same(trouble: str, phones: Phones, people: Network) -> None:
    job_id = job_at(people, AT_HOME)
    phone = phones.blank(permissions=["camera"] if trouble == "denied" else ["camera", "geolocation"])
    if trouble == "silent":
        phone.page.add_init_script("navigator.geolocation.getCurrentPosition = () => {}")
    phone.enrol(f"{phone.url}/app/#enrol={code_for(people, 'wang')}")
    phone.go_offline()
    phone.arrive(job_id)
    phone.deliver()
    assert people.state(job_id)["visits"][0]["arrived"] is not None


def test_a_clock_that_is_two_days_off(phones: Phones, people: Network, town: Town) -> None:
    """The day is shown as the office has it, the phone says what is wrong, and what it records arrives with both times."""
    slot = {"from": _at(timedelta(minutes=-30)), "to": _at(timedelta(hours=1))}
    job_id = people.job("li", slot=slot)
    phone = phones.blank()
    phone.page.clock.install(time=datetime.now(UTC) - timedelta(days=2))
    phone.enrol(f"{phone.url}/app/#enrol={code_for(people, 'li')}")
    card = phone.page.locator(f"[data-job='{job_id}']")
    expect(phone.by("clock-off")).to_contain_text("48 hours behind")
    expect(card.get_by_test_id("on-my-way")).to_be_visible()
    phone.go_offline()
    card.get_by_test_id("on-my-way").click()
    expect(phone.by("job")).to_be_visible()
    phone.note(job_id, "Before the clock was set")
    phone.deliver()
    noted = people.state(job_id)["notes"][0]
    assert clock.parse(noted["at"]) < datetime.now(UTC) - timedelta(days=1)
    assert [anomaly["code"] for anomaly in people.state(job_id)["anomalies"]] == ["clock_skew"] * 2
    town.check()


def _at(later: timedelta) -> str:
    return clock.stamp(clock.now() + later)
