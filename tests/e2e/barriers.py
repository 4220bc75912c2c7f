"""What shuts somebody out of a page, as axe sees it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe().axe_script
# Colours that fade have arrived: what is half faded in has a contrast that nobody reads by.
_SETTLED = (
    "async () => { await new Promise(requestAnimationFrame); await Promise.allSettled(document.getAnimations().map(one => one.finished)); }"
)


def barriers_on(page: Page, part: str | None = None, *, only_colours: bool = False) -> list[str]:
    """The rules that the page, or the part at this selector, breaks once it is at rest, each with the place.

    With `only_colours`, only those that depend on the colour scheme.
    """
    page.evaluate(_SETTLED)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(_AXE)
    options = {"resultTypes": ["violations"]} | ({"runOnly": ["color-contrast"]} if only_colours else {})
    asked = "async ([part, options]) => (await axe.run(part ?? document, options)).violations"
    found: list[dict[str, Any]] = page.evaluate(asked, [part, options])
    return [f"{broken['id']}: {node['html'][:160]} {node.get('failureSummary', '')}" for broken in found for node in broken["nodes"]]
