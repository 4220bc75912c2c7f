"""The published standards in the console: found, read as a person would, in both languages, and printed."""

import json
import re

from playwright.sync_api import Playwright, expect

from app.standards import current, shipped
from tests.builders import PASSWORD, Network
from tests.e2e import chromium
from tests.e2e.barriers import barriers_on
from tests.live import Live


def test_an_editor_reads_a_standard_and_prints_it(playwright: Playwright, network: Network, served: Live) -> None:
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"edit.{network.name}", PASSWORD)
        desk.get_by_test_id("nav-standards").click()
        expect(desk.get_by_test_id("standard-row")).to_have_count(len(current()))
        assert barriers_on(desk) == []
        desk.locator("[data-standard=air_conditioner]").click()
        expect(desk.get_by_test_id("standard")).to_contain_text("Below 4500 W.")
        rule = desk.locator("[data-code=AC-INS-07]")
        expect(rule).to_contain_text("AC-INS-04 “Rated cooling power” is at least 4500 W")
        expect(rule).to_contain_text("8 to 16 pcs")
        expect(rule).to_contain_text("the office must agree")
        expect(rule).to_contain_text("for each part: outdoor")
        assert barriers_on(desk) == []
        document = json.loads(next(raw for raw in current() if b'"air_conditioner"' in raw))
        expect(desk.get_by_test_id("standard-rule")).to_have_count(len(document["rules"]))
        with desk.expect_download() as download:
            desk.get_by_test_id("download-standard").click()
        assert download.value.suggested_filename == "air_conditioner-2026.2.json"
        assert download.value.path().read_bytes() in shipped()
        desk.emulate_media(media="print")
        expect(desk.get_by_test_id("nav-standards")).to_be_hidden()
        expect(desk.get_by_test_id("print")).to_be_hidden()
        pages = desk.pdf(format="A4", print_background=True).count(b"/Type /Page\n") or 1
        assert 1 <= pages <= 12


def test_the_same_in_chinese(playwright: Playwright, network: Network, served: Live) -> None:
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"qian.{network.name}", PASSWORD)
        desk.get_by_test_id("account").click()
        desk.get_by_label("Language").select_option("zh-Hans")
        desk.goto("/console/standards")
        desk.locator("[data-standard=water_heater]").click()
        text = desk.get_by_test_id("standard").inner_text()
        assert "适用条件" in text
        assert "订单含安装" in text
        document = json.loads(next(raw for raw in current() if b'"water_heater"' in raw))
        for source in (source for rule in document["rules"] for source in rule["sources"]):
            text = text.replace(source["title"], "")  # cited as it is called where it was found
        english = re.findall(r"[A-Za-z]{4,}(?: [a-z]{2,})+", text)
        assert english == [], "no sentence is left in English"


def test_an_address_without_a_standard(playwright: Playwright, network: Network, served: Live) -> None:
    with chromium.desk(playwright, served.server.url) as desk:
        chromium.sign_in(desk, f"edit.{network.name}", PASSWORD)
        desk.goto(f"/console/standards/{'0' * 64}")
        expect(desk.locator("main")).to_contain_text("There is nothing here")
