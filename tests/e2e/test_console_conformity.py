"""How jobs kept to their standards, in the console: summed, with what was broken and is owed, exported, and told of one job."""

import csv
import io
import re

from playwright.sync_api import Page, Playwright, expect

from app.services import review
from tests.builders import PASSWORD, Network
from tests.e2e import chromium
from tests.e2e.barriers import barriers_on
from tests.live import Live


def spills(desk: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(desk.evaluate("document.documentElement.scrollWidth > innerWidth"))


def badly_done(network: Network) -> str:
    """A finished job with a rule that was broken and one that was left undone for a reason."""
    job_id = network.finished("wang")
    phone, unit_id = network.phone("wang"), network.state(job_id)["units"][0]["unit_id"]
    waived = {"reason": "customer_waived", "note": "=HYPERLINK(1)"}
    for step_id, unit, value, exception in (("UNP-01", unit_id, None, waived), ("PRO-01", None, False, None)):
        place = {"step_id": step_id, "unit_id": unit, "component": None}
        phone.record(job_id, "step.answered", place | {"value": value, "unit": None, "exception": exception})
    phone.sync()
    return job_id


def approve(network: Network, job_id: str) -> None:
    review.approve(network.office, network.tenant_id, network.people["qian"], job_id, rev=network.view(job_id).rev)


def test_a_supervisor_sees_what_was_broken_and_what_is_owed(playwright: Playwright, network: Network, served: Live) -> None:
    bad, good = badly_done(network), network.finished("zhao")
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"qian.{network.name}", PASSWORD)
        desk.get_by_test_id("nav-conformity").click()
        expect(desk.get_by_test_id("nothing")).to_be_visible()
        assert barriers_on(desk) == []
        approve(network, bad)
        approve(network, good)
        desk.get_by_test_id("period-week").click()
        expect(desk.get_by_test_id("total")).to_contain_text("50 %")
        wang = desk.locator(f"[data-key='{network.people['wang']}']")
        expect(wang).to_contain_text("Wang")
        expect(wang).to_contain_text("0 of 1")
        expect(desk.locator("[data-step=UNP-01]")).to_contain_text("The customer asked to open it alone")
        expect(desk.locator("[data-step=PRO-01]")).to_contain_text("Broken 1")
        expect(desk.get_by_test_id("remedies")).to_contain_text("Marks made by carrying are repaired or paid for")
        assert barriers_on(desk) == []
        desk.get_by_test_id("choose-by").select_option("station")
        expect(desk.get_by_test_id("group")).to_have_count(2)
        desk.get_by_test_id("choose-station").select_option(network.stations[1])
        expect(desk.get_by_test_id("group")).to_have_count(1)
        expect(desk.get_by_test_id("rules")).to_contain_text("Every rule was met.")
        desk.reload()
        expect(desk.get_by_test_id("group")).to_have_count(1)
        desk.get_by_test_id("choose-station").select_option("")
        desk.get_by_test_id("choose-by").select_option("job")
        expect(desk.get_by_test_id("group")).to_have_count(2)
        with desk.expect_download() as download:
            desk.get_by_test_id("export").click()
        assert re.fullmatch(r"conformity-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
        lines = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"), newline="")))
        assert [line["note"] for line in lines if line["step_id"] == "UNP-01"] == ["'=HYPERLINK(1)"]
        desk.get_by_test_id("remedy").get_by_role("link").click()
        judged = desk.locator("[data-testid=judged][data-standard=base_delivery]")
        expect(judged.get_by_test_id("judged-broken")).to_contain_text("Owed: Marks made by carrying")
        expect(judged.get_by_test_id("judged-excepted")).to_contain_text("The customer asked to open it alone")
        assert barriers_on(desk, "#conformity") == []


def test_own_dates_the_small_screen_and_chinese(playwright: Playwright, network: Network, served: Live) -> None:
    approve(network, badly_done(network))
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"qian.{network.name}", PASSWORD)
        desk.get_by_test_id("account").click()
        desk.get_by_label("Language").select_option("zh-Hans")
        desk.set_viewport_size({"width": 375, "height": 700})
        desk.goto("/console/conformity")
        expect(desk.get_by_test_id("group")).to_have_count(1)
        assert not spills(desk)
        assert barriers_on(desk) == []
        text = desk.get_by_test_id("conformity").inner_text()
        assert "用户要求自行开箱" in text
        assert re.findall(r"[A-Za-z]{4,}(?: [a-z]{2,})+", text) == [], "no sentence is left in English"
        desk.get_by_test_id("period-own").click()
        desk.get_by_test_id("day-from").fill("2031-01-01")
        expect(desk.locator(".own-dates [role=alert]")).to_contain_text("结束日期早于开始日期")
        expect(desk.get_by_test_id("export")).to_have_count(0)
        desk.get_by_test_id("day-to").fill("2031-01-31")
        expect(desk.get_by_test_id("nothing")).to_be_visible()
        assert not spills(desk)


def test_an_office_that_does_not_answer_is_said_so(playwright: Playwright, network: Network, served: Live) -> None:
    approve(network, network.finished("wang"))
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"qian.{network.name}", PASSWORD)
        desk.route("**/api/v1/conformity?*", lambda route: route.abort())
        desk.get_by_test_id("nav-conformity").click()
        expect(desk.get_by_test_id("trouble")).to_be_visible()
        desk.unroute("**/api/v1/conformity?*")
        desk.get_by_test_id("try-again").click()
        expect(desk.get_by_test_id("group")).to_have_count(1)
