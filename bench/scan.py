"""Reading labels: 600 spoilt frames through the decoder that ships, in real Chromium, beside zxing with a ladder of its own.

The ladder beside is the usual one of a scanner on a server: contrast, size, smoothing, equalizing, turning, each with zxing's full effort.
"""

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter, ImageOps
from playwright.sync_api import Page, sync_playwright

from bench.ground import Ground
from tests.e2e.decoding import Decoder
from tests.e2e.film import Film
from tests.e2e.frames import SIZE, Frame, frames
from tests.e2e.phones import camera_browser

SEED = 1
SLOWER = 4
SMALL = (640, 480)
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.Code128])
_LADDER: tuple[Callable[[Image.Image], Image.Image], ...] = (
    lambda picture: picture,
    lambda picture: ImageOps.autocontrast(picture.filter(ImageFilter.MedianFilter(3))),
    lambda picture: picture.resize((2 * SIZE[0], 2 * SIZE[1]), Image.Resampling.BICUBIC).filter(ImageFilter.UnsharpMask(2, 200, 0)),
    lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
    lambda picture: ImageOps.equalize(picture.filter(ImageFilter.GaussianBlur(1))),
    lambda picture: picture.rotate(20, resample=Image.Resampling.BICUBIC, expand=True, fillcolor=128),
)


def measure(ground: Ground) -> dict[str, Any]:
    """How many were read by whom, and how long each took; then the time for one frame of 640 × 480, four times slowed."""
    drawn = list(frames(SEED))
    with _page(ground) as page:
        decoder = Decoder(page)
        decoder.look(drawn[0].jpeg)  # it loads
        ours = [(frame, decoder.look(frame.jpeg)) for frame in drawn]
        page.reload()
        small = _small(page, drawn)
    beside = [(frame, *_with_ladder(frame)) for frame in drawn]
    read = [looked.texts[:1] == [frame.text] for frame, looked in ours]
    theirs = [text == frame.text for frame, text, _ in beside]
    return {
        "frames": len(drawn),
        "read": sum(read),
        "zxing_ladder_read": sum(theirs),
        "ratio": round(sum(read) / sum(theirs), 3),
        "wrong": sum(text != frame.text for frame, looked in ours for text in looked.texts),
        "zxing_ladder_wrong": sum(text not in {None, frame.text} for frame, text, _ in beside),
        **_times("", [looked.ms for _, looked in ours]),
        **_times("zxing_ladder_", [ms for _, _, ms in beside]),
        "read_by_spoilt": dict(Counter(frame.spoilt for (frame, _), good in zip(ours, read, strict=True) if good)),
        **small,
    }


@contextmanager
def _page(ground: Ground) -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory(prefix="doorstep-film-") as folder,
        sync_playwright() as playwright,
        camera_browser(playwright, Film(Path(folder) / "now.mjpeg").path) as browser,
    ):
        page = browser.new_page()
        page.goto(f"{ground.server.url}/app/")
        yield page


def _with_ladder(frame: Frame) -> tuple[str | None, float]:
    picture = Image.open(BytesIO(frame.jpeg)).convert("L")
    begin = time.perf_counter()
    found: list[Any] = []
    for rung in _LADDER:
        found = zxingcpp.read_barcodes(rung(picture), formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain)
        if found:
            break
    return (found[0].text if found else None), 1000 * (time.perf_counter() - begin)


def _small(page: Page, drawn: Sequence[Frame]) -> dict[str, Any]:
    """Frames of 480 lines that are little spoilt, as the viewfinder asks for them, on a processor that is four times slower."""
    decoder = Decoder(page, on_page=True)
    small = [_shrunk(frame) for frame in drawn if frame.grade == 1 and frame.spoilt not in {"small_modules", "low_light", "low_contrast"}]
    decoder.look(small[0], "quick")
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    looks = [decoder.look(jpeg, "quick") for jpeg in small]
    found = {"cpu_slower": SLOWER, "frames_480": len(looks), "read_480": sum(bool(look.texts) for look in looks)}
    return found | _times("quick_480_", [look.ms for look in looks])


def _shrunk(frame: Frame) -> bytes:
    kept = BytesIO()
    Image.open(BytesIO(frame.jpeg)).resize(SMALL, Image.Resampling.LANCZOS).save(kept, "JPEG", quality=85)
    return kept.getvalue()


def _times(name: str, found: Sequence[float]) -> dict[str, float]:
    return {f"{name}median_ms": round(statistics.median(found), 1), f"{name}p95_ms": round(statistics.quantiles(found, n=20)[18], 1)}
