"""A walk through every screen of a phone, in the order of a day that goes wrong in every way. Whoever walks looks at each of them."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import expect

from tests.e2e.installer import Installer
from tests.e2e.phones import IPHONE, Phones

# While on, the phone's database says that it is full.
FULL = """on => {
  const kept = (window.kept ??= { add: IDBObjectStore.prototype.add, put: IDBObjectStore.prototype.put });
  const full = () => { throw new DOMException('The phone is full', 'QuotaExceededError'); };
  IDBObjectStore.prototype.add = on ? full : kept.add;
  IDBObjectStore.prototype.put = on ? full : kept.put;
}"""


@dataclass(frozen=True)
class Day:
    """The jobs of a phone: one of a washing machine to work at, and others by how far they have come."""

    job_id: str
    unit_id: str
    others: Mapping[str, str]


def of_a_day(phone: Installer, day: Day) -> Iterator[str]:
    """Walk with an enrolled phone that has just lost its network; the name of the screen that shows, one after the other."""
    yield from _at_home(phone, day)
    yield from _steps(phone, day)
    yield from _photos(phone, day)
    yield from _codes(phone, day)
    yield from _ends(phone, day)
    yield from _signing(phone, day)
    yield from _sending(phone, day)


def of_the_van(phone: Installer) -> Iterator[str]:
    """Walk through what goes into the van and what comes out of it."""
    phone.page.goto(f"{phone.url}/app/#/load")
    expect(phone.by("van-unit").first).to_be_visible()
    yield "van-load"
    phone.by("load-scan").click()
    expect(phone.by("scan-screen")).to_be_visible()
    phone.type_serial("XX-0000-9999")
    expect(phone.by("scan-unknown")).to_be_visible()
    yield "van-scan-stop"
    phone.by("scan-on").click()
    phone.by("close-scan").click()
    waiting = phone.page.locator("[data-testid=van-unit][data-in=false]")
    waiting.first.click()
    phone.by("condition-packaging_damaged").click()
    yield "van-box-damaged"
    phone.by("not-here").click()
    phone.by("why-not-other").click()
    yield "van-box-not-here"
    phone.page.goto(f"{phone.url}/app/#/today")
    phone.page.goto(f"{phone.url}/app/#/load")
    left = waiting.count()
    waiting.first.click()
    phone.by("condition-intact").click()
    phone.by("move-box").click()
    expect(waiting).to_have_count(left - 1)
    yield "van-load-begun"
    phone.page.goto(f"{phone.url}/app/#/end")
    expect(phone.by("end-open")).to_be_visible()
    yield "van-end"


def of_a_split_unit(phone: Installer, job_id: str, unit_id: str, advice: str) -> Iterator[str]:
    """Walk through what only an air conditioner asks: several ticks, its parts one by one, what the customer agrees to."""
    phone.arrive(job_id)
    yield "split-job"
    phone.open_step(job_id, "AC-PRE-03", unit_id)
    phone.by("choice-customer_insists").click()
    phone.save_step()
    phone.open_step(job_id, "AC-PRE-04", unit_id)
    phone.by("text-answer").fill(advice)
    yield "split-text-to-agree"
    phone.by("save").click()
    expect(phone.by("to-agree")).to_be_visible()
    yield "split-step-to-agree"
    phone.by("to-agree").click()
    expect(phone.by("agreement")).to_be_visible()
    yield "split-agreement"
    phone.by("agree-sign").click()
    phone.draw()
    yield "split-agreement-signed"
    phone.by("sign").click()
    expect(phone.by("agreed")).to_be_visible()
    yield "split-agreed"
    phone.hold("leave-hand-over")
    phone.open_step(job_id, "AC-PRE-04", unit_id)
    yield "split-step-agreed"
    phone.open_step(job_id, "AC-EXP-01", unit_id)
    phone.by("multi-remote").click()
    yield "split-ticks"
    phone.visit(job_id, "step", id="AC-INS-09", unit=unit_id, part="outdoor")
    phone.by("reading").fill("-0.09")
    yield "split-reading-of-a-part"
    phone.visit(job_id, "step", id="AC-IDN-01", unit=unit_id, part="indoor")
    yield "split-scan-of-a-part"


def of_a_new_phone(phones: Phones, language: str) -> Iterator[tuple[str, Installer]]:
    """Walk with phones that nobody has enrolled; each screen's name, and the phone it shows on."""
    phone = phones.blank(language)
    phone.page.goto(f"{phone.url}/app/")
    expect(phone.by("enrol-type")).to_be_visible()
    yield "enrol", phone
    phone.by("enrol-scan").click()
    expect(phone.by("enrol-camera")).to_be_visible()
    phone.page.wait_for_timeout(500)
    yield "enrol-scan", phone
    phone.page.goto(f"{phone.url}/app/#enrol={'A' * 22}")
    phone.page.reload()
    phone.by("enrol-add").click()
    expect(phone.by("enrol-failed")).to_be_visible()
    yield "enrol-failed", phone
    iphone = phones.blank(language, user_agent=IPHONE)
    iphone.page.goto(f"{phone.url}/app/#enrol={'A' * 22}")
    expect(iphone.by("install-help")).to_be_visible()
    yield "install-help", iphone


def _at_home(phone: Installer, day: Day) -> Iterator[str]:
    phone.page.goto(f"{phone.url}/app/#/today")
    expect(phone.by("job-card").first).to_be_visible()
    yield "today"
    phone.page.goto(f"{phone.url}/app/#/settings")
    expect(phone.by("settings")).to_be_visible()
    yield "settings"
    phone.page.goto(f"{phone.url}/app/#/check")
    expect(phone.by("tick-clock")).not_to_have_attribute("data-good", "null")
    yield "check"
    phone.page.goto(f"{phone.url}/app/#/job/nothing")
    expect(phone.by("no-job")).to_be_visible()
    yield "no-job"
    for name, job_id in day.others.items():
        phone.open_job(job_id)
        yield f"job-{name}"
    phone.open_job(day.job_id)
    yield "job-to-do"
    phone.arrive(day.job_id)
    yield "job"


def _steps(phone: Installer, day: Day) -> Iterator[str]:
    phone.open_step(day.job_id, "ARR-01")
    yield "step-confirm"
    phone.open_step(day.job_id, "CAL-01")
    yield "step-choice"
    phone.by("choice-reached").click()
    phone.save_step()
    yield "step-after-saving"
    phone.open_step(day.job_id, "WM-PRE-02", day.unit_id)
    yield "step-reading"
    phone.by("reading").fill("253")
    phone.by("save").click()
    yield "step-out-of-limits"
    phone.by("outside-note").fill("3 × 253 V")
    phone.save_step()
    phone.open_step(day.job_id, "WM-PRE-02", day.unit_id)
    yield "step-answered"
    phone.open_step(day.job_id, "SIT-01")
    phone.by("choice-customer_insists").click()
    phone.save_step()
    phone.open_step(day.job_id, "SIT-02")
    yield "step-text"
    phone.open_step(day.job_id, "UNP-01", day.unit_id)
    phone.by("cannot").click()
    phone.by("exception-save").click()
    yield "exception"


def _photos(phone: Installer, day: Day) -> Iterator[str]:
    phone.open_step(day.job_id, "PRO-02")
    yield "step-photo"
    phone.visit(day.job_id, "photo", id="PRO-02", unit="", role="path")
    expect(phone.by("shutter")).to_be_enabled()
    yield "camera"
    phone.by("file").set_input_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(phone.by("photo-trouble")).to_be_visible()
    yield "camera-trouble"
    phone.by("file").set_input_files({"name": "2.jpg", "mimeType": "image/jpeg", "buffer": _dark()})
    expect(phone.by("weak")).to_be_visible()
    yield "camera-weak"
    phone.by("weak-keep").click()
    yield "camera-weak-why"
    phone.by("weak-again").click()
    phone.take_photo()
    yield "camera-taken"
    phone.open_step(day.job_id, "PRO-02")
    yield "step-photo-taken"
    phone.by("photo").click()
    expect(phone.page.locator(".photo-large")).to_be_visible()
    yield "photo-sheet"
    phone.by("mark-photo").click()
    board = phone.by("mark-board")
    expect(board).to_be_visible()
    board.click(position={"x": 90, "y": 80})
    phone.by("tool-arrow").click()
    board.click(position={"x": 200, "y": 120})
    expect(board).to_have_attribute("data-marks", "2")
    yield "mark"
    phone.by("mark-save").click()
    expect(phone.by("mark")).to_have_count(0)
    phone.open_step(day.job_id, "PRO-02")
    expect(phone.by("photo")).to_have_count(2)
    yield "step-photo-marked"


def _codes(phone: Installer, day: Day) -> Iterator[str]:
    phone.open_step(day.job_id, "IDN-01", day.unit_id)
    yield "step-scan"
    phone.visit(day.job_id, "scan", unit=day.unit_id, id="IDN-01")
    expect(phone.by("scan-screen")).to_be_visible()
    phone.page.wait_for_timeout(500)
    yield "scan"
    for name, code in (("scan-unknown", "https://example.com/"), ("wrong-unit", "XX-0000-9999")):
        phone.by("type-serial").click()
        phone.by("typed-serial").fill(code)
        if name == "scan-unknown":
            phone.by("typed-check").click()
            yield "typed-serial"
        phone.by("typed-end").fill(code[-4:])
        phone.by("typed-check").click()
        expect(phone.by(name)).to_be_visible()
        yield name
        if name == "scan-unknown":
            phone.by("scan-on").click()
    phone.by("wrong-tell").click()
    expect(phone.by("wrong-tell")).to_have_count(0)
    yield "wrong-unit-told"
    phone.page.goto("about:blank")
    phone.open_job(day.job_id)


def _ends(phone: Installer, day: Day) -> Iterator[str]:
    phone.visit(day.job_id, "note")
    phone.by("note-save").click()
    yield "note"
    phone.by("note-text").fill("123")
    phone.page.evaluate(FULL, True)
    phone.by("note-save").click()
    expect(phone.by("unsaved")).to_be_visible()
    yield "not-saved"
    phone.page.evaluate(FULL, False)
    phone.by("save-again").click()
    expect(phone.by("note-screen")).to_have_count(0)
    phone.open_job(day.job_id)
    yield "job-with-notes"
    phone.visit(day.job_id, "fail")
    yield "fail"
    phone.by("reason-nobody_home").click()
    phone.by("fail-save").click()
    yield "fail-evidence"
    phone.by("reason-site_not_ready").click()
    yield "fail-check"
    phone.by("reason-damaged_in_transit").click()
    phone.by("fail-box-damaged").click()
    phone.by("again-yes").click()
    yield "fail-damaged"
    phone.visit(day.job_id, "finish")
    yield "finish"
    phone.by("finish-partial").click()
    phone.by("again-yes").click()
    phone.by("partial-save").click()
    yield "finish-partial"
    phone.page.keyboard.press("Escape")


def _signing(phone: Installer, day: Day) -> Iterator[str]:
    phone.visit(day.job_id, "sign")
    expect(phone.by("sign-off")).to_be_visible()
    yield "sign-off"
    phone.by("absent").click()
    phone.by("absent-save").click()
    yield "absent"
    phone.page.keyboard.press("Escape")
    phone.by("hand-over-start").click()
    expect(phone.by("statement")).to_be_visible()
    yield "statement"
    phone.by("refuse").click()
    phone.by("refuse-save").click()
    yield "refuse"
    phone.by("to-statement").click()
    phone.by("accept").click()
    phone.by("sign").click()
    yield "signature"
    phone.page.evaluate("scrollTo(0, 0)")
    phone.draw()
    yield "signature-drawn"
    phone.by("type-name").click()
    yield "signature-typed"
    phone.by("type-name").click()
    phone.by("sign").click()
    expect(phone.by("signed")).to_be_visible()
    yield "signed"
    phone.hold("leave-hand-over")
    expect(phone.by("hand-over")).to_have_count(0)


def _sending(phone: Installer, day: Day) -> Iterator[str]:
    phone.page.goto(f"{phone.url}/app/#/outbox")
    expect(phone.by("pending").first).to_be_visible()
    yield "outbox"
    phone.page.goto(f"{phone.url}/app/#/safe")
    expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "unknown", timeout=60_000)
    yield "safe-unknown"
    phone.page.goto(f"{phone.url}/app/#/storage")
    expect(phone.by("measure")).to_be_enabled(timeout=60_000)
    yield "storage"
    phone.page.goto(f"{phone.url}/rescue")
    expect(phone.by("make")).to_be_visible()
    yield "rescue"
    phone.page.goto(f"{phone.url}/app/#/outbox")
    phone.deliver()
    yield "outbox-empty"
    phone.page.goto(f"{phone.url}/app/#/safe")
    expect(phone.by("safe-verdict")).to_have_attribute("data-answer", "yes", timeout=60_000)
    yield "safe-yes"
    phone.open_job(day.job_id)
    yield "job-signed"


def _dark() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (800, 600), (6, 6, 8)).save(held, "JPEG")
    return held.getvalue()
