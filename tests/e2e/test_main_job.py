"""The main job, end to end: a phone without a network, a browser that is killed, an office that sends one photo back, a proof."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Playwright, expect

from app.services import enrol
from tests import builders
from tests.builders import Network
from tests.e2e import chromium, film
from tests.e2e.chromium import PhoneBrowser
from tests.e2e.installer import Installer
from tests.live import Live

# What the phone itself holds of a job's photos: the SHA-256 that each photo's bytes have in its own store, read by the page.
HELD_PHOTOS = """async () => {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('bl');
  const found = {};
  for await (const [name, handle] of folder.entries()) {
    const bytes = await (await handle.getFile()).arrayBuffer();
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    found[name] = [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, '0')).join('');
  }
  return found;
}"""


def test_the_main_job(
    served: Live, network: Network, playwright: Playwright, new_phone: Callable[..., PhoneBrowser], tmp_path: Path
) -> None:
    url = served.server.url
    job_id = network.job("wang")
    unit_id = network.state(job_id)["units"][0]["unit_id"]
    code = enrol.make_code(network.office, network.tenant_id, network.people["wang"], None).code
    label = f"{url}/l/{unit_id}"
    phone = new_phone(film=film.of_label(label, tmp_path / "label.mjpeg"))

    # Enrol, go offline, begin.
    installer = Installer(phone.open(), url)
    installer.enrol(f"{url}/app/#enrol={code}")
    installer.go_offline()
    installer.open_job(job_id)
    assert installer.do_everything_until("sign-off") == "sign-off"
    assert installer.photos >= 3
    before = installer.page.evaluate(HELD_PHOTOS)
    assert 3 <= len(before) <= installer.photos, "the film's frames come round: two photos may be the same bytes"
    assert all(name == digest for name, digest in before.items())

    # The phone dies in the middle of the job, and is opened again without a network: everything saved is there.
    phone.kill()
    installer = Installer(phone.open(), url)
    installer.go_offline()
    installer.open_job(job_id)
    assert installer.page.evaluate(HELD_PHOTOS) == before
    assert installer.do_everything_until("finish") == "finish"
    installer.by("finish-complete").click()
    expect(installer.by("finished")).to_be_visible()
    held = installer.page.evaluate(HELD_PHOTOS)
    assert len(held) == len(before) + 2, "the statement and the strokes came on top"
    assert network.state(job_id)["stage"] == "dispatched", "the office knows nothing yet"

    # A network again: it sends by itself, and the office holds exactly that job.
    installer.go_offline(False)
    expect(installer.by("sync-bar")).to_contain_text("Everything delivered", timeout=60_000)
    view = network.view(job_id)
    assert (view.stage, view.blobs_missing, view.anomalies) == ("finished", 0, 0)
    photos = network.state(job_id)["photos"]
    assert {photo["sha256"] for photo in photos} == set(before)
    for sha256 in held:
        stored = network.office.blobs.path(network.tenant_id, sha256).read_bytes()
        assert hashlib.sha256(stored).hexdigest() == sha256

    # The office sends one photo back; it is taken again without a network, and comes back beside the original.
    with chromium.desk(playwright, url) as desk:
        sign_in(desk, network)
        desk.goto(f"/console/jobs/{job_id}")
        expect(desk.get_by_test_id("photo-frame")).to_be_visible()
        desk.get_by_test_id("reason-blurred").click()
        desk.get_by_test_id("send-back").click()
        expect(desk.get_by_test_id("stage")).to_contain_text("Sent back", timeout=20_000)
        finding = network.state(job_id)["findings"][0]
        assert (finding["reason"], finding["status"]) == ("blurred", "open")

        installer.page.reload()
        installer.open_job(job_id)
        expect(installer.by("finding")).to_be_visible(timeout=60_000)
        installer.go_offline()
        installer.by("answer-finding").click()
        installer.take_retake()
        expect(installer.by("finding")).to_have_count(0)
        assert network.state(job_id)["stage"] == "returned", "the office knows nothing yet"
        installer.go_offline(False)
        expect(installer.by("sync-bar")).to_contain_text("Everything delivered", timeout=60_000)
        state = network.state(job_id)
        assert state["stage"] == "finished"
        original = next(photo for photo in state["photos"] if photo["photo_id"] == finding["photo_id"])
        assert original["replaced_by"] == state["photos"][-1]["photo_id"]

        # Approve; the proof prints on one or two pages, and anyone can check it.
        desk.reload()
        expect(desk.get_by_test_id("approve")).to_be_enabled()
        desk.get_by_test_id("approve").click()
        expect(desk.get_by_test_id("stage")).to_contain_text("proof sealed", timeout=20_000)
        desk.goto(f"/console/jobs/{job_id}/proof")
        expect(desk.get_by_test_id("proof")).to_be_visible()
        printed = tmp_path / "proof.pdf"
        printed.write_bytes(desk.pdf(format="A4", print_background=True))
        assert pages_of(printed) <= 2
        check_proof(desk, network, job_id, tmp_path)

    served.check_views_and_logs()
    assert served.server.flask("doctor").stdout == ""


def sign_in(desk: Page, network: Network) -> None:
    """Sign in as a supervisor."""
    desk.goto("/console/")
    desk.get_by_test_id("login").fill(f"sun.{network.name}")
    desk.get_by_test_id("password").fill(builders.PASSWORD)
    desk.get_by_test_id("sign-in-go").click()
    expect(desk.get_by_test_id("queue")).to_be_visible()


def pages_of(pdf: Path) -> int:
    """How many pages a PDF has."""
    told = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True, check=True).stdout
    return int(next(line.split()[-1] for line in told.splitlines() if line.startswith("Pages:")))


def check_proof(desk: Page, network: Network, job_id: str, tmp_path: Path) -> None:
    """The page for anyone takes the proof, and refuses a copy with one letter changed; the command line agrees."""
    link = desk.get_by_test_id("verify-link").get_attribute("href")
    with desk.expect_download() as download:
        desk.get_by_test_id("download-proof").click()
    file = tmp_path / "proof.json"
    download.value.save_as(file)
    assert link is not None
    desk.goto(link)
    expect(desk.get_by_test_id("link-verdict")).to_have_class("notice ok")
    desk.set_input_files("input[type=file]", file)
    expect(desk.get_by_test_id("file-verdict")).to_have_attribute("data-judgement", "genuine")
    forged = json.loads(file.read_text())
    forged["document"] = forged["document"].replace("陈静", "陈诤", 1)
    desk.set_input_files("input[type=file]", {"name": "forged.json", "mimeType": "application/json", "buffer": json.dumps(forged).encode()})
    expect(desk.get_by_test_id("file-verdict")).to_have_attribute("data-judgement", "changed")
    told = network.app.test_cli_runner().invoke(args=["proof", "verify", str(file)])
    assert (told.exit_code, told.stdout) == (0, "The proof is intact and signed by this office.\n")
    (tmp_path / "forged.json").write_text(json.dumps(forged))
    assert network.app.test_cli_runner().invoke(args=["proof", "verify", str(tmp_path / "forged.json")]).exit_code == 1
