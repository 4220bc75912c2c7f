"""A film for the fake camera: a label lying on a washing machine, held by a hand that is not quite still."""

import os
from collections.abc import Sequence
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter

from tests.e2e import codes

SIZE = (640, 480)
FRAMES = 20

# EAN-13 (ISO/IEC 15420): each digit's four widths, and which of the first six are mirrored, by the leading digit.
_DIGITS = ("3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112")
_MIRRORED = ("000000", "001011", "001101", "001110", "010011", "011001", "011100", "010101", "010110", "011010")


def of_label(content: str, path: Path) -> Path:
    """Write a film that shows a QR label with this content; plain JPEG frames one after the other, which Chromium takes as MJPEG."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=6, border=4)
    code.add_data(content)
    drawn = code.make_image().get_image().convert("RGB")
    if drawn.height > SIZE[1] - 110:
        return _written(path, _dense(content))
    return _written(path, _captioned(drawn, content[-24:]))


def of_ean(digits: str, path: Path) -> Path:
    """Write a film that shows the bar code of a product number of 13 digits."""
    strips = "101" + "".join(_digit(int(digits[at]), mirrored == "1") for at, mirrored in enumerate(_MIRRORED[int(digits[0])], 1)) + "01010"
    strips += "".join(_right(int(digit)) for digit in digits[7:]) + "101"
    drawn = Image.new("RGB", ((len(strips) + 22) * 3, 150), "white")
    pen = ImageDraw.Draw(drawn)
    for at, strip in enumerate(strips, 11):
        if strip == "1":
            pen.rectangle((at * 3, 10, at * 3 + 2, 140), fill="black")
    return _written(path, _captioned(drawn, digits))


def of_surface(path: Path) -> Path:
    """Write a film of the bare machine."""
    return _written(path, None)


def of_plate(codes: Sequence[tuple[str, str]], path: Path) -> Path:
    """Write a film of a machine's plate with several codes below each other, each `(symbology, text)`."""
    drawn = [_drawn(symbology, text) for symbology, text in codes]
    plate = Image.new("RGB", (max(each.width for each in drawn) + 20, sum(each.height + 14 for each in drawn)), "white")
    for number, each in enumerate(drawn):
        plate.paste(each, (10, 7 + sum(before.height + 14 for before in drawn[:number])))
    return _written(path, plate)


class Film:
    """What the camera sees now. Chromium opens the file anew with the camera, so a change shows when a camera screen opens."""

    def __init__(self, path: Path) -> None:
        self.path = of_surface(path)

    def label(self, content: str) -> None:
        """From now on the camera sees this label."""
        os.replace(of_label(content, self.path.with_suffix(".next")), self.path)

    def ean(self, digits: str) -> None:
        """From now on the camera sees this product number."""
        os.replace(of_ean(digits, self.path.with_suffix(".next")), self.path)

    def plate(self, *codes: tuple[str, str]) -> None:
        """From now on the camera sees a plate with these codes."""
        os.replace(of_plate(codes, self.path.with_suffix(".next")), self.path)

    def surface(self) -> None:
        """From now on there is no code in front of the camera."""
        os.replace(of_surface(self.path.with_suffix(".next")), self.path)


def _written(path: Path, label: Image.Image | None) -> Path:
    with path.open("wb") as film:
        for number in range(FRAMES):
            frame = _surface(number)
            if label is not None:
                held = label.rotate((number % 10) - 5, expand=True, fillcolor=(186, 190, 194), resample=Image.Resampling.BICUBIC)
                frame.paste(held, ((SIZE[0] - held.width) // 2 + number % 7, (SIZE[1] - held.height) // 2 + number % 5))
            frame.filter(ImageFilter.GaussianBlur(0.5)).save(film, "JPEG", quality=90)
    return path


def _drawn(symbology: str, text: str) -> Image.Image:
    drawn = codes.drawn(symbology, text, 2 if symbology == "Code128" else 3).convert("RGB")
    return drawn.crop((0, 0, drawn.width, min(drawn.height, 140)))


def _captioned(drawn: Image.Image, caption: str) -> Image.Image:
    label = Image.new("RGB", (drawn.width + 20, drawn.height + 44), "white")
    label.paste(drawn, (10, 6))
    ImageDraw.Draw(label).text((16, drawn.height + 14), caption, fill="black")
    return label


def _dense(content: str) -> Image.Image:
    """A code of so much text that it fills the picture."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, box_size=4, border=2)
    code.add_data(content)
    return code.make_image().get_image().convert("RGB")


def _digit(digit: int, mirrored: bool) -> str:
    widths = _DIGITS[digit][::-1] if mirrored else _DIGITS[digit]
    return "".join(str(at % 2) * int(width) for at, width in enumerate(widths))


def _right(digit: int) -> str:
    return "".join(str((at + 1) % 2) * int(width) for at, width in enumerate(_DIGITS[digit]))


def _surface(number: int) -> Image.Image:
    """Grey enamel with a lighter and a darker side."""
    frame = Image.linear_gradient("L").resize(SIZE).point(lambda level: 150 + level // 5).convert("RGB")
    ImageDraw.Draw(frame).ellipse((40 + number, 320, 200 + number, 470), outline=(90, 92, 96), width=6)
    return frame
