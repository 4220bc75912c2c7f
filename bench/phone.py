"""The installer's phone in real Chromium: a checklist of 150 rules and answers being saved, four times slowed, and a day's download.

Scripting and main-thread times are Chromium's own counts (CDP `Performance.getMetrics`); what the storage takes is in the whole time only.
"""

import json
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, Response, expect, sync_playwright

from app.services import standards
from app.standards import current
from app.store.db import writing
from bench.ground import Ground
from tests import builders
from tests.builders import Network
from tests.e2e.film import Film
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones, camera_browser, code_for

RULES = 150
PHASES = ("protect", "inspect_pack", "unpack", "pre_check", "install", "test_run", "explain", "clean")
SLOWER = 4
ROUNDS = 9
DAY_JOBS = 12
DAY_PACKS = ("base_delivery", "air_conditioner", "water_heater")
# Until all phases are there, and the rows of the one that is open.
_OPEN_JOB = """([address, phases]) => new Promise((resolve) => {
  const begin = performance.now();
  location.hash = address;
  const look = () => document.querySelectorAll('details.phase').length === phases && document.querySelector('[data-testid=step]')
    ? requestAnimationFrame(() => resolve(performance.now() - begin)) : setTimeout(look, 4);
  look();
})"""
# From the tap until the phone says that it is saved, and goes on to what comes next.
_SAVE = """() => new Promise((resolve) => {
  const begin = performance.now();
  const before = location.hash;
  document.querySelector('[data-testid=save]').click();
  const look = () => location.hash !== before ? resolve(performance.now() - begin) : setTimeout(look, 1);
  look();
})"""


def measure(ground: Ground) -> dict[str, Any]:
    """Milliseconds and bytes; the goals are those of the checklist's and the day's issue."""
    with _phones(ground) as phones:
        return {**_checklist(ground, phones), **_day(ground, phones)}


@contextmanager
def _phones(ground: Ground) -> Iterator[Phones]:
    with tempfile.TemporaryDirectory(prefix="doorstep-film-") as folder, sync_playwright() as playwright:
        film = Film(Path(folder) / "now.mjpeg")
        with camera_browser(playwright, film.path) as browser:
            phones = Phones(browser, film, ground.server.url)
            yield phones
            phones.put_away()


def _checklist(ground: Ground, phones: Phones) -> dict[str, Any]:
    network = builders.network(ground.app, "checklist", standards_published=False)
    with writing() as session:
        standards.publish(session, network.tenant_id, json.dumps(_long_standard(), ensure_ascii=False).encode())
    job_id = network.job("wang")
    phone = phones.enrolled(network)
    phone.go_offline()
    phone.arrive(job_id)
    page = phone.page
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    opened = [_opening(page, cdp, job_id) for _ in range(ROUNDS)]
    saved = _saving(phone, cdp, job_id)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return {
        "rules": RULES,
        "cpu_slower": SLOWER,
        "open_scripting_ms": _median(opened, "ScriptDuration"),
        "open_main_thread_ms": _median(opened, "TaskDuration"),
        "open_whole_ms": _median(opened, "whole"),
        "answers": len(saved),
        "save_scripting_ms": _median(saved, "ScriptDuration"),
        "save_main_thread_ms": _median(saved, "TaskDuration"),
        "save_whole_ms": _median(saved, "whole"),
    }


def _opening(page: Page, cdp: CDPSession, job_id: str) -> dict[str, float]:
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_test_id("job-card").first).to_be_visible()
    page.wait_for_timeout(200)
    return _counted(cdp, lambda: page.evaluate(_OPEN_JOB, [f"#/job/{job_id}", len(PHASES)]))


def _saving(phone: Installer, cdp: CDPSession, job_id: str) -> list[dict[str, float]]:
    """Confirm one rule after the other; each is saved twice over, on its own."""
    phone.open_job(job_id)
    found: list[dict[str, float]] = []
    for number in range(1, RULES + 1):
        if len(found) == ROUNDS:
            break
        if _asked(number)["kind"] != "confirm":
            continue
        phone.open_step(job_id, _code(number))
        phone.page.wait_for_timeout(200)
        found.append(_counted(cdp, lambda: phone.page.evaluate(_SAVE)))
    return found


def _counted(cdp: CDPSession, act: Any) -> dict[str, float]:
    before = _metrics(cdp)
    whole = float(act())
    after = _metrics(cdp)
    return {"whole": whole} | {name: (after[name] - before[name]) * 1000 for name in ("ScriptDuration", "TaskDuration")}


def _metrics(cdp: CDPSession) -> dict[str, float]:
    return {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}


def _median(found: list[dict[str, float]], name: str) -> float:
    return round(statistics.median(one[name] for one in found), 1)


def _long_standard() -> dict[str, Any]:
    """A standard of 150 rules that all apply at once: confirmations, choices, readings and texts in turn, as real ones have."""
    return {
        "format": "doorstep-standard-v1",
        "standard_id": "long",
        "version": "1",
        "categories": [],
        "languages": ["en", "zh-Hans"],
        "title": _words("A long standard"),
        "photo_roles": {},
        "rules": [_rule(number) for number in range(1, RULES + 1)],
    }


def _rule(number: int) -> dict[str, Any]:
    return {
        "code": _code(number),
        "phase": PHASES[(number - 1) * len(PHASES) // RULES],
        "per": "job",
        "severity": "must",
        "actor": "installer",
        "when": {"service": "install"},
        "title": _words(f"Check number {number}"),
        "text": _words("Do it as the manual says, look at it twice, and say what you saw."),
        "evidence": [_asked(number)],
    }


def _asked(number: int) -> dict[str, Any]:
    kinds: tuple[dict[str, Any], ...] = (
        {"kind": "confirm"},
        {"kind": "choice", "options": [{"value": name, "title": _words(name)} for name in ("good", "poor", "none")]},
        {"kind": "reading", "unit": "V", "min": "198", "max": "242", "decimals": 0},
        {"kind": "text"},
    )
    return kinds[number % len(kinds)]


def _code(number: int) -> str:
    return f"LS-{number:03d}"


def _words(text: str) -> dict[str, str]:
    return {"en": text, "zh-Hans": f"{text}（中文）"}


def _day(ground: Ground, phones: Phones) -> dict[str, Any]:
    """A new phone's first day: what it asks for, how often it has to wait for an answer before it can ask on, and how many bytes."""
    network = _day_network(ground)
    phone = phones.blank()
    answers: list[Response] = []
    phone.page.on("response", lambda answer: answers.append(answer) if _is_asked_after_enrolling(answer) else None)
    phone.enrol(f"{phones.url}/app/#enrol={code_for(network, 'wang')}")
    expect(phone.by("job-card")).to_have_count(DAY_JOBS)
    expect(phone.by("not-ready")).to_have_count(0)
    return {
        "day_jobs": DAY_JOBS,
        "day_packs": len(DAY_PACKS),
        "day_requests": len(answers),
        "day_round_trips": _waves(answers),
        "day_bytes_sent": sum(answer.request.sizes()["responseBodySize"] for answer in answers),
    }


def _day_network(ground: Ground) -> Network:
    network = builders.network(ground.app, "day", standards_published=False)
    with writing() as session:
        for raw in current():
            if json.loads(raw)["standard_id"] in DAY_PACKS:
                standards.publish(session, network.tenant_id, raw)
    for number in range(DAY_JOBS):
        network.job("wang", units=[{"gtin": (builders.SPLIT, builders.HEATER)[number % 2], "serial": f"SN{number:05d}"}])
    return network


def _is_asked_after_enrolling(answer: Response) -> bool:
    return "/api/v1/sync" in answer.url or "/api/v1/standards/" in answer.url


def _waves(answers: list[Response]) -> int:
    """How many of the requests began only after all earlier ones had been answered."""
    spans = sorted((timing["startTime"], timing["startTime"] + timing["responseEnd"]) for timing in (one.request.timing for one in answers))
    waves, busy_until = 0, 0.0
    for begin, end in spans:
        if begin >= busy_until:
            waves += 1
        busy_until = max(busy_until, end)
    return waves
