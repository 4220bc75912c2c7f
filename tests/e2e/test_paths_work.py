"""Work that does not go as planned, recorded without a network: nobody home, cannot do it, out of limits, photos from files, refusals."""

import hashlib
import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Playwright, expect

from tests import builders
from tests.builders import Network
from tests.e2e import chromium
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

JOBS = ("standing", "closed_door", "refused", "absent", "shared")


@pytest.fixture(scope="module")
def jobs(people: Network) -> dict[str, str]:
    """Jobs by what will happen there. The last one belongs to a crew of two."""
    return {name: people.job("wang", *(["li"] if name == "shared" else [])) for name in JOBS}


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, jobs: dict[str, str]) -> Installer:
    """A phone without a network, at the door of the first customer."""
    assert jobs
    phone = phones.enrolled(people)
    phone.go_offline()
    phone.arrive(jobs["standing"])
    return phone


@pytest.fixture(scope="module")
def unit(people: Network, jobs: dict[str, str]) -> str:
    """The machine of the first customer."""
    found: str = people.state(jobs["standing"])["units"][0]["unit_id"]
    return found


def test_a_step_that_cannot_be_done(installer: Installer, jobs: dict[str, str], unit: str) -> None:
    installer.open_step(jobs["standing"], "UNP-01", unit)
    before = installer.recorded()
    installer.by("cannot").click()
    installer.by("exception-save").click()
    expect(installer.by("exception")).to_contain_text("Choose one")
    installer.by("exception-customer_waived").click()
    installer.by("exception-save").click()
    expect(installer.by("exception")).to_contain_text("A few words are needed")
    assert installer.recorded() == before, "nothing is recorded without its reason"
    installer.by("exception-note").fill("She wants to open it with her son tonight.")
    installer.by("exception-save").click()
    expect(installer.by("toast")).to_contain_text("Saved on this phone")
    installer.open_step(jobs["standing"], "UNP-01", unit)
    expect(installer.by("answer")).to_contain_text("The customer asked to open it alone — She wants to open it with her son tonight.")
    expect(installer.by("step-state")).to_contain_text("Exception")


def test_a_reading_out_of_limits(installer: Installer, jobs: dict[str, str], unit: str) -> None:
    installer.open_step(jobs["standing"], "WM-PRE-02", unit)
    before = installer.recorded()
    installer.by("save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text("Write a number")
    installer.by("reading").fill("253")
    expect(installer.by("limits")).to_have_attribute("data-within", "false")
    installer.by("save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text("A few words are needed")
    assert installer.recorded() == before
    installer.by("outside-note").fill("Measured three times, the meter is new.")
    installer.save_step()
    expect(installer.by("toast")).to_contain_text("Saved on this phone")
    installer.open_step(jobs["standing"], "WM-PRE-02", unit)
    expect(installer.by("answer")).to_contain_text("253 V")
    expect(installer.by("step-state")).to_contain_text("Out of limits")
    installer.open_job(jobs["standing"])
    expect(installer.by("note")).to_contain_text("Measured three times, the meter is new.")


def test_an_answer_is_taken_back(installer: Installer, jobs: dict[str, str]) -> None:
    installer.open_step(jobs["standing"], "SIT-01")
    installer.by("choice-moved").click()
    installer.save_step()
    installer.by("toast-undo").click()
    expect(installer.by("toast")).to_contain_text("Answer taken back")
    installer.open_step(jobs["standing"], "SIT-01")
    expect(installer.by("choice-moved")).to_be_visible()
    expect(installer.by("answer")).to_have_count(0)


def test_a_picture_from_a_file_is_made_upright(installer: Installer, jobs: dict[str, str], unit: str) -> None:
    installer.visit(jobs["standing"], "photo", id="BOX-01", unit=unit, role="box")
    installer.by("file").set_input_files({"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": turned_picture()})
    expect(installer.by("last-photo")).to_be_visible()
    installer.open_step(jobs["standing"], "BOX-01", unit)
    stored = photo_on_phone(installer, installer.by("photo").get_attribute("data-sha256"))
    upright = Image.open(io.BytesIO(stored))
    assert upright.size == (600, 800), "the camera was held upright"
    assert not upright.getexif()
    red, blue = upright.convert("RGB").getpixel((300, 100)), upright.convert("RGB").getpixel((300, 700))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] > blue[0] + 60, "the top of the scene is at the top of the picture"


def test_a_file_that_is_no_picture(installer: Installer, jobs: dict[str, str], unit: str) -> None:
    installer.visit(jobs["standing"], "photo", id="WM-INS-01", unit=unit, role="transit_bolts")
    before = installer.recorded()
    installer.by("file").set_input_files({"name": "IMG_2.JPG", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 not a picture"})
    expect(installer.by("photo-trouble")).to_contain_text("This file is no picture that the phone can read. Nothing was saved.")
    assert installer.recorded() == before
    # The camera goes on: the next photo is taken with it.
    installer.take_photo()
    expect(installer.by("photo-trouble")).to_have_count(0)
    assert installer.recorded() == before + 1


def test_a_photo_is_taken_again(installer: Installer, jobs: dict[str, str], unit: str) -> None:
    installer.open_step(jobs["standing"], "WM-INS-01", unit)
    installer.by("photo").click()
    installer.by("retake").click()
    installer.take_retake()
    expect(installer.by("photo")).to_have_count(1)
    installer.by("photo").click()
    installer.by("remove-photo").click()
    expect(installer.by("toast")).to_contain_text("The office still sees that it existed")
    expect(installer.by("photo")).to_have_count(0)


def test_nobody_opens_the_door(installer: Installer, jobs: dict[str, str]) -> None:
    installer.arrive(jobs["closed_door"])
    installer.by("fail-visit").click()
    installer.by("reason-nobody_home").click()
    installer.by("fail-save").click()
    expect(installer.by("fail-lacking")).to_contain_text("Front door, which of these")
    installer.by("add-photo").click()
    installer.take_photo()
    installer.by("camera-done").click()
    # The reason was kept while the camera was open.
    installer.by("fail-choice-called_three_times").click()
    installer.by("fail-text").fill("The neighbour has not seen her since Monday.")
    installer.by("fail-save").click()
    expect(installer.by("toast")).to_contain_text("Recorded. The office decides")
    expect(installer.by("job")).to_contain_text("The visit failed.")
    expect(installer.by("stage")).to_contain_text("Visit failed")


def test_the_customer_refuses(installer: Installer, jobs: dict[str, str]) -> None:
    installer.arrive(jobs["refused"])
    installer.visit(jobs["refused"], "sign")
    installer.by("hand-over-start").click()
    installer.by("statement-en").click()
    installer.by("refuse").click()
    before = installer.recorded()
    installer.by("refuse-save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text("Please choose or write a reason.")
    assert installer.recorded() == before
    installer.by("refuse-why-damaged").click()
    # Words are never cut: too many stay on the screen and are not recorded.
    installer.by("refuse-note").fill("Dent. " * 100)
    installer.by("refuse-save").click()
    expect(installer.page.get_by_role("alert")).to_contain_text("160 characters too many")
    assert installer.recorded() == before
    installer.by("refuse-note").fill("Dent beside the door.")
    installer.by("refuse-save").click()
    expect(installer.by("signed")).to_contain_text("Your refusal is saved with its reason.")
    # The phone's back button leads nowhere while the customer holds it.
    installer.page.go_back()
    expect(installer.by("signed")).to_be_visible()
    installer.hold("leave-hand-over")
    expect(installer.by("hand-over")).to_have_count(0)


def test_nobody_is_there_to_sign(installer: Installer, jobs: dict[str, str]) -> None:
    installer.arrive(jobs["absent"])
    installer.visit(jobs["absent"], "sign")
    installer.by("absent").click()
    installer.by("absent-save").click()
    expect(installer.by("absent-sheet")).to_contain_text("Choose one")
    installer.by("absent-why-concierge").click()
    installer.by("absent-note").fill("Gate 3")
    installer.by("absent-save").click()
    expect(installer.by("toast")).to_contain_text("Recorded without a signature")


def test_a_typed_name_and_a_partial_end(installer: Installer, jobs: dict[str, str]) -> None:
    installer.visit(jobs["standing"], "sign")
    installer.by("hand-over-start").click()
    installer.by("statement-en").click()
    # What was not done as planned stands in the text that is signed.
    expect(installer.by("statement")).to_contain_text("She wants to open it with her son tonight.")
    expect(installer.by("statement")).to_contain_text("253 V")
    installer.by("accept").click()
    installer.by("sign").click()
    expect(installer.page.get_by_role("alert")).to_contain_text("Please sign with a little more than a dot.")
    installer.by("type-name").click()
    installer.by("typed-name").fill("Chen Jing")
    installer.by("sign").click()
    expect(installer.by("signed")).to_be_visible()
    installer.hold("leave-hand-over")

    installer.visit(jobs["standing"], "finish")
    expect(installer.by("still-open")).to_be_visible()
    expect(installer.by("finish-complete")).to_have_count(0)
    installer.by("finish-partial").click()
    installer.by("partial-save").click()
    expect(installer.by("partial")).to_contain_text("A few words are needed")
    installer.by("partial-note").fill("She unpacks it herself; the socket is above the limit.")
    installer.by("partial-save").click()
    expect(installer.by("finished")).to_contain_text("Finished here, still to send")


def test_two_phones_of_one_crew_disagree(
    installer: Installer, phones: Phones, people: Network, jobs: dict[str, str], playwright: Playwright, town: Town
) -> None:
    second = phones.enrolled(people, "li")
    second.go_offline()
    second.open_job(jobs["shared"])
    for phone, answer in ((installer, "reached"), (second, "no_answer")):
        phone.open_step(jobs["shared"], "CAL-01")
        phone.by(f"choice-{answer}").click()
        phone.save_step()
    second.deliver()
    installer.deliver()
    second.page.goto(f"{second.url}/app/#/outbox")
    second.by("try-now").click()
    for phone in (second, installer):
        phone.open_job(jobs["shared"])
        expect(phone.by("job")).to_contain_text("Two phones answered differently. The office will look.", timeout=30_000)
    state = people.state(jobs["shared"])
    assert sorted((answer["value"], answer["conflict"]) for answer in state["answers"]) == [("no_answer", True), ("reached", True)]
    with chromium.desk(playwright, town.live.server.url) as desk:
        chromium.sign_in(desk, f"sun.{people.name}", builders.PASSWORD)
        desk.goto(f"/console/jobs/{jobs['shared']}")
        expect(desk.get_by_text("Two phones disagree here").first).to_be_visible()


def test_the_office_has_exactly_that(installer: Installer, people: Network, jobs: dict[str, str], unit: str, town: Town) -> None:
    installer.deliver()
    standing, closed, refused, absent = (people.state(jobs[name]) for name in JOBS[:4])
    assert (standing["stage"], standing["visits"][-1]["outcome"]) == ("finished", "partial")
    answers = {(answer["step_id"], answer["value"], answer["current"]): answer for answer in standing["answers"]}
    exception = {"reason": "customer_waived", "note": "She wants to open it with her son tonight."}
    assert answers[("UNP-01", None, True)]["exception"] == exception
    assert answers[("WM-PRE-02", "253", True)]["unit"] == "V"
    assert ("SIT-01", "moved", False) in answers
    assert ("SIT-01", None, True) in answers
    (signoff,) = standing["signoffs"]
    assert (signoff["outcome"], signoff["typed_name"], signoff["strokes_sha256"]) == ("accepted", "Chen Jing", None)
    photos = {(photo["role"], photo["source"], photo["retracted"]) for photo in standing["photos"]}
    assert photos == {("box", "file", False), ("transit_bolts", "camera", True)}
    assert len(standing["photos"]) == 3, "two of the bolts, both taken back, and the box"

    assert (closed["stage"], closed["visits"][-1]["reason"]) == ("failed", "nobody_home")
    assert "Called three times" in closed["visits"][-1]["note"]
    assert [(photo["role"], photo["step_id"]) for photo in closed["photos"]] == [("front_door", None)]
    assert [(one["outcome"], one["reason"]) for one in refused["signoffs"]] == [("refused", "Something is damaged — Dent beside the door.")]
    assert [(one["outcome"], one["reason"]) for one in absent["signoffs"]] == [("absent", "Left with the concierge — Gate 3")]

    # The bytes at the office are the bytes that the phone keeps.
    for state in (standing, closed, refused, absent):
        for photo in state["photos"]:
            stored = people.office.blobs.path(people.tenant_id, photo["sha256"]).read_bytes()
            assert hashlib.sha256(stored).hexdigest() == photo["sha256"]
            assert stored == photo_on_phone(installer, photo["sha256"])
    town.check()


def turned_picture() -> bytes:
    """A sharp scene, red above and blue below, as a phone held upright writes it: lying, with a note to turn it."""
    scene = Image.effect_noise((600, 800), 90).convert("RGB")
    scene.paste(Image.blend(scene.crop((0, 0, 600, 400)), Image.new("RGB", (600, 400), (230, 40, 40)), 0.5), (0, 0))
    scene.paste(Image.blend(scene.crop((0, 400, 600, 800)), Image.new("RGB", (600, 400), (40, 60, 230)), 0.5), (0, 400))
    held = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    scene.transpose(Image.Transpose.ROTATE_90).save(held, "JPEG", quality=92, exif=exif)
    return held.getvalue()


def photo_on_phone(installer: Installer, sha256: Any) -> bytes:
    """The bytes that the phone's second copy keeps."""
    found = installer.page.evaluate(
        """async name => {
          const root = await navigator.storage.getDirectory();
          const file = await (await (await root.getDirectoryHandle('bl')).getFileHandle(name)).getFile();
          return [...new Uint8Array(await file.arrayBuffer())];
        }""",
        sha256,
    )
    return bytes(found)
