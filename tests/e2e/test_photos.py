"""Photos on the phone: what is wrong with one is said at once, and marks go on a copy that stays beside it."""

import hashlib
import io
import re

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from playwright.sync_api import expect

from tests.builders import Network
from tests.e2e.conftest import Town
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

SIZE = (1600, 1200)


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """One washing machine."""
    return people.job("wang")


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, job_id: str) -> Installer:
    """A phone without a network at the customer's door."""
    phone = phones.enrolled(people)
    phone.go_offline()
    phone.arrive(job_id)
    return phone


def plate() -> Image.Image:
    """A rating plate on grey enamel: rows of dark print."""
    picture = Image.new("L", SIZE, 176)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((400, 350, 1200, 850), fill=225)
    for row in range(9):
        for column in range(38):
            if (row * 7 + column * 5) % 3:
                pen.rectangle((430 + column * 20, 390 + row * 48, 440 + column * 20, 414 + row * 48), fill=40)
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def lamp() -> Image.Image:
    """A reflection in the middle of the plate."""
    light = Image.new("L", SIZE, 0)
    ImageDraw.Draw(light).ellipse((600, 420, 1000, 780), fill=230)
    return light.filter(ImageFilter.GaussianBlur(20))


# What is wrong with it, and what the phone says.
WEAK = {
    "blurred": (lambda: plate().filter(ImageFilter.GaussianBlur(6)), "This looks blurred"),
    "dark": (lambda: plate().point([level // 8 for level in range(256)]), "This is very dark"),
    "glare": (lambda: ImageChops.add(plate(), lamp()), "Light hides a part"),
}


@pytest.mark.parametrize("weakness", WEAK)
def test_a_weak_photo_is_told_at_once_and_kept_only_with_a_reason(weakness: str, installer: Installer, job_id: str) -> None:
    draw, words = WEAK[weakness]
    installer.visit(job_id, "photo", id="PRO-02", unit="", role="path")
    before = installer.recorded()
    pick(installer, draw())
    expect(installer.by("weak")).to_contain_text(words)
    installer.by("weak-again").click()
    expect(installer.by("weak")).to_have_count(0)
    assert installer.recorded() == before
    pick(installer, draw())
    installer.by("weak-keep").click()
    installer.by("weak-why-best").click()
    expect(installer.by("weak")).to_have_count(0)
    expect(installer.by("last-photo")).to_be_visible()
    assert installer.recorded() == before + 1
    installer.open_step(job_id, "PRO-02")
    installer.by("photo").click()
    installer.by("remove-photo").click()
    expect(installer.by("photo")).to_have_count(0)


def test_a_good_photo_is_kept_without_a_word(installer: Installer, job_id: str) -> None:
    installer.visit(job_id, "photo", id="PRO-02", unit="", role="path")
    pick(installer, plate())
    expect(installer.by("last-photo")).to_be_visible()
    assert installer.by("weak").count() == 0


def test_marks_go_on_a_copy(installer: Installer, job_id: str) -> None:
    installer.open_step(job_id, "PRO-02")
    expect(installer.by("photo")).to_have_count(1)
    asked = installer.by("photos").get_by_role("heading").inner_text()
    installer.by("photo").click()
    installer.by("mark-photo").click()
    expect(installer.by("mark-save")).to_be_disabled()
    tap(installer, 0.5, 0.5)
    installer.by("tool-arrow").click()
    drag(installer, (0.1, 0.1), (0.3, 0.3))
    installer.by("tool-line").click()
    drag(installer, (0.6, 0.9), (0.9, 0.9))
    expect(installer.by("mark-board")).to_have_attribute("data-marks", "3")
    installer.by("mark-undo").click()
    expect(installer.by("mark-board")).to_have_attribute("data-marks", "2")
    # A call comes in and the phone ends the app: the marks are still there.
    installer.page.wait_for_timeout(1_000)
    installer.page.reload()
    expect(installer.by("mark-board")).to_have_attribute("data-marks", "2")
    installer.by("mark-save").click()
    expect(installer.by("mark")).to_have_count(0)
    installer.open_step(job_id, "PRO-02")
    expect(installer.by("photo")).to_have_count(2)
    expect(installer.by("photos")).to_contain_text("Marked copy")
    assert installer.by("photos").get_by_role("heading").inner_text() == asked, "a copy counts for nothing"
    installer.by("photo").nth(1).click()
    expect(installer.by("photo-sheet")).to_be_visible()
    assert installer.by("mark-photo").count() == 0
    installer.page.keyboard.press("Escape")


def test_a_mark_is_where_the_finger_was_also_when_the_board_is_wider_than_the_picture(installer: Installer, job_id: str) -> None:
    page = installer.page
    page.set_viewport_size({"width": 740, "height": 360})
    installer.open_step(job_id, "PRO-02")
    installer.by("photo").first.click()
    installer.by("mark-photo").click()
    board = installer.by("mark-board")
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    shown = box["height"] * SIZE[0] / SIZE[1]
    assert shown < 0.9 * box["width"], "the picture stands in the middle of the board"
    installer.by("tool-line").click()
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    start, end = (((box["width"] - shown) / 2 + part * shown) / box["width"] for part in (0.25, 0.75))
    drag(installer, (start, 0.5), (end, 0.5))
    path = board.locator("g path").last.get_attribute("d") or ""
    first, *_, last = re.findall(r"(-?[\d.]+)[ ,](-?[\d.]+)", path)
    assert abs(float(first[0]) - 0.25 * SIZE[0]) < 0.02 * SIZE[0], path
    assert abs(float(last[0]) - 0.75 * SIZE[0]) < 0.02 * SIZE[0], path
    installer.by("mark-undo").click()
    page.set_viewport_size({"width": 360, "height": 740})


def test_the_office_has_both(installer: Installer, people: Network, job_id: str, town: Town) -> None:
    installer.deliver()
    *weak, photo, copy = people.state(job_id)["photos"]
    assert [one["quality"]["override"] for one in weak] == ["best"] * len(WEAK)
    assert (photo["of"], copy["of"]) == (None, photo["photo_id"])
    assert photo["quality"]["focus"] > 500
    assert weak[0]["quality"]["focus"] < 280
    assert weak[2]["quality"]["glare"] > 60
    # Whoever takes a photo back takes back what was drawn on it as well.
    installer.open_step(job_id, "PRO-02")
    installer.by("photo").first.click()
    installer.by("remove-photo").click()
    expect(installer.by("photo")).to_have_count(0)
    installer.deliver()
    assert [one["retracted"] for one in people.state(job_id)["photos"]][-2:] == [True, True]
    original, marked = (pixels(town, people, one["sha256"]) for one in (photo, copy))
    assert original.size == marked.size == SIZE
    ring = (round(0.5 * SIZE[0] + 0.14 * SIZE[1]), round(0.5 * SIZE[1]))
    assert is_red(marked, ring)
    assert not is_red(original, ring)
    assert is_red(marked, (round(0.2 * SIZE[0]), round(0.2 * SIZE[1]))), "the arrow's shaft"
    assert not is_red(marked, (round(0.75 * SIZE[0]), round(0.9 * SIZE[1]))), "the line that was taken back"
    town.check()


def pick(installer: Installer, picture: Image.Image) -> None:
    """Choose a picture from the files."""
    bytes_ = io.BytesIO()
    picture.convert("RGB").save(bytes_, "JPEG", quality=92)
    installer.by("file").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": bytes_.getvalue()})


def tap(installer: Installer, across: float, down: float) -> None:
    """Put one finger on a place of the board, in parts of its width and height."""
    drag(installer, (across, down), (across, down))


def drag(installer: Installer, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw with a finger from one place to another."""
    box = installer.by("mark-board").bounding_box()
    assert box is not None
    mouse = installer.page.mouse
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in (start, end)]
    before = int(str(installer.by("mark-board").get_attribute("data-marks")))
    mouse.move(*places[0])
    mouse.down()
    if start != end:
        mouse.move(*places[1], steps=6)
    mouse.up()
    expect(installer.by("mark-board")).to_have_attribute("data-marks", str(before + 1))


def pixels(town: Town, people: Network, sha256: str) -> Image.Image:
    """A picture as the office has it."""
    blobs = town.live.app.extensions["doorstep"].blobs
    content = blobs.path(people.tenant_id, sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == sha256
    return Image.open(io.BytesIO(content)).convert("RGB")


def is_red(picture: Image.Image, place: tuple[int, int]) -> bool:
    """Whether the colour of marks is there."""
    x, y = place
    red, green, blue = picture.crop((x, y, x + 1, y + 1)).tobytes()
    return red > 180 and green < 90 and blue < 110
