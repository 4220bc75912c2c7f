"""Many phones in one browser: each is a context with its own storage and service worker, and they share one camera's film."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Playwright

from app.services import enrol
from tests.builders import Network
from tests.e2e.chromium import QUIET, executable
from tests.e2e.ears import Ears
from tests.e2e.film import Film
from tests.e2e.installer import Installer

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)
# Where the customer lives.
PLACE = {"latitude": 30.6, "longitude": 114.3, "accuracy": 12}


@dataclass
class Phones:
    """Makes phones for the people of a network, and hears what their pages say."""

    browser: Browser
    film: Film
    url: str
    ears: Ears = field(default_factory=Ears)
    contexts: list[BrowserContext] = field(default_factory=list)

    def blank(self, language: str = "en-US", **more: Any) -> Installer:
        """A phone that nobody has enrolled."""
        settings: dict[str, Any] = {
            "viewport": {"width": 360, "height": 740},
            "device_scale_factor": 2,
            "is_mobile": True,
            "has_touch": True,
            "locale": language,
            "geolocation": PLACE,
            "permissions": ["geolocation", "camera", "clipboard-write"],
        }
        context = self.browser.new_context(**settings | more)
        self.ears.on(context)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        return Installer(page, self.url)

    def enrolled(self, network: Network, login: str = "wang", language: str = "en-US", **more: Any) -> Installer:
        """A person's phone, with the day's jobs on it. There must be one."""
        phone = self.blank(language, **more)
        phone.enrol(f"{self.url}/app/#enrol={code_for(network, login)}")
        return phone

    def put_away(self) -> None:
        """Close them all."""
        for context in self.contexts:
            context.close()


def code_for(network: Network, login: str) -> str:
    """A fresh enrolment code for a person."""
    return enrol.make_code(network.office, network.tenant_id, network.people[login], None).code


@contextmanager
def camera_browser(playwright: Playwright, film: Path) -> Iterator[Browser]:
    """One browser whose camera shows a film."""
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    browser = playwright.chromium.launch(executable_path=executable(), args=[*QUIET, *camera])
    try:
        yield browser
    finally:
        browser.close()
