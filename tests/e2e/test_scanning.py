"""Labels as they are in the field: spoilt by light, lens and hand, and with more than one code on them."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests import builders
from tests.builders import Network
from tests.e2e.decoding import Decoder
from tests.e2e.frames import Frame, frames
from tests.e2e.installer import Installer
from tests.e2e.phones import Phones

FORMATS = [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.Code128]
# Of `RUNGS` in ladder.ts, and a way of spoiling that each is there for.
RUNGS = {0: "low_contrast", 1: "small_modules", 2: "mixed", 3: "rotation", 4: "rotation", 5: "rotation"}
SERIAL = "WM-AAAA-1111"
ENERGY_LABEL = ("QRCode", "https://eprel.ec.europa.eu/qr/298173")
MODEL = ("EAN13", builders.WASHER[1:])


@pytest.fixture(scope="module")
def drawn() -> list[Frame]:
    """A label of each symbology in each way of spoiling and grade."""
    return list(frames(seed=2, each=1))


@pytest.fixture(scope="module")
def decoder(phones: Phones) -> Decoder:
    """The decoder that ships, in its worker."""
    phone = phones.blank()
    phone.page.goto(f"{phones.url}/app/")
    return Decoder(phone.page)


@pytest.fixture(scope="module")
def job_id(people: Network) -> str:
    """One washing machine."""
    return people.job("wang", units=[{"gtin": builders.WASHER, "serial": SERIAL}])


@pytest.fixture(scope="module")
def installer(phones: Phones, people: Network, job_id: str) -> Installer:
    """A phone without a network at the customer's door."""
    phone = phones.enrolled(people)
    phone.go_offline()
    phone.arrive(job_id)
    return phone


def test_more_is_read_than_by_the_bare_decoder_and_nothing_wrongly(decoder: Decoder, drawn: list[Frame]) -> None:
    """And at least what zxing reads when it is given each picture as it is."""
    plain = {frame for frame in drawn if _read_by_zxing(frame) == frame.text}
    found = {frame: decoder.look(frame.jpeg).texts for frame in drawn}
    assert [(frame.spoilt, frame.text, texts) for frame, texts in found.items() if set(texts) - {frame.text}] == []
    read = {frame for frame, texts in found.items() if texts}
    assert [(frame.spoilt, frame.grade, frame.symbology) for frame in plain - read] == []
    assert len(read) >= len(plain) + len(drawn) // 10


@pytest.mark.parametrize("rung", RUNGS)
def test_each_rung_reads_what_the_plain_look_does_not(rung: int, decoder: Decoder) -> None:
    hard = [frame for frame in frames(seed=3, each=3, only=RUNGS[rung]) if frame.grade > 1]
    lost = [frame for frame in hard if not decoder.look(frame.jpeg, "deep").texts]
    assert any(frame.text in decoder.look(frame.jpeg, rung).texts for frame in lost)


def test_of_several_codes_the_serial_is_taken(installer: Installer, phones: Phones, job_id: str) -> None:
    phones.film.plate(ENERGY_LABEL, MODEL, ("Code128", SERIAL))
    before = installer.recorded()
    _look(installer, job_id)
    expect(installer.by("scan-screen")).to_have_count(0, timeout=30_000)
    expect(installer.by("unit")).to_have_attribute("data-scan", "matched")
    assert installer.recorded() == before + 1


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [((ENERGY_LABEL,), "It is the energy label"), ((MODEL, ("QRCode", "https://example.com/a")), "It names the model")],
)
def test_without_a_serial_it_says_what_it_saw(
    codes: tuple[tuple[str, str], ...], sentence: str, installer: Installer, phones: Phones, job_id: str
) -> None:
    phones.film.plate(*codes)
    before = installer.recorded()
    _look(installer, job_id)
    expect(installer.by("scan-unknown")).to_contain_text(sentence, timeout=30_000)
    assert installer.recorded() == before
    installer.by("scan-on").click()
    installer.by("close-scan").click()


def _look(installer: Installer, job_id: str) -> None:
    installer.open_job(job_id)
    installer.visit(job_id, "scan", unit=str(installer.by("unit").get_attribute("data-unit")))


def _read_by_zxing(frame: Frame) -> str | None:
    found = zxingcpp.read_barcodes(Image.open(BytesIO(frame.jpeg)).convert("L"), formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
    return found[0].text if found else None
