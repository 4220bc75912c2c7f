"""A film for the fake camera: a label lying on a washing machine, held by a hand that is not quite still."""

from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFilter

SIZE = (640, 480)
FRAMES = 20


def of_label(content: str, path: Path) -> Path:
    """Write a film that shows a QR label with this content; plain JPEG frames one after the other, which Chromium takes as MJPEG."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=6, border=4)
    code.add_data(content)
    drawn = code.make_image().get_image().convert("RGB")
    label = Image.new("RGB", (drawn.width + 20, drawn.height + 44), "white")
    label.paste(drawn, (10, 6))
    ImageDraw.Draw(label).text((16, drawn.height + 14), content[-24:], fill="black")
    with path.open("wb") as film:
        for number in range(FRAMES):
            frame = _surface(number)
            held = label.rotate((number % 10) - 5, expand=True, fillcolor=(186, 190, 194), resample=Image.Resampling.BICUBIC)
            frame.paste(held, ((SIZE[0] - held.width) // 2 + number % 7, (SIZE[1] - held.height) // 2 + number % 5))
            frame.filter(ImageFilter.GaussianBlur(0.5)).save(film, "JPEG", quality=90)
    return path


def _surface(number: int) -> Image.Image:
    """Grey enamel with a lighter and a darker side."""
    frame = Image.linear_gradient("L").resize(SIZE).point(lambda level: 150 + level // 5).convert("RGB")
    ImageDraw.Draw(frame).ellipse((40 + number, 320, 200 + number, 470), outline=(90, 92, 96), width=6)
    return frame
