"""Releases come and go under a phone with unsent work: nothing is lost, nothing waits for the network, and there is always a way out."""

import json
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect
from werkzeug.wrappers import Request, Response

from app import pwa
from app.services import standards
from app.standards import current
from app.store.db import writing
from tests.e2e import releases
from tests.e2e.releases import Changes, build_id, no_network, no_office
from tests.e2e.roaming import Roaming, roaming

# A later release: it writes records of another schema, with a member that this one does not know.
LATER: Changes = {
    "src/db/chain.ts": [
        (
            "    schema: 1,\n    device_id: writer.device_id,",
            "    schema: 2 as 1,\n    ...{ added: 'later' },\n    device_id: writer.device_id,",
        )
    ]
}
# A bad one: its first line throws.
BROKEN: Changes = {"src/ui/installer/main.tsx": [("followAddress();", "throw new Error('a bad release');\nfollowAddress();")]}


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release that `make` has built; a copy, because it may be made anew meanwhile."""
    return Path(shutil.copytree(pwa.STATIC, tmp_path_factory.mktemp("present") / "static"))


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releases.build(tmp_path_factory.mktemp("later"), LATER)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return releases.build(tmp_path_factory.mktemp("broken"), BROKEN)


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def phone(
    playwright: Playwright, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, patch: pytest.MonkeyPatch, present: Path
) -> Iterator[Roaming]:
    """One phone, which lives through all the tests of this file in their order."""
    with roaming(playwright, migrated_sqlite, tmp_path_factory.mktemp("updates"), patch, present) as phone:
        yield phone


def await_worker(phone: Roaming, *states: str | None) -> None:
    """Until the active, the waiting and the installing worker are in these states."""
    deadline = time.monotonic() + 20
    while phone.worker() != list(states):
        assert time.monotonic() < deadline, phone.worker()
        phone.page.wait_for_timeout(50)


def await_waiting(phone: Roaming) -> None:
    """Until the new version is installed beside the old one."""
    await_worker(phone, "activated", "installed", None)


def use_new_version(phone: Roaming) -> None:
    """Tap the offer, at a safe place."""
    phone.go("#/")
    with phone.page.expect_navigation():
        phone.by("update-now").click()
    await_worker(phone, "activated", None, None)
    expect(phone.by("job-card").first).to_be_visible(timeout=20_000)


def test_h57_h61_the_worker_rules_the_start_address_and_is_asked_for_anew(phone: Roaming) -> None:
    assert phone.page.evaluate("navigator.serviceWorker.controller !== null")
    await_worker(phone, "activated", None, None)
    for worker in ("/app/sw.js", "/verify/sw.js", "/rescue/sw.js"):
        with urllib.request.urlopen(phone.server.url + worker) as answer:
            assert answer.headers["Cache-Control"] == "no-cache", worker
    with urllib.request.urlopen(f"{phone.server.url}/static/app.webmanifest") as answer:
        manifest = json.load(answer)
    assert manifest["start_url"].startswith(manifest["scope"])
    assert phone.page.evaluate("navigator.serviceWorker.getRegistration('/app/').then((r) => r.updateViaCache)") == "none"
    phone.server.seen.clear()
    phone.come_to_the_front()
    deadline = time.monotonic() + 10
    while "/app/sw.js" not in phone.server.seen and time.monotonic() < deadline:
        phone.page.wait_for_timeout(50)
    assert "/app/sw.js" in phone.server.seen


def test_h59_a_server_that_accepts_and_never_answers_keeps_nobody_waiting(phone: Roaming) -> None:
    def hang(_request: Request, _answer: Callable[[], Response]) -> Response:
        time.sleep(20)
        return Response(status=502)

    with phone.server.faulty(hang):
        phone.page.goto("about:blank")
        began = time.monotonic()
        phone.page.goto(f"{phone.server.url}/app/", wait_until="commit")
        phone.by("job-card").first.click()
        expect(phone.by("job")).to_be_visible()
        took_s = time.monotonic() - began
        phone.page.goto("about:blank")
    # Two seconds on an idle machine; the limit here leaves room for one that is not.
    assert took_s < 8, took_s


def test_files_that_a_browser_threw_away_are_fetched_again(phone: Roaming) -> None:
    phone.page.goto(f"{phone.server.url}/app/")
    kept = "caches.open((await caches.keys()).find((name) => name.endsWith('/app/')))"
    count = f"(async () => (await (await {kept}).keys()).length)()"
    before = phone.page.evaluate(count)
    throw = f"const c = await {kept}; const all = await c.keys(); const gone = [await c.delete(all[3]), await c.delete(all.at(-1))];"
    assert phone.page.evaluate(f"(async () => {{ {throw} return gone; }})()") == [True, True]
    with phone.server.faulty(no_network):
        phone.page.reload()
        expect(phone.by("not-ready")).to_have_count(1, timeout=20_000)
    phone.page.reload()
    expect(phone.by("job-card")).to_have_count(1)
    expect(phone.by("not-ready")).to_have_count(0, timeout=20_000)
    assert phone.page.evaluate(count) == before


def test_h58_half_an_update_is_none(phone: Roaming, present: Path, later: Path) -> None:
    """Some of the new files fail, some are a login page that calls itself a script: the old version stays whole."""
    refused: list[str] = []

    def bad_line(request: Request, answer: Callable[[], Response]) -> Response:
        if request.path.startswith("/api/"):
            return Response(status=502)
        if "/assets/" in request.path and sum(map(ord, request.path)) % 3 == 0:
            refused.append(request.path)
            return Response("<html>Log in</html>", content_type="text/javascript") if len(refused) % 2 else Response(status=502)
        return answer()

    phone.server.serve(later)
    with phone.server.faulty(bad_line):
        outcome = phone.page.evaluate(
            """() => navigator.serviceWorker.getRegistration('/app/').then(async (r) => {
              const gone = new Promise((resolve) => r.addEventListener('updatefound', () => {
                r.installing.addEventListener('statechange', (event) => event.target.state === 'redundant' && resolve('redundant'));
              }));
              await r.update().catch(() => undefined);
              return Promise.race([gone, new Promise((resolve) => setTimeout(() => resolve('still there'), 15_000))]);
            })"""
        )
    assert outcome == "redundant"
    assert refused
    assert phone.worker() == ["activated", None, None]
    with phone.server.faulty(no_network):
        phone.reopen()
        expect(phone.by("job-card").first).to_be_visible(timeout=20_000)
        phone.go(f"#/job/{phone.job_id}/note")
        expect(phone.by("note-screen")).to_be_visible()
        assert build_id(present) in phone.build()


def test_h56_an_update_waits_for_a_safe_point_and_keeps_the_outbox(phone: Roaming, later: Path) -> None:
    phone.server.fault = no_office
    phone.note("from the old release")
    phone.go(f"#/job/{phone.job_id}/note")
    phone.by("note-text").fill("half written")
    phone.page.evaluate("globalThis.sameDocument = true")
    phone.server.serve(later)
    phone.come_to_the_front()
    await_waiting(phone)
    # The old version goes on, with all its screens, though the server no longer has their files.
    expect(phone.by("update")).to_have_count(0)
    for hash_, screen in (
        (f"#/job/{phone.job_id}/photo?id=ARR-02&unit=&role=shoe_covers", "camera"),
        ("#/outbox", "outbox"),
        ("#/check", "day-check"),
    ):
        phone.go(hash_)
        expect(phone.page.locator(f"[data-testid={screen}]").first).to_be_visible()
    assert phone.page.evaluate("globalThis.sameDocument") is True
    phone.go("#/outbox")
    waiting = phone.by("pending").count()
    assert waiting > 0
    use_new_version(phone)
    assert phone.page.evaluate("globalThis.sameDocument") is None
    phone.go("#/outbox")
    expect(phone.by("pending")).to_have_count(waiting)
    assert build_id(later) in phone.build()
    phone.go(f"#/job/{phone.job_id}/note")
    expect(phone.by("note-text")).to_have_value("half written")
    phone.note("from the later release")


def test_h24_back_to_the_old_release_with_newer_records(phone: Roaming, present: Path) -> None:
    phone.server.serve(present)
    phone.come_to_the_front()
    await_waiting(phone)
    phone.reopen()  # a cold start: it is used
    expect(phone.by("job-card").first).to_be_visible(timeout=20_000)
    assert build_id(present) in phone.build()
    phone.go(f"#/job/{phone.job_id}")
    expect(phone.page.get_by_text("from the later release")).to_be_visible()
    phone.note("from the old release again")
    phone.go("#/outbox")
    expect(phone.by("pending")).to_have_count(3)


def test_h60_a_bad_release_leads_to_the_rescue_and_the_next_good_one_has_everything(phone: Roaming, broken: Path, later: Path) -> None:
    phone.server.serve(broken)
    phone.come_to_the_front()
    await_waiting(phone)
    phone.reopen()  # a cold start: the waiting version is used
    expect(phone.page.get_by_text("Doorstep does not start.")).to_be_visible(timeout=15_000)
    with phone.server.faulty(no_network):
        phone.page.get_by_role("link", name="Get it out of this phone").click()
        expect(phone.by("state")).to_have_attribute("data-waiting", "3")
        # Without a connection there would be no app at all, so nothing is thrown away.
        phone.by("renew").click()
        expect(phone.page.get_by_text("The office does not answer.")).to_be_visible()
    phone.server.serve(later)
    phone.server.fault = None
    phone.by("renew").click()
    expect(phone.by("job-card").first).to_be_visible(timeout=20_000)
    phone.installer.wait_until_offline_works()
    phone.installer.deliver()
    assert phone.notes() == ["from the old release", "from the later release", "from the old release again"]
    assert phone.standings() == {"folded"}


def test_h62_a_download_that_was_killed_half_way_is_not_called_ready_and_goes_on(phone: Roaming) -> None:
    [base] = [one for one in map(json.loads, current()) if one["standard_id"] == "base_delivery"]
    with phone.app.app_context():
        with writing() as session:
            standards.publish(session, phone.network.tenant_id, json.dumps(base | {"version": "2027.1"}).encode())
        phone.network.job("wang")

    def no_standards(request: Request, answer: Callable[[], Response]) -> Response:
        return Response(status=502) if "/standards/" in request.path else answer()

    with phone.server.faulty(no_standards):
        phone.go("#/outbox")
        phone.by("try-now").click()
        phone.go("#/")
        expect(phone.by("job-card")).to_have_count(2)
        expect(phone.by("not-ready")).to_have_count(1, timeout=20_000)
        phone.reopen()
        expect(phone.by("not-ready")).to_have_count(1, timeout=20_000)
    phone.reopen()
    expect(phone.by("job-card")).to_have_count(2)
    expect(phone.by("not-ready")).to_have_count(0, timeout=40_000)
