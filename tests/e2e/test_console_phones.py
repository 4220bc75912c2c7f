"""The office's page of phones in a real browser: who needs a look, what to do about it, and what was set aside."""

from datetime import timedelta

import pytest
from playwright.sync_api import Playwright, expect
from sqlalchemy import update

from app import clock
from app.store.db import writing
from app.store.devices import Device
from tests.builders import PASSWORD, Network
from tests.e2e import chromium
from tests.live import Live


def put(device_id: str, **values: object) -> None:
    """Make a phone's row as if time had passed."""
    with writing() as session:
        session.execute(update(Device).where(Device.device_id == device_id).values(values))


@pytest.fixture
def address(served: Live, network: Network) -> str:
    """Where the office is served; three phones of it call for somebody."""
    network.finished("zhao")
    late, back, odd = (network.phone(login) for login in ("wang", "li", "zhao"))
    yesterday = clock.now() - timedelta(hours=30)
    put(late.device_id, label="Late one", pending_events=3, pending_blobs=2, pending_oldest_at=yesterday)
    put(back.device_id, label="Back again", readmitted_at=clock.now())
    odd.append("<b>not a fact</b>")
    odd.sync()
    return served.server.url


def test_a_supervisor_sees_which_phones_need_a_look_and_settles_them(playwright: Playwright, network: Network, address: str) -> None:
    with chromium.desk(playwright, address) as desk:
        chromium.sign_in(desk, f"qian.{network.name}", PASSWORD)
        expect(desk.get_by_test_id("phones-badge")).to_have_text("3")
        expect(desk.get_by_test_id("phone-alerts")).to_contain_text("1 phone holds something for more than a day")
        desk.get_by_test_id("alert-to-phones").click()

        rows = desk.get_by_test_id("phone-row")
        expect(rows.nth(0)).to_contain_text("Back again")
        expect(rows.nth(1)).to_contain_text("3 records · 2 photos")
        expect(rows.nth(1).get_by_test_id("look-overdue")).to_be_visible()
        desk.get_by_test_id("confirm-phone").focus()
        desk.keyboard.press("Enter")
        expect(desk.get_by_test_id("look-readmitted")).to_have_count(0)
        expect(desk.get_by_test_id("phones-badge")).to_have_text("2")

        desk.get_by_test_id("to-quarantine").click()
        expect(desk.get_by_test_id("aside")).to_have_count(1)
        desk.locator("summary").click()
        expect(desk.locator(".raw")).to_have_text("<b>not a fact</b>")
        desk.get_by_test_id("aside-seen").click()
        expect(desk.get_by_test_id("phones-badge")).to_have_text("1")

        desk.get_by_test_id("nav-phones").click()
        desk.get_by_test_id("phones-all").click()
        desk.get_by_test_id("phones-search").fill("nobody at all")
        expect(desk.get_by_test_id("phones-empty")).to_be_visible()
