"""Debian's Chromium as a phone or a desk: started on a profile that survives being killed, with a film instead of a camera."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from playwright.sync_api import Error as PlaywrightError

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--hide-scrollbars",
)
PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
_STARTS_WITHIN_S = 30


def executable() -> str:
    """The Chromium to test with."""
    found = os.environ.get("DOORSTEP_CHROMIUM") or shutil.which("chromium")
    assert found, "Chromium is missing: tools/system.sh installs Debian's."
    return found


@dataclass
class PhoneBrowser:
    """A browser process on a profile folder. Killing it and opening it again is what happens to a phone's browser."""

    playwright: Playwright
    profile: Path
    film: Path | None = None
    language: str = "en-US"
    browser: Browser = field(init=False)
    port: int = field(init=False)
    _process: "subprocess.Popen[bytes] | None" = None

    def open(self) -> Page:
        """Start the browser and give a page of a phone's size."""
        self.port = _free_port()
        camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        if self.film is not None:
            camera.append(f"--use-file-for-fake-video-capture={self.film}")
        self._process = subprocess.Popen(
            [
                executable(),
                "--headless=new",
                *QUIET,
                *camera,
                f"--lang={self.language}",
                f"--user-data-dir={self.profile}",
                f"--remote-debugging-port={self.port}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.browser = self._connect(self.port)
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        session = self.context.new_cdp_session(page)
        session.send("Emulation.setDeviceMetricsOverride", PHONE)
        session.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 5})
        self.context.grant_permissions(["geolocation", "camera"])
        self.context.set_geolocation({"latitude": 30.6, "longitude": 114.3, "accuracy": 12})
        page.set_default_timeout(20_000)
        return page

    @property
    def context(self) -> BrowserContext:
        """The profile's own context."""
        return self.browser.contexts[0]

    def kill(self) -> None:
        """End all of the browser's processes at once, as a phone that runs out of memory does."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """End the browser in good order."""
        self._end(signal.SIGTERM)

    def _connect(self, port: int) -> Browser:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while True:
            try:
                return self.playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
            except PlaywrightError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            os.killpg(self._process.pid, how)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
        for lock in self.profile.glob("Singleton*"):
            lock.unlink()


@contextmanager
def desk(playwright: Playwright, url: str) -> Iterator[Page]:
    """A page of a desk's size, in a browser of its own."""
    browser = playwright.chromium.launch(executable_path=executable(), args=list(QUIET))
    try:
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(20_000)
        yield page
    finally:
        browser.close()


def sign_in(desk: Page, login: str, password: str) -> None:
    """Sign in to the office's pages."""
    desk.goto("/console/")
    desk.get_by_test_id("login").fill(login)
    desk.get_by_test_id("password").fill(password)
    desk.get_by_test_id("sign-in-go").click()
    expect(desk.get_by_test_id("nav-review")).to_be_visible()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
