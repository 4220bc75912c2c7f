"""A phone that lives through releases, cuts and kills, beside an office in the same process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Playwright, expect
from sqlalchemy import select

from app.config import Settings
from app.factory import create_app
from app.store.db import db
from app.store.events import EventRow
from tests import builders
from tests.builders import Network
from tests.e2e import releases
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.installer import Installer, until
from tests.e2e.phones import code_for
from tests.e2e.releases import Releases


@dataclass
class Roaming:
    """One enrolled phone with one job."""

    browser: PhoneBrowser
    server: Releases
    app: Flask
    network: Network
    job_id: str
    installer: Installer

    @property
    def page(self) -> Page:
        """What the phone shows."""
        return self.installer.page

    def by(self, testid: str) -> Any:
        """The element of that name."""
        return self.installer.by(testid)

    def reopen(self, path: str = "/app/") -> None:
        """Kill the browser, and open it again on the same profile."""
        self.browser.kill()
        self.installer = Installer(self.browser.open(), self.server.url)
        self.page.goto(self.server.url + path)

    def go(self, hash_: str) -> None:
        """Open one of the app's screens without loading the app anew."""
        self.page.evaluate("hash => { location.hash = hash; }", hash_)

    def note(self, text: str) -> None:
        """Record a note."""
        self.installer.note(self.job_id, text)

    def come_to_the_front(self) -> None:
        """As when somebody returns to the app."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def build(self) -> str:
        """Which build the app says it is."""
        self.go("#/settings")
        expect(self.by("settings")).to_be_visible()
        return str(self.by("settings").text_content())

    def until(self, expression: str) -> None:
        """Wait until an expression, or what it promises, is true."""
        until(self.page, expression)

    def worker(self, scope: str = "/app/") -> Any:
        """The states of the worker of that scope: active, waiting, installing."""
        found = """async (scope) => { const r = await navigator.serviceWorker.getRegistration(scope);
          return r && [r.active, r.waiting, r.installing].map((one) => one?.state ?? null); }"""
        return self.page.evaluate(found, scope)

    def notes(self) -> list[str]:
        """The texts of the notes that the office counts, each once."""
        with self.app.app_context():
            return [note["text"] for note in self.network.state(self.job_id)["notes"]]

    def standings(self) -> set[str]:
        """What the office made of the job's events."""
        with self.app.app_context():
            found = set(db.session.scalars(select(EventRow.standing).where(EventRow.job_id == self.job_id)))
            db.session.rollback()
            return found


@contextmanager
def roaming(playwright: Playwright, migrated: Path, folder: Path, patch: pytest.MonkeyPatch, release: Path) -> Iterator[Roaming]:
    """The phone, enrolled on that release, with its worker in charge, until the end of the block."""
    database = folder / "doorstep.db"
    database.write_bytes(migrated.read_bytes())
    named = {"DOORSTEP_DATA": str(folder), "DOORSTEP_DATABASE_URL": f"sqlite:///{database}", "DOORSTEP_SECRET_KEY": "a key for tests only"}
    app = create_app(Settings.from_env({**named, "DOORSTEP_PUBLIC_URL": "http://localhost"}))
    browser = PhoneBrowser(playwright, folder / "profile")
    with releases.serving(app, patch) as server:
        server.serve(release)
        with app.app_context():
            network = builders.network(app)
            job_id = network.job("wang")
            link = f"{server.url}/app/#enrol={code_for(network, 'wang')}"
            db.session.remove()
        try:
            installer = Installer(browser.open(), server.url)
            installer.enrol(link)
            yield Roaming(browser, server, app, network, job_id, installer)
        finally:
            browser.kill()
            with app.app_context():
                db.engine.dispose()
