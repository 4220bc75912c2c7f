"""How long an installer waits: for the day after a cold start without a network, for the viewfinder, and for a photo to be on the phone.

The page's own thread is slowed four times by Chromium, its workers are not. Of the photo there are therefore two figures: as it was,
and with what its worker took counted four times. The service worker and the machine's camera run at their own speed.
"""

import io
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Page, expect, sync_playwright

from bench.ground import Ground
from tests import builders
from tests.e2e.film import Film
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones, camera_browser

SLOWER = 4
ROUNDS = 5
JOBS = 9
MEGAPIXELS_12 = (4000, 3000)
# When the first thing of a name is on the screen, when a file was chosen, and how long each worker took for its first answer.
_NOTES = """() => {
  window.seen = {};
  const at = (name) => (window.seen[name] ??= performance.now());
  const note = (name, found) => found && !(name in window.seen) && requestAnimationFrame(() => at(name));
  const look = () => {
    note('jobs', document.querySelector('[data-testid=job-card]'));
    note('photo', document.querySelector('[data-testid=last-photo] [data-status=on_phone]'));
    const video = document.querySelector('video');
    if (video && !video.noted) { video.noted = true; video.requestVideoFrameCallback(() => at('frame')); }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
  addEventListener('change', () => (window.seen.chosen = performance.now()), true);
  addEventListener('click', () => (window.seen.tapped = performance.now()), true);
  const Real = window.Worker;
  window.Worker = class extends Real {
    postMessage(...all) { this.asked ??= performance.now(); super.postMessage(...all); }
    constructor(...all) {
      super(...all);
      const answered = () => (window.seen.worker ??= performance.now() - this.asked);
      if (String(all[0]).includes('photo.worker')) this.addEventListener('message', answered);
    }
  };
}"""


def measure(ground: Ground) -> dict[str, Any]:
    """Medians in milliseconds."""
    network = builders.network(ground.app, "moments")
    jobs = [network.job("wang") for _ in range(JOBS)]
    with _phones(ground) as phones:
        phone = phones.enrolled(network)
        phone.page.context.add_init_script(f"({_NOTES})()")
        phone.go_offline()
        phone.arrive(jobs[0])
        phone.page.close()
        starts = [_cold_start(phone) for _ in range(ROUNDS)]
        frames = [_viewfinder(phone, jobs[0]) for _ in range(ROUNDS)]
        photos = [_photo(phone, job_id) for job_id in jobs[:ROUNDS]]
    return {
        "cpu_slower": SLOWER,
        "jobs": JOBS,
        "cold_start_ms": _median(starts),
        "viewfinder_ms": _median(frames),
        "photo_12_mp_ms": _median([whole for whole, _ in photos]),
        "photo_12_mp_worker_slowed_ms": _median([whole + (SLOWER - 1) * worker for whole, worker in photos]),
    }


@contextmanager
def _phones(ground: Ground) -> Iterator[Phones]:
    with tempfile.TemporaryDirectory(prefix="doorstep-film-") as folder, sync_playwright() as playwright:
        film = Film(Path(folder) / "now.mjpeg")
        with camera_browser(playwright, film.path) as browser:
            phones = Phones(browser, film, ground.server.url)
            yield phones
            phones.put_away()


@contextmanager
def _slow_page(phone: Installer) -> Iterator[Page]:
    page = phone.page.context.new_page()
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    phone.page = page
    yield page
    page.close()


def _cold_start(phone: Installer) -> float:
    """From the tap on the icon to the day's jobs on the screen."""
    with _slow_page(phone) as page:
        page.goto(f"{phone.url}/app/")
        return _when(page, "jobs")


def _viewfinder(phone: Installer, job_id: str) -> float:
    """From the tap on "scan" to the first picture of the camera, on a page that has not shown a camera before."""
    with _slow_page(phone) as page:
        phone.open_job(job_id)
        page.wait_for_timeout(500)
        phone.by("scan-unit").first.click()
        return _when(page, "frame") - _when(page, "tapped")


def _photo(phone: Installer, job_id: str) -> tuple[float, float]:
    """From the choice of a photo of 12 megapixels to "On this phone", and how long its worker took of that."""
    with _slow_page(phone) as page:
        phone.visit(job_id, "photo", id="PRO-02", unit="", role="path")
        expect(phone.by("shutter")).to_be_enabled()
        page.wait_for_timeout(500)
        phone.by("file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": _large()})
        return _when(page, "photo") - _when(page, "chosen"), _when(page, "worker")


def _when(page: Page, name: str) -> float:
    page.wait_for_function("name => name in window.seen", arg=name)
    return float(page.evaluate("name => window.seen[name]", name))


def _large() -> bytes:
    """A plate before a wall, with a camera's grain."""
    small = Image.effect_noise((1000, 750), 30)
    ImageDraw.Draw(small).rectangle((300, 250, 700, 500), fill=225)
    for row in range(8):
        ImageDraw.Draw(small).text((320, 262 + 28 * row), "SERIAL 0123456789  220 V ~ 50 Hz  1.2 kW", fill=30)
    picture = small.resize(MEGAPIXELS_12, Image.Resampling.BICUBIC).filter(ImageFilter.UnsharpMask(2, 150, 0))
    kept = io.BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=90)
    return kept.getvalue()


def _median(found: list[float]) -> float:
    return round(statistics.median(found), 1)
