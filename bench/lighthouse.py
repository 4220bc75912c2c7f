"""Lighthouse's marks of the phone's first screens, for a mobile phone as it simulates one: on the first visit, and with a day of jobs.

Lighthouse has a package folder of its own, `bench/audit`, which is installed when it is first needed: the app is not built of it.
"""

import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.ground import Ground
from tests import builders
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.installer import Installer
from tests.e2e.phones import code_for

ROUNDS = 3
JOBS = 9
CATEGORIES = ("performance", "accessibility", "best-practices")
_AUDIT = Path(__file__).parent / "audit"
_FIRST_PAINT, _LARGEST, _BLOCKED = "first-contentful-paint", "largest-contentful-paint", "total-blocking-time"


def measure(ground: Ground) -> dict[str, Any]:
    """Median marks of 100, times in milliseconds, and the names of what is not marked in full."""
    if not (_AUDIT / "node_modules").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=_AUDIT, check=True, stdout=subprocess.DEVNULL)
    network = builders.network(ground.app, "audited")
    for _ in range(JOBS):
        network.job("wang")
    address = f"{ground.server.url}/app/"
    with tempfile.TemporaryDirectory(prefix="doorstep-audit-", ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        browser = PhoneBrowser(playwright, Path(folder))
        try:
            page = browser.open()
            first = [_audit(address, browser.port) for _ in range(ROUNDS)]
            Installer(page, ground.server.url).enrol(f"{address}#enrol={code_for(network, 'wang')}")
            day = [_audit(address, browser.port, "--disable-storage-reset") for _ in range(ROUNDS)]
        finally:
            browser.close()
    return {"jobs": JOBS, "rounds": ROUNDS, **_told("first_visit", first), **_told("day", day)}


def _audit(address: str, port: int, *more: str) -> dict[str, Any]:
    """Lighthouse's report of one page, in the browser that listens on this port."""
    asked = [f"--port={port}", f"--only-categories={','.join(CATEGORIES)}", "--output=json", "--quiet", *more]
    quiet = os.environ | {"NO_UPDATE_NOTIFIER": "1"}
    told = subprocess.run(
        [str(_AUDIT / "node_modules" / ".bin" / "lighthouse"), address, "--no-enable-error-reporting", *asked],
        stdout=subprocess.PIPE,
        check=True,
        env=quiet,
    )
    report: dict[str, Any] = json.loads(told.stdout)
    if fault := report.get("runtimeError"):
        raise RuntimeError(fault["message"])
    return report


def _told(name: str, reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    marks = {
        f"{name}_{category.replace('-', '_')}": round(100 * statistics.median(one["categories"][category]["score"] for one in reports))
        for category in CATEGORIES
    }
    times = {
        f"{name}_{audit.replace('-', '_')}_ms": round(statistics.median(one["audits"][audit]["numericValue"] for one in reports))
        for audit in (_FIRST_PAINT, _LARGEST, _BLOCKED)
    }
    return marks | times | {f"{name}_not_in_full": sorted(_faults(reports[-1]))}


def _faults(report: dict[str, Any]) -> set[str]:
    """What costs marks."""
    weighed = {ref["id"] for category in report["categories"].values() for ref in category["auditRefs"] if ref["weight"] > 0}
    return {name for name in weighed if (report["audits"][name]["score"] or 0) < 1 and _counts(report["audits"][name])}


def _counts(audit: dict[str, Any]) -> bool:
    return audit["scoreDisplayMode"] not in ("notApplicable", "manual", "informative")
