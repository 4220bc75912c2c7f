"""The decoder that ships, asked directly: the built worker on a page of the app, given pictures."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

ASSETS = Path(__file__).parents[2] / "app" / "pwa" / "static" / "assets"
_START = """async ([script, wasm, on_page]) => {
  const waiting = new Map();
  const answer = ({ id, reads }) => waiting.get(id)(reads);
  let ask;
  if (on_page) {
    self.postMessage = answer;
    await import(script);
    ask = (data) => self.onmessage({ data });
  } else {
    const worker = new Worker(script, { type: 'module' });
    worker.onmessage = ({ data }) => answer(data);
    ask = (data, passed) => worker.postMessage(data, passed);
  }
  ask({ wasm_url: new URL(wasm, location.href).href }, []);
  let last = 0;
  window.decode = async (bytes, effort) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], { type: 'image/jpeg' }));
    const begin = performance.now();
    const id = ++last;
    const reads = await new Promise((resolve) => { waiting.set(id, resolve); ask({ id, picture, effort }, [picture]); });
    return { ms: performance.now() - begin, texts: reads.map(({ text }) => text) };
  };
}"""


@dataclass(frozen=True)
class Looked:
    """What was read, and how many milliseconds passed from the picture to the answer."""

    texts: Sequence[str]
    ms: float


class Decoder:
    """One decoder on a page that shows some page of the app: in its worker, or on the page's own thread, which Chromium can slow down."""

    def __init__(self, page: Page, on_page: bool = False) -> None:
        self._page = page
        page.evaluate(_START, [_address("scan.worker-*.js"), _address("zxing_reader-*.wasm"), on_page])

    def look(self, jpeg: bytes, effort: str = "still") -> Looked:
        """Read a picture with one of the decoder's efforts (`scan-messages.ts`)."""
        found = self._page.evaluate("([bytes, effort]) => decode(bytes, effort)", [base64.b64encode(jpeg).decode(), effort])
        return Looked(found["texts"], found["ms"])


def _address(pattern: str) -> str:
    (path,) = ASSETS.glob(pattern)
    return f"/static/assets/{path.name}"
