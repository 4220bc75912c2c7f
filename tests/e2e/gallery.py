"""Draws every screen into `screenshots/`, with one page to look through: `make screenshots`, or `python -m tests.e2e.gallery [word…]`.

The demo day is what they show. With words, only screens with one of them in their name are drawn.
"""

import html
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from app.config import Settings
from app.factory import create_app
from app.services import enrol, review
from app.services.demo import day, pictures, seed
from app.store.db import db
from app.store.jobs import JobView
from app.store.people import User
from app.store.reference import StandardVersion
from tests.e2e import chromium, screens
from tests.e2e.film import Film
from tests.e2e.phones import Phones, camera_browser
from tests.gunicorn import ROOT, environment, flask, free_port, serving

FOLDER = ROOT / "screenshots"
LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# A small phone of today, and the smallest that is still carried.
SIZES = {"360": (360, 740), "320": (320, 568)}
DESK = (1440, 900)


@dataclass
class Album:
    """The pictures so far: by screen, each with what is different about it."""

    wanted: list[str]
    taken: dict[str, list[str]] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        """Whether a screen is to be drawn."""
        return not self.wanted or any(word in name for word in self.wanted)

    def phone(self, name: str, page: Page, language: str) -> None:
        """A phone's screen, by day and by night, on both sizes of phone, with text twice as large, for the sun, and on its side."""
        if not self.wants(name):
            return
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            for scheme in SCHEMES:
                self._shoot(name, page, f"{language}-{size}-{scheme}", scheme)
        page.set_viewport_size({"width": 360, "height": 740})
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        self._shoot(name, page, f"{language}-360-large", "light")
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.evaluate("document.documentElement.dataset.theme = 'sun'")
        self._shoot(name, page, f"{language}-360-sun", "light")
        page.evaluate("delete document.documentElement.dataset.theme")
        page.set_viewport_size({"width": 740, "height": 360})
        self._shoot(name, page, f"{language}-wide-light", "light")
        page.set_viewport_size({"width": 360, "height": 740})

    def desk(self, name: str, page: Page, language: str) -> None:
        """A page of the office, by day and by night."""
        if not self.wants(name):
            return
        for scheme in SCHEMES:
            self._shoot(name, page, f"{language}-{scheme}", scheme, whole=True)

    def _shoot(self, name: str, page: Page, variant: str, scheme: Literal["light", "dark"], whole: bool = False) -> None:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_timeout(120)
        page.screenshot(path=FOLDER / f"{name}-{variant}.png", full_page=whole)
        self.taken.setdefault(name, []).append(variant)

    def bound(self) -> None:
        """Write the page to look through."""
        parts = [
            f"<h2 id={name}>{html.escape(name)}</h2><div>"
            + "".join(
                f"<figure><img loading=lazy src='{name}-{variant}.png' alt=''><figcaption>{variant}</figcaption></figure>"
                for variant in variants
            )
            + "</div>"
            for name, variants in self.taken.items()
        ]
        style = "body{font:14px sans-serif;background:#888}div{display:flex;flex-wrap:wrap;gap:8px}figure{margin:0}"
        style += "img{max-height:640px;max-width:46vw}"
        (FOLDER / "index.html").write_text(
            f"<!doctype html><meta charset=utf-8><title>Doorstep</title><style>{style}</style>{''.join(parts)}"
        )


def main(words: Iterable[str] = ()) -> None:
    """Seed a demo day on a database of its own, serve it, and draw."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    album = Album(list(words))
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environ = environment(Path(folder) / "data", port) | {"DOORSTEP_SECRET_KEY": "a key for pictures only"}
        app = create_app(Settings.from_env(environ))
        assert flask(environ, "db", "upgrade").returncode == 0
        with app.app_context(), serving(environ, migrated=True) as server, sync_playwright() as playwright:
            seed.seed_demo(app.extensions["doorstep"])
            film = Film(Path(folder) / "film.mjpeg")
            _project(film)
            with camera_browser(playwright, film.path) as browser:
                for language, tag in LANGUAGES.items():
                    if not album.wanted or not all(word.startswith("desk") for word in album.wanted):
                        _phones(album, app, Phones(browser, film, server.url), language, tag)
                    _desk(album, app, browser, server.url, language, tag)
                _conformity(album, app, browser, server.url)
            db.session.remove()
            db.engine.dispose()
    album.bound()
    print(f"{sum(map(len, album.taken.values()))} pictures: {FOLDER / 'index.html'}")


def _phones(album: Album, app: Flask, phones: Phones, language: str, tag: str) -> None:
    """One walk through the installer's day."""
    office = app.extensions["doorstep"]
    for name, blank in screens.of_a_new_phone(phones, tag):
        album.phone(name, blank.page, language)
    found = seed.access(office)
    assert found is not None
    phone = phones.blank(tag)
    phone.enrol(f"{phones.url}/app/#enrol={enrol.make_code_for_login(office, found.installer).code}")
    album.phone("today-online", phone.page, language)
    phone.go_offline()
    # Two machines of the same installer: one for each walk.
    work, returned = _job({"en": 16, "zh": 12}[language]), _job(5)
    route = screens.Day(work, _unit_of(work), {"returned": returned})
    for walk in (screens.of_the_van(phone), screens.of_a_day(phone, route)):
        for name in walk:
            album.phone(name, phone.page, language)
    split = _job({"en": 13, "zh": 20}[language])
    advice = {"en": "Advised against this wall: the bed is in the draught.", "zh": "不建议装这面墙：床头会直吹。"}[language]
    for name in screens.of_a_split_unit(phone, split, _unit_of(split), advice):
        album.phone(name, phone.page, language)
    phones.put_away()


def _unit_of(job_id: str) -> str:
    return str(json.loads(db.session.get_one(JobView, job_id).state)["units"][0]["unit_id"])


def _desk(album: Album, app: Flask, browser: Browser, url: str, language: str, tag: str) -> None:
    """The office's main pages."""
    found = seed.access(app.extensions["doorstep"])
    assert found is not None
    context = browser.new_context(base_url=url, viewport={"width": DESK[0], "height": DESK[1]}, locale=tag)
    page = context.new_page()
    page.goto("/console/")
    expect(page.get_by_test_id("sign-in-go")).to_be_visible()
    album.desk("desk-sign-in", page, language)
    for number, login in enumerate(found.logins):
        page.context.clear_cookies()
        chromium.sign_in(page, login, found.password)
        page.wait_for_load_state("networkidle")
        album.desk(f"desk-first-page-{number}", page, language)
        if login == found.logins[-1]:
            _editor(album, page, language)
        if number > 0:
            continue
        for name, address in (
            ("job-finished", f"/console/jobs/{_job(3)}"),
            ("job-refused", f"/console/jobs/{_job(6)}"),
            ("job-returned", f"/console/jobs/{_job(5)}"),
            ("job-agreed", f"/console/jobs/{_job(4)}"),
            ("job-sealed", f"/console/jobs/{_job(1)}"),
            ("proof", f"/console/jobs/{_job(1)}/proof"),
            ("orders", "/console/orders"),
            ("new-order", "/console/orders/new"),
            ("people", "/console/people"),
            ("phones", "/console/phones"),
            ("phones-set-aside", "/console/phones/set-aside"),
            ("phones-rescue", "/console/phones/rescue"),
            ("standards", "/console/standards"),
            ("standard", f"/console/standards/{_standard('washing_machine')}"),
            ("conformity-none", "/console/conformity?period=own&from=2025-01-01&to=2025-01-31"),
            ("labels", f"/console/labels?job_id={_job(12)}"),
            ("verify", "/verify"),
        ):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            if name == "job-agreed":
                page.get_by_test_id("agreed").first.locator("summary").click()
            album.desk(f"desk-{name}", page, language)
    context.close()


def _conformity(album: Album, app: Flask, browser: Browser, url: str) -> None:
    """How jobs kept to their standards, when all that the day has finished is approved; on a phone's width too."""
    found = seed.access(app.extensions["doorstep"])
    assert found is not None
    if album.wants("desk-conformity") or album.wants("conformity-narrow"):
        _approve_all(app)
    for language, tag in LANGUAGES.items():
        context = browser.new_context(base_url=url, viewport={"width": DESK[0], "height": DESK[1]}, locale=tag)
        page = context.new_page()
        chromium.sign_in(page, found.logins[0], found.password)
        for name, address in (
            ("conformity", "/console/conformity?station=all"),
            ("conformity-jobs", "/console/conformity?station=all&by=job"),
            ("conformity-job", f"/console/jobs/{_job(3)}"),
        ):
            page.goto(address)
            page.wait_for_load_state("networkidle")
            album.desk(f"desk-{name}", page, language)
        page.set_viewport_size({"width": 375, "height": 740})
        page.goto("/console/conformity?station=all&by=standard")
        page.wait_for_load_state("networkidle")
        album.desk("conformity-narrow", page, language)
        context.close()


def _approve_all(app: Flask) -> None:
    """What a supervisor does who sees no fault."""
    for view in db.session.scalars(select(JobView).where(JobView.stage == "finished", JobView.blobs_missing == 0)).all():
        tenant_id, job_id, rev = view.tenant_id, view.job_id, view.rev
        boss = db.session.scalars(select(User.user_id).where(User.tenant_id == tenant_id, User.role == "supervisor")).first()
        review.approve(app.extensions["doorstep"], tenant_id, boss or "", job_id, rev=rev)


def _editor(album: Album, page: Page, language: str) -> None:
    """A draft as somebody writes it, and before it is published."""
    page.goto(f"/console/standards/{_standard('air_conditioner')}")
    page.get_by_test_id("copy-standard").click()
    page.get_by_test_id("outline").filter(has_text="AC-INS-07").click()
    page.get_by_test_id("title-en").first.fill("Fix the outdoor unit")
    expect(page.get_by_test_id("save-mark")).to_have_attribute("data-state", "saved")
    album.desk("desk-draft", page, language)
    page.get_by_test_id("outline").filter(has_text="AC-INS-08").click()
    page.get_by_test_id("text-zh-Hans").first.fill("")
    expect(page.get_by_test_id("editor-fault")).to_be_visible()
    album.desk("desk-draft-fault", page, language)
    page.get_by_test_id("editor-undo").click()
    expect(page.get_by_test_id("editor-fault")).to_have_count(0)
    page.get_by_test_id("editor-publish").click()
    expect(page.get_by_test_id("difference").first).to_be_visible()
    album.desk("desk-draft-publish", page, language)
    page.keyboard.press("Escape")
    page.goto("/console/standards")


def _job(number: int) -> str:
    """The demo day's job of that number."""
    db.session.rollback()
    reference = next(plan for plan in day.DAY if plan.number == number).order_ref(day.today())
    found: str = db.session.scalars(select(JobView.job_id).where(JobView.order_ref == reference)).one()
    return found


def _standard(standard_id: str) -> str:
    """The digest of a standard's newest version."""
    db.session.rollback()
    query = select(StandardVersion.digest).where(StandardVersion.standard_id == standard_id).order_by(StandardVersion.published_at.desc())
    found: str = db.session.scalars(query).first() or ""
    return found


def _project(film: Film) -> None:
    """Show the cameras one of the demo's drawn photos."""
    plan = next(plan for plan in day.DAY if plan.number == 12)
    scene = Image.open(io.BytesIO(pictures.photo("transit_bolts", plan.subject(day.today(), 0))))
    frame = io.BytesIO()
    scene.resize((1280, 960)).save(frame, "JPEG", quality=90)
    film.path.write_bytes(frame.getvalue() * 20)


if __name__ == "__main__":
    main(sys.argv[1:])
