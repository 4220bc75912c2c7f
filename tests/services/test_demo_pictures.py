"""The drawn photos of the demo day: one for every role that the standards ask for, always the same, and readable where it matters."""

import io
import json

import pytest
import zxingcpp
from PIL import Image, ImageStat

from app.services.demo import barcode, catalogue
from app.services.demo.pictures import PHOTO_SIZE, SCENES, photo
from app.services.demo.subject import Subject
from app.standards import current

WASHER = Subject("washing_machine", "QINGLAN", "QL-W10D", "06975512340011", "QLW10D26A0048817", "home-1")
FRIDGE = Subject("refrigerator", "NORTHPINE", "NP-R512F", "06975512340158", "NPR512F26B0012345", "home-2")


def opened(jpeg: bytes) -> Image.Image:
    return Image.open(io.BytesIO(jpeg))


def test_every_role_that_the_days_appliances_ask_for_is_drawn() -> None:
    units = {appliance.category for appliance in catalogue.APPLIANCES}
    asked = {
        role
        for document in map(json.loads, current())
        for role in document["photo_roles"]
        if not document.get("categories") or units & set(document["categories"])
    }
    assert asked == set(SCENES)


@pytest.mark.parametrize("role", sorted(SCENES))
def test_a_photo_looks_like_one(role: str) -> None:
    jpeg = photo(role, FRIDGE if role in ("placed", "running", "water_line") else WASHER)
    image = opened(jpeg)
    assert image.format == "JPEG"
    assert image.size == PHOTO_SIZE
    assert 100_000 < len(jpeg) < 400_000
    grey = ImageStat.Stat(image.convert("L"))
    assert 60 < grey.mean[0] < 215  # neither dark nor washed out
    assert grey.stddev[0] > 8


def test_the_same_photo_is_always_the_same_bytes() -> None:
    assert photo("path", WASHER) == photo("path", WASHER)


def test_other_units_and_other_takes_give_other_bytes() -> None:
    twin = Subject(WASHER.category, WASHER.brand, WASHER.model, WASHER.gtin, "QLW10D26A0048818", WASHER.seed)
    photos = [photo("box", WASHER), photo("box", twin), photo("box", WASHER, take=2)]
    assert len(set(photos)) == 3


@pytest.mark.parametrize("unit", [WASHER, FRIDGE], ids=lambda unit: unit.category)
def test_a_scanner_reads_the_rating_plate(unit: Subject) -> None:
    read = {found.text for found in zxingcpp.read_barcodes(opened(photo("rating_plate", unit)))}
    assert read == {unit.serial, f"https://id.doorstep.example/01/{unit.gtin}/21/{unit.serial}"}


@pytest.mark.parametrize("text", ["A", "0123456789", "QLW10D26A0048817", " ~!#$%&'()*+,-./:;<=>?@[]^_`{|}"])
def test_a_bar_code_reads_back(text: str) -> None:
    image = Image.new("RGB", (2400, 200), "white")
    barcode.draw(image, (20, 20), text, 3, 150)
    assert [found.text for found in zxingcpp.read_barcodes(image)] == [text]


@pytest.mark.parametrize("text", ["", "é", "a\nb"])
def test_a_bar_code_takes_only_printable_ascii(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        barcode.modules(text)
