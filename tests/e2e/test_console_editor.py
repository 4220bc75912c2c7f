"""Standards written in the console: copied, changed beside the phone's checklist, compared, published, withdrawn, brought in, given out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Playwright, Route, expect

from app.standards import current
from tests import builders
from tests.builders import PASSWORD, Network
from tests.e2e import chromium
from tests.e2e.barriers import barriers_on
from tests.live import Live


@pytest.fixture
def desk(playwright: Playwright, network: Network, served: Live) -> Iterator[Page]:
    """The console, with an editor signed in, at its standards."""
    with chromium.desk(playwright, served.server.url) as page:
        chromium.sign_in(page, f"edit.{network.name}", PASSWORD)
        page.get_by_test_id("nav-standards").click()
        yield page


def copied(desk: Page, standard_id: str) -> None:
    desk.locator(f"[data-standard={standard_id}]").click()
    desk.get_by_test_id("copy-standard").click()
    expect(desk.get_by_test_id("save-mark")).to_have_attribute("data-state", "saved")


def saved(desk: Page) -> None:
    expect(desk.get_by_test_id("save-mark")).to_have_attribute("data-state", "saved", timeout=10_000)


def rule(desk: Page, code: str) -> None:
    desk.get_by_test_id("outline").filter(has_text=code).click()


def phone(desk: Page) -> Locator:
    """The preview; what is inside its room is found through the shadow root."""
    return desk.get_by_test_id("preview-phone")


def pinned(network: Network, job_id: str) -> dict[str, str]:
    return {one["standard_id"]: one["version"] for one in network.state(job_id)["standards"]}


def test_a_new_job_uses_the_edited_version_and_the_old_job_keeps_its_own(desk: Page, network: Network) -> None:
    old_job = network.job("wang")
    copied(desk, "washing_machine")
    rule(desk, "WM-PRE-02")
    desk.get_by_test_id("field-max").fill("235")
    desk.get_by_test_id("title-en").first.fill("Measure the mains voltage")
    expect(phone(desk).get_by_test_id("preview-step")).to_contain_text("Measure the mains voltage")
    saved(desk)
    desk.get_by_test_id("editor-publish").click()
    changes = desk.get_by_test_id("difference").filter(has_text="WM-PRE-02")
    expect(changes).to_contain_text("198 to 242 V")
    expect(changes).to_contain_text("198 to 235 V")
    expect(desk.get_by_test_id("difference")).to_have_count(2)  # the version and the rule
    desk.get_by_test_id("publish-go").click()
    expect(desk.get_by_test_id("standard")).to_contain_text("Version 2026.2")
    expect(desk.get_by_test_id("standing")).to_contain_text("For new jobs")
    assert pinned(network, old_job)["washing_machine"] == "2026.1"
    assert pinned(network, network.job("wang"))["washing_machine"] == "2026.2"


def test_the_preview_is_the_phone_s_checklist_and_can_be_tried(desk: Page) -> None:
    copied(desk, "washing_machine")
    desk.get_by_test_id("outline").first.click()
    room = phone(desk)
    expect(room.get_by_test_id("step").first).to_be_visible()
    expect(room.locator("[data-step=WM-PRE-03]")).to_have_count(0)
    room.locator("[data-step=WM-PRE-01]").click()
    room.get_by_test_id("choice-no_earth").click()
    room.get_by_test_id("preview-save").click()
    expect(room.get_by_test_id("preview-step")).to_contain_text("No earth")
    room.get_by_test_id("preview-back").click()
    expect(room.locator("[data-step=WM-PRE-03]")).to_have_count(1)  # its condition holds now
    desk.get_by_test_id("preview-install").uncheck()
    expect(room.locator("[data-step=WM-PRE-01]")).to_have_count(0)
    desk.get_by_test_id("preview-install").check()
    desk.get_by_test_id("preview-reset").click()
    expect(room.locator("[data-step=WM-PRE-03]")).to_have_count(0)


def test_a_rule_is_added_with_a_condition_moved_copied_removed_and_all_is_undone(desk: Page) -> None:
    copied(desk, "washing_machine")
    document = json.loads(next(raw for raw in current() if b'"washing_machine"' in raw))
    rules = desk.get_by_test_id("outline")
    before = rules.count()
    rule(desk, "WM-PRE-02")
    desk.get_by_test_id("add-rule").click()
    expect(rules).to_have_count(before + 1)
    expect(desk.get_by_test_id("field-code")).to_have_value("WM-PRE-05")
    saved(desk)
    expect(desk.get_by_test_id("editor-fault")).to_contain_text("WM-PRE-05")
    desk.get_by_test_id("show-fault").click()
    for name in ("title", "text"):
        desk.get_by_test_id(f"{name}-en").first.fill("Check the earth again")
        desk.get_by_test_id(f"{name}-zh-Hans").first.fill("再次检查接地")
    desk.get_by_test_id("fill-when").click()
    desk.get_by_test_id("condition-sort").select_option("answer")
    desk.get_by_test_id("condition-rule").select_option("WM-PRE-01")
    desk.get_by_test_id("condition-value").select_option(label="No earth")
    saved(desk)
    expect(desk.get_by_test_id("editor-fault")).to_have_count(0)
    room = phone(desk)
    expect(room.locator("[data-step=WM-PRE-05]")).to_have_count(0)
    room.locator("[data-step=WM-PRE-01]").click()
    room.get_by_test_id("choice-no_earth").click()
    room.get_by_test_id("preview-save").click()
    room.get_by_test_id("preview-back").click()
    expect(room.locator("[data-step=WM-PRE-05]")).to_contain_text("Check the earth again")
    desk.get_by_test_id("rule-copy").click()
    expect(desk.get_by_test_id("field-code")).to_have_value("WM-PRE-06")
    desk.get_by_test_id("rule-down").click()
    desk.get_by_test_id("rule-remove").click()
    desk.get_by_test_id("toast").get_by_role("button").click()  # undo
    saved(desk)
    expect(rules).to_have_count(before + 2)
    for _ in range(40):
        desk.get_by_test_id("editor-undo").click()
    saved(desk)
    expect(rules).to_have_count(before)
    desk.get_by_test_id("editor-publish").click()
    expect(desk.get_by_test_id("difference")).to_have_count(1)  # the version's name
    assert len(document["rules"]) + 3 == before


def test_what_is_typed_without_a_connection_is_not_lost(desk: Page) -> None:
    copied(desk, "refrigerator")
    address = desk.url

    def dead(route: Route) -> None:
        route.abort()

    desk.route("**/api/v1/standards/drafts/**", dead)
    desk.get_by_test_id("title-en").first.fill("Typed in the lift")
    expect(desk.get_by_test_id("not-saved")).to_be_visible()
    desk.unroute("**/api/v1/standards/drafts/**", dead)
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.goto(address)
    expect(desk.get_by_test_id("title-en").first).to_have_value("Typed in the lift")
    saved(desk)
    desk.reload()
    expect(desk.get_by_test_id("title-en").first).to_have_value("Typed in the lift")


def test_two_editors_are_asked_whose_text_stands(desk: Page, playwright: Playwright, network: Network, served: Live) -> None:
    copied(desk, "refrigerator")
    with chromium.desk(playwright, served.server.url) as other:
        chromium.sign_in(other, f"adam.{network.name}", PASSWORD)
        other.goto(desk.url)
        other.get_by_test_id("title-en").first.fill("Adam's title")
        saved(other)
    desk.get_by_test_id("title-en").first.fill("My title")
    expect(desk.get_by_test_id("clash")).to_contain_text("Adam")
    desk.get_by_test_id("clash-theirs").click()
    expect(desk.get_by_test_id("title-en").first).to_have_value("Adam's title")
    desk.get_by_test_id("editor-undo").click()
    expect(desk.get_by_test_id("title-en").first).to_have_value("My title")
    saved(desk)


def test_a_file_is_brought_in_mended_and_given_out_the_same(desk: Page, tmp_path: Path) -> None:
    bad = json.loads(next(raw for raw in current() if b'"dishwasher"' in raw)) | {"version": "2030.1"}
    bad["rules"][2]["title"].pop("zh-Hans")
    path = tmp_path / "bad.json"
    path.write_text("no document", "utf-8")
    desk.get_by_test_id("standard-file").set_input_files(path)
    expect(desk.get_by_test_id("file-refused")).to_be_visible()
    path.write_text(json.dumps(bad, ensure_ascii=False), "utf-8")
    desk.get_by_test_id("standard-file").set_input_files(path)
    fault = desk.get_by_test_id("editor-fault")
    expect(fault).to_contain_text(f"Rule {bad['rules'][2]['code']}")
    expect(fault).to_contain_text("The translation is missing.")
    desk.get_by_test_id("editor-publish").click()
    expect(desk.get_by_test_id("publish-refused")).to_be_visible()
    expect(desk.get_by_test_id("publish-go")).to_be_disabled()
    desk.get_by_test_id("publish-show").click()
    expect(desk.get_by_test_id("title-zh-Hans").first).to_be_focused()
    desk.get_by_test_id("title-zh-Hans").first.fill("标题")
    saved(desk)
    expect(fault).to_have_count(0)
    with desk.expect_download() as download:
        desk.get_by_test_id("editor-download").click()
    assert download.value.suggested_filename == "dishwasher-2030.1.json"
    given: dict[str, Any] = json.loads(download.value.path().read_text("utf-8"))
    bad["rules"][2]["title"]["zh-Hans"] = "标题"
    assert given == bad


def test_a_taken_version_is_refused_at_its_place_and_a_day_to_come_is_scheduled(desk: Page) -> None:
    copied(desk, "washing_machine")
    desk.get_by_test_id("field-version").fill("2026.1")
    saved(desk)
    desk.get_by_test_id("editor-publish").click()
    desk.get_by_test_id("publish-go").click()
    expect(desk.get_by_test_id("publish-refused")).to_contain_text("published already")
    desk.get_by_test_id("publish-show").click()
    desk.get_by_test_id("field-version").fill("2026.9")
    saved(desk)
    desk.get_by_test_id("editor-publish").click()
    desk.get_by_test_id("day").fill("2099-01-01")
    desk.get_by_test_id("publish-go").click()
    expect(desk.get_by_test_id("standing")).to_contain_text("2099")


def test_a_version_is_withdrawn_with_its_reason_and_used_again(desk: Page, network: Network) -> None:
    desk.locator("[data-standard=refrigerator]").click()
    desk.get_by_test_id("withdraw").click()
    expect(desk.get_by_test_id("withdraw-go")).to_be_disabled()
    desk.get_by_test_id("withdraw-why").fill("The clearance is wrong.")
    desk.get_by_test_id("withdraw-go").click()
    expect(desk.get_by_test_id("withdrawn")).to_contain_text("The clearance is wrong.")
    assert "refrigerator" not in pinned(network, network.job("wang", units=[{"gtin": builders.FRIDGE}]))
    desk.get_by_test_id("reinstate").click()
    expect(desk.get_by_test_id("standing")).to_contain_text("For new jobs")


def test_the_editor_shuts_nobody_out(desk: Page) -> None:
    copied(desk, "air_conditioner")
    desk.get_by_test_id("outline").filter(has_text="AC-INS-07").click()
    assert barriers_on(desk) == []
    desk.get_by_test_id("editor-publish").click()
    assert barriers_on(desk) == []


def test_a_draft_is_thrown_away(desk: Page) -> None:
    desk.get_by_test_id("new-standard").click()
    desk.get_by_test_id("title-en").first.fill("A mistake")
    saved(desk)
    desk.get_by_test_id("editor-throw").click()
    desk.get_by_test_id("throw-go").click()
    expect(desk.get_by_test_id("standards")).to_be_visible()
    expect(desk.get_by_test_id("draft-row")).to_have_count(0)
