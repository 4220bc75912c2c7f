"""An installer who does what the big button says, with one thumb, and knows nothing else of the app."""

import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Page, expect

STEPS_MAX = 120
ARRIVED = re.compile("I have arrived|我到了")
_KEYS_OF = """async store => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open('doorstep');
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const found = db.transaction(store).objectStore(store).getAllKeys();
  await new Promise((resolve) => (found.onsuccess = resolve));
  db.close();
  return found.result;
}"""
COUNT_EVENTS = f"() => ({_KEYS_OF})('events').then((keys) => keys.length)"
# Whether something that is no fact yet is kept under a name that begins so.
DRAFT_IS_KEPT = f"name => ({_KEYS_OF})('drafts').then((keys) => keys.some((key) => String(key).startsWith(name)))"
PHOTOS_TAKEN = "document.querySelector('[data-testid=last-photo]') && document.querySelector('[data-testid=photo-count]')?.textContent"
APP_IS_KEPT = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"
# The page for when the app does not open comes after the app itself.
RESCUE_IS_KEPT = "navigator.serviceWorker.getRegistration('/rescue').then((kept) => kept?.active?.state === 'activated')"


def until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until an expression, or what it promises, is true. (Playwright's own waiting takes the promise itself for true.)"""
    deadline = time.monotonic() + 20
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


@dataclass
class Installer:
    """Works on one page. `readings` are what the instruments show, by step; everything else is answered as a smooth day would."""

    page: Page
    url: str
    readings: dict[str, str] = field(default_factory=dict)
    photos: int = 0

    def by(self, testid: str) -> Any:
        """The element of that name."""
        return self.page.get_by_test_id(testid)

    def enrol(self, link: str) -> None:
        """Open an enrolment link, tap, and wait until the day's jobs are ready for offline."""
        self.page.goto(link)
        self.by("enrol-add").click()
        expect(self.by("hello")).to_be_visible()
        self.by("to-today").click()
        self.wait_until_offline_works()

    def wait_until_offline_works(self) -> None:
        """Until the worker is in charge and holds all it needs, and each job says that it is ready."""
        until(self.page, APP_IS_KEPT)
        until(self.page, RESCUE_IS_KEPT)
        expect(self.by("job-card").first).to_be_visible()
        expect(self.by("not-ready")).to_have_count(0)

    def go_offline(self, offline: bool = True) -> None:
        """Switch the network of the whole browser."""
        self.page.context.set_offline(offline)

    def visit(self, job_id: str, screen: str, **query: str) -> None:
        """Go to one of a job's screens by its address, as the app's own links do."""
        asked = f"?{urlencode(query)}" if query else ""
        self.page.goto(f"{self.url}/app/#/job/{job_id}/{screen}{asked}")

    def open_step(self, job_id: str, step_id: str, unit_id: str = "") -> None:
        """Open one step of the checklist."""
        self.visit(job_id, "step", id=step_id, unit=unit_id)
        expect(self.page.locator("div[data-testid=step]")).to_be_visible()

    def save_step(self) -> None:
        """Save the answer that is given, and wait until the app goes on to what comes next."""
        before = self.page.evaluate("location.hash")
        self.by("save").click()
        self.page.wait_for_function("before => location.hash !== before", arg=before)

    def arrive(self, job_id: str) -> None:
        """Drive to the customer's door."""
        self.open_job(job_id)
        self.by("next").click()
        expect(self.by("next")).to_contain_text(ARRIVED)
        self.by("next").click()
        expect(self.by("next")).not_to_contain_text(ARRIVED)

    def note(self, job_id: str, text: str) -> None:
        """Write a note, with the double tap of somebody in a hurry."""
        self.visit(job_id, "note")
        self.by("note-text").fill(text)
        self.by("note-save").dblclick()
        expect(self.by("note-screen")).to_have_count(0)

    def deliver(self) -> None:
        """Have a network again, and wait until the office has everything."""
        self.go_offline(False)
        self.page.goto(f"{self.url}/app/#/outbox")
        self.by("try-now").click()
        expect(self.by("sync-bar")).to_have_attribute("data-kind", "delivered", timeout=60_000)

    def recorded(self) -> int:
        """How many events the phone holds."""
        count: int = self.page.evaluate(COUNT_EVENTS)
        return count

    def open_job(self, job_id: str) -> None:
        """Open a job from the day's list."""
        self.page.goto(f"{self.url}/app/#/job/{job_id}")
        expect(self.by("job")).to_be_visible()

    def do_everything_until(self, *stops: str) -> str:
        """Follow the big button until one of the screens in `stops` shows; its name."""
        for _ in range(STEPS_MAX):
            screen = self._screen()
            if screen in stops:
                return screen
            self._act(screen)
        raise AssertionError("the big button leads nowhere")

    def type_serial(self, serial: str) -> None:
        """Type what a label says instead of scanning it."""
        self.by("type-serial").click()
        self.by("typed-serial").fill(serial)
        self.by("typed-end").fill(serial[-4:])
        self.by("typed-check").click()

    def take_photo(self) -> None:
        """Press the shutter once, and wait until the phone says where the photo is."""
        shutter = self.by("shutter")
        expect(shutter).to_be_enabled()
        before = self.page.evaluate(PHOTOS_TAKEN)
        shutter.click()
        # Earlier photos of this step show already, so only a sheet or one more of them is an answer to this tap.
        self.page.wait_for_function(f"before => document.querySelector('[data-testid=weak-keep]') || {PHOTOS_TAKEN} !== before", arg=before)
        if self.by("weak-keep").count():
            self.by("weak-keep").click()
            self.page.locator("[data-testid^='weak-why-']").first.click()
        self.page.wait_for_function(f"before => {PHOTOS_TAKEN} !== before", arg=before)
        expect(self.by("last-photo")).to_be_visible()
        self.photos += 1

    def take_retake(self) -> None:
        """Press the shutter for a photo that was sent back; the app goes back by itself when it is kept."""
        expect(self.by("shutter")).to_be_enabled()
        self.by("shutter").click()
        self.page.locator("[data-testid=weak-keep], [data-testid=job], [data-testid=step]").first.wait_for()
        if self.by("weak-keep").count():
            self.by("weak-keep").click()
            self.page.locator("[data-testid^='weak-why-']").first.click()
        expect(self.by("camera")).to_have_count(0)

    def sign(self, name: str = "Chen Jing") -> None:
        """Hand the phone over, let the customer draw two strokes and accept, and take it back."""
        self.by("hand-over-start").click()
        expect(self.by("statement")).to_be_visible()
        self.by("accept").click()
        self.draw()
        self.by("signer-name").fill(name)
        self.page.get_by_test_id("relation-customer").click()
        self.by("sign").click()
        expect(self.by("signed")).to_be_visible()
        self.hold("leave-hand-over")

    def agree(self, name: str = "Chen Jing") -> None:
        """Let the customer read what a step asks them, draw two strokes under it, and take the phone back."""
        expect(self.by("agreement")).to_be_visible()
        self.by("agree-sign").click()
        self.draw()
        self.by("signer-name").fill(name)
        self.by("sign").click()
        expect(self.by("agreed")).to_be_visible()
        self.hold("leave-hand-over")
        expect(self.by("agree")).to_have_count(0)

    def draw(self) -> None:
        """Two strokes on the pad, by touch."""
        box = self.by("pad").bounding_box()
        assert box is not None
        session = self.page.context.new_cdp_session(self.page)
        for start in (0.2, 0.45):
            across = [box["x"] + box["width"] * (start + i * 0.012) for i in range(24)]
            points = [(x, box["y"] + box["height"] * (0.35 + 0.04 * (i % 8))) for i, x in enumerate(across)]
            for number, (x, y) in enumerate(points):
                kind = "touchStart" if number == 0 else "touchMove"
                session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
                self.page.wait_for_timeout(8)
            session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def hold(self, testid: str, for_ms: int = 2_500) -> None:
        """Keep a finger on a button."""
        self.by(testid).scroll_into_view_if_needed()
        box = self.by(testid).bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.mouse.down()
        self.page.wait_for_timeout(for_ms)
        self.page.mouse.up()

    def _screen(self) -> str:
        """Which screen shows, once it has settled."""
        # Lists of steps stand on other screens too, so the screen of one step is looked for last.
        names = ("camera", "scan-screen", "sign-off", "hand-over", "agree", "finish", "job", "today", "step")
        self.page.wait_for_function("names => names.some(name => document.querySelector(`[data-testid=${name}]`))", arg=list(names))
        return next(name for name in names if self.by(name).count())

    def _act(self, screen: str) -> None:
        match screen:
            case "job":
                self._tap("next")
            case "step":
                self._step()
            case "camera":
                if self.by("camera-done").count():
                    self._tap("camera-done")
                else:
                    self.take_photo()
            case "scan-screen":
                expect(self.by("scan-screen")).to_have_count(0, timeout=30_000)
            case "sign-off":
                self.sign()
            case "agree":
                self.agree()
            case _:
                raise AssertionError(f"nothing to do on {screen}")

    def _step(self) -> None:
        if self.by("save").count():
            self._answer()
            self._tap("save")
        elif self.by("scan").count():
            self._tap("scan")
        elif self.by("take-photo").count():
            self._tap("take-photo")
        elif self.by("to-agree").count():
            self._tap("to-agree")
        else:
            self._tap("onward")

    def _answer(self) -> None:
        """Give the editor that shows what it asks: the first tile, the reading, a text."""
        step = self.page.evaluate("location.hash.match(/id=([^&]*)/)?.[1] ?? ''")
        if self.by("reading").count():
            self.by("reading").fill(self.readings.get(step) or self._within_limits())
        elif self.by("day").count():
            self.by("day").fill("2025-06-30")
        elif self.page.locator("[data-testid^='multi-']").count():
            for tick in self.page.locator("[data-testid^='multi-']").all():
                tick.click()
        elif self.by("text-answer").count():
            self.by("text-answer").fill("All as it should be.")
        elif self.page.locator("[data-testid^='choice-']").count():
            self.page.locator("[data-testid^='choice-']").first.click()

    def _within_limits(self) -> str:
        """A value that the limits on the screen allow: one of them, or ten when there are none."""
        shown = self.page.locator("[data-testid=limits] svg text")
        return shown.first.text_content() or "10" if shown.count() else "10"

    def _tap(self, testid: str) -> None:
        """Tap, and wait until something has come of it."""
        before = self._mark()
        self.by(testid).last.click()
        self.page.wait_for_function("before => document.body.innerText + location.hash !== before", arg=before)

    def _mark(self) -> str:
        mark: str = self.page.evaluate("document.body.innerText + location.hash")
        return mark
