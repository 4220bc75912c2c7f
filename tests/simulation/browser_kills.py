"""Chromium killed while it saves: `python -m tests.simulation.browser_kills --count N --seed S`.

The phone's engine, as it ships, saves notes and photos one after the other and tells of each the moment it was said to be saved.
All of the browser's processes are killed at a drawn moment, some while the app is still starting. The next start must have every
fact that was told of, once, with its bytes and both its copies, an unbroken log, and a key that signs. Every few kills what is on
the phone is sent, and the office must count each fact once.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, Playwright, sync_playwright
from sqlalchemy import select
from werkzeug.wrappers import Request, Response

from app.config import Settings
from app.factory import create_app
from app.store.db import db
from app.store.events import EventRow
from tests import world as worlds
from tests.e2e import engine_server
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.engine_server import EngineServer
from tests.gunicorn import flask

TOLD = "/api/told"
KILLS_A_PHONE = 20
_STARTING = 0.2
_SAVING_S, _STARTING_S = 0.9, 0.5

Json = dict[str, Any]


@dataclass
class Phone:
    """One phone whose network is dead until the end, and what it said that it had saved."""

    browser: PhoneBrowser
    server: EngineServer
    told: dict[str, Json] = field(default_factory=dict)
    online: bool = False
    key: str | None = None

    def answer(self, request: Request, real: Any) -> Response:
        """Hear what was saved; let nothing else through while the network is dead."""
        if request.path == TOLD:
            fact = request.get_json(force=True)
            self.told[fact["event_id"]] = fact
            return Response(status=204)
        response: Response = real() if self.online else Response(status=502)
        return response

    def start(self) -> Page:
        """Start the browser, and wait until the app has put its storage in order."""
        page = self.browser.open()
        page.goto(f"{self.server.url}/")
        page.wait_for_function("globalThis.booted === true")
        return page


@dataclass
class Found:
    """What all kills of a run came to."""

    facts: int = 0
    lost: int = 0
    duplicated: int = 0
    holes: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failures: list[Json] = field(default_factory=list)


def run(count: int, seed: int, bundle: Path) -> tuple[Found, int]:
    """Kill so often; what came of it, and the last seed."""
    found = Found()
    last = seed
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for number, first in enumerate(range(0, count, KILLS_A_PHONE)):
            last = seed + number
            kills = min(KILLS_A_PHONE, count - first)
            with _phone(playwright, bundle, Path(folder) / str(number)) as (phone, office, job_id):
                why = _kill_often(phone, kills, random.Random(last), job_id, found) or _deliver(phone, office, found)
            if why:
                found.failures.append({"seed": last, "why": why})
    return found, last


def _kill_often(phone: Phone, kills: int, chance: random.Random, job_id: str, found: Found) -> str | None:
    for number in range(kills):
        if chance.random() < _STARTING:
            found.faults["while starting"] += 1
            page = phone.browser.open()
            page.goto(f"{phone.server.url}/", wait_until="commit")
            _kill_after(phone, page, chance.random() * _STARTING_S)
        page = phone.start()
        page.evaluate("([job, at, name]) => void engine.saveUntilKilled(job, at, name)", [job_id, TOLD, f"k{number}"])
        found.faults["while saving"] += 1
        _kill_after(phone, page, 0.05 + chance.random() * _SAVING_S)
        page = phone.start()
        why = _missing(phone, page, found)
        phone.browser.kill()
        if why:
            return f"kill {number + 1}: {why}"
    return None


def _kill_after(phone: Phone, page: Page, wait_s: float) -> None:
    with suppress(PlaywrightError):
        page.wait_for_timeout(wait_s * 1_000)
    phone.browser.kill()


def _missing(phone: Phone, page: Page, found: Found) -> str | None:
    """What is not as it was said to be, in words; counted as well."""
    here = page.evaluate("engine.whatIsHere()")
    phone.key = phone.key or here["key"]
    told = list(phone.told.values())
    lost = [fact for fact in told if here["ids"].get(fact["event_id"], 0) == 0]
    torn = [fact for fact in told if fact["sha256"] and here["blobs"].get(fact["sha256"]) != [True, True]]
    single = [fact for fact in told if fact["copies"] == 2 and fact["event_id"] not in here["filed"]]
    twice = [event_id for event_id, times in here["ids"].items() if times > 1]
    found.lost += len({fact["event_id"] for fact in [*lost, *torn]})
    found.duplicated += len(twice)
    found.holes += here["broken"] is not None
    wrong = {"lost": lost, "torn": torn, "in one copy": single, "twice": twice, "broken at": here["broken"]}
    wrong |= {"key": not here["signs"] or here["key"] != phone.key, "phase": page.evaluate("engine.app.phase.value") != "ready"}
    said = {name: value for name, value in wrong.items() if value}
    return json.dumps(said)[:500] if said else None


def _deliver(phone: Phone, office: Any, found: Found) -> str | None:
    """Send all; the office counts each fact once."""
    phone.online = True
    page = phone.start()
    page.evaluate("engine.sync.syncNow()")
    try:
        page.wait_for_function("engine.sync.status.value.pending === 0 && engine.sync.status.value.last_ok_at !== null", timeout=180_000)
    except PlaywrightError:
        return f"not delivered: {json.dumps(page.evaluate('engine.sync.status.value'))}"
    with office.app_context():
        counts = Counter(db.session.scalars(select(EventRow.event_id).where(EventRow.standing.in_(("folded", "device")))))
    lost = [event_id for event_id in phone.told if counts[event_id] == 0]
    twice = [event_id for event_id, times in counts.items() if times > 1]
    found.facts += len(phone.told)
    found.lost += len(lost)
    found.duplicated += len(twice)
    return f"at the office: lost {lost}, twice {twice}" if lost or twice else None


@contextmanager
def _phone(playwright: Playwright, bundle: Path, folder: Path) -> Iterator[tuple[Phone, Any, str]]:
    """An enrolled phone with one job, beside an office of its own."""
    folder.mkdir()
    named = {
        "DOORSTEP_DATA": str(folder),
        "DOORSTEP_DATABASE_URL": f"sqlite:///{folder / 'doorstep.db'}",
        "DOORSTEP_SECRET_KEY": "for kills only",
    }
    flask(named, "db", "upgrade")
    app = create_app(Settings.from_env({**named, "DOORSTEP_PUBLIC_URL": "http://localhost"}))
    with app.app_context():
        world = worlds.make(app.extensions["doorstep"])
        world.job(world.wang)
        code = world.code()
    browser = PhoneBrowser(playwright, folder / "profile")
    with engine_server.serving(app, bundle) as server:
        phone = Phone(browser, server, online=True)
        server.fault = phone.answer
        try:
            page = phone.start()
            page.evaluate("code => engine.app.enrol(code, 'to be killed')", code)
            page.wait_for_function("engine.jobs.jobs.value.length === 1 && engine.jobs.jobs.value[0].steps.length > 0")
            job_id = page.evaluate("engine.jobs.jobs.value[0].job_id")
            phone.online = False
            browser.kill()
            yield phone, app, job_id
        finally:
            browser.kill()
            with app.app_context():
                db.engine.dispose()


def main(arguments: Sequence[str]) -> int:
    """Run, and print what was found as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.browser_kills", description=__doc__)
    parser.add_argument("--count", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        engine_server.build(Path(folder))
        found, last = run(options.count, options.seed, Path(folder))
    said = {
        "what": "browser_kills",
        "kills": options.count,
        "facts": found.facts,
        "faults": dict(found.faults),
        "lost": found.lost,
        "duplicated": found.duplicated,
        "holes": found.holes,
        "seeds": [options.seed, last],
        "seconds": round(time.monotonic() - began, 1),
        "failures": found.failures,
    }
    print(json.dumps(said))
    return int(bool(found.failures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
