"""Frames as a phone's camera gives them of an appliance's label, each spoilt in one way and by one grade. A seed gives the same ones.

What is spoilt is light, lens, hand and print, as they spoil pictures of anything; no step here knows how a decoder works.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tests.e2e import codes

SIZE = (960, 720)
GRADES = 4
SYMBOLOGIES = ("QRCode", "DataMatrix", "Code128")
_JPEG_QUALITY = 85
_INK, _PAPER, _ENAMEL = 28, 226, 176
# Pixels of a label's finest line, where that is not what is spoilt.
_MODULE = {"QRCode": 6.0, "DataMatrix": 7.0, "Code128": 3.0}
_SERIAL = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"

Spoil = Callable[[random.Random, Image.Image, int], Image.Image]


@dataclass(frozen=True)
class Frame:
    """One picture and what stands in it. `grade` is 1 (little spoilt) to 4 (hardly to be read)."""

    spoilt: str
    grade: int
    symbology: str
    text: str
    jpeg: bytes


def frames(seed: int, each: int = 5, only: str | None = None) -> Iterator[Frame]:
    """All frames of a seed: ten ways of spoiling (or one), four grades, three symbologies, and of each five labels, which makes 600."""
    for spoilt in SPOILS if only is None else [only]:
        for grade in range(1, GRADES + 1):
            for symbology in SYMBOLOGIES:
                for number in range(each):
                    rng = random.Random(f"{seed} {spoilt} {grade} {symbology} {number}")
                    yield _frame(rng, spoilt, grade, symbology)


def _frame(rng: random.Random, spoilt: str, grade: int, symbology: str) -> Frame:
    serial = "".join(rng.choice(_SERIAL) for _ in range(rng.randint(10, 14)))
    text = f"https://id.example.com/01/0690123400001{rng.randint(0, 9)}/21/{serial}" if symbology == "QRCode" else serial
    module = _MODULE[symbology]
    if spoilt == "small_modules":
        module = {1: 2.6, 2: 2.0, 3: 1.6, 4: 1.3}[grade] * (0.9 if symbology == "Code128" else 1)
    picture = _on_the_machine(rng, _label(rng, symbology, text, module))
    return Frame(spoilt, grade, symbology, text, _jpeg(SPOILS[spoilt](rng, picture, grade)))


def _label(rng: random.Random, symbology: str, text: str, module: float) -> Image.Image:
    """A white label with the code and a line of print under it; `module` is the width of the finest line, in pixels."""
    fine = codes.drawn(symbology, text, 4)
    width, height = round(fine.width * module / 4), round(fine.height * module / 4)
    if symbology == "Code128":
        height = round(width * rng.uniform(0.2, 0.3))
    label = Image.new("L", (width + 36, height + 44), 255)
    label.paste(fine.resize((width, height), Image.Resampling.BOX), (18, 12))
    ImageDraw.Draw(label).text((18, height + 22), text[-28:], fill=0)
    return label.point([_INK + level * (_PAPER - _INK) // 255 for level in range(256)])


def _on_the_machine(rng: random.Random, label: Image.Image) -> Image.Image:
    """The label on grey enamel with a lighter and a darker side, a little off the middle and not quite straight."""
    picture = Image.linear_gradient("L").resize(SIZE).point([_ENAMEL - 20 + level // 6 for level in range(256)])
    ImageDraw.Draw(picture).ellipse((30, SIZE[1] - 190, 210, SIZE[1] - 10), outline=92, width=7)
    held = label.convert("LA").rotate(rng.uniform(-3, 3), expand=True, resample=Image.Resampling.BICUBIC)
    left, top = ((room - size) // 2 + rng.randint(-18, 18) for room, size in zip(SIZE, held.size, strict=True))
    picture.paste(held.getchannel("L"), (left, top), held.getchannel("A"))
    return picture.filter(ImageFilter.GaussianBlur(0.6))


def _out_of_focus(_rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur((1.5, 2.2, 3.0, 3.8)[grade - 1]))


def _moved(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    """A hand that moves while the shutter is open: the mean of the picture along a straight path."""
    length, turn = (4, 7, 10, 13)[grade - 1], rng.uniform(0, math.pi)
    smeared = picture
    for step in range(1, length):
        along = ImageChops.offset(picture, round(step * math.cos(turn)), round(step * math.sin(turn)))
        smeared = Image.blend(smeared, along, 1 / (step + 1))
    return smeared


def _turned(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    degrees = ((8, 15), (18, 30), (33, 57), (60, 80))[grade - 1]
    return picture.rotate(rng.choice((-1, 1)) * rng.uniform(*degrees), resample=Image.Resampling.BICUBIC, fillcolor=_ENAMEL)


def _slanting(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    """Seen from the side: the far edge is shorter than the near one."""
    width, height = SIZE
    lost = (0.2, 0.35, 0.48, 0.6)[grade - 1] * height / 2
    lean = rng.uniform(-0.3, 0.3) * lost
    corners = [(0, -lost + lean), (0, height + lost + lean), (width, height - lost * 0.2), (width, lost * 0.2)]
    corners = [(width - x, y) for x, y in corners] if rng.random() < 0.5 else corners
    corners = corners if corners[0][0] == 0 else [corners[3], corners[2], corners[1], corners[0]]
    flat = tuple(part for corner in corners for part in corner)
    squeezed = picture.transform(SIZE, Image.Transform.QUAD, flat, resample=Image.Resampling.BICUBIC, fillcolor=_ENAMEL)
    narrow = squeezed.resize((round(width * (1 - 0.1 * grade)), height), Image.Resampling.BICUBIC)
    slanting = Image.new("L", SIZE, _ENAMEL)
    slanting.paste(narrow, ((width - narrow.width) // 2, 0))
    return slanting


def _dark(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    share = (0.3, 0.18, 0.11, 0.07)[grade - 1]
    return _grained(rng, picture.point([round(level * share) for level in range(256)]), 1 + grade)


def _glaring(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    """A lamp's reflection on the label's film: a soft bright patch that whitens what lies under it."""
    glare = Image.new("L", SIZE, 0)
    middle = (SIZE[0] // 2 + rng.randint(-70, 70), SIZE[1] // 2 + rng.randint(-40, 40))
    reach = 45 + 28 * grade
    ImageDraw.Draw(glare).ellipse(
        (middle[0] - reach * 1.6, middle[1] - reach, middle[0] + reach * 1.6, middle[1] + reach), fill=58 + 45 * grade
    )
    return ImageChops.add(picture, glare.filter(ImageFilter.GaussianBlur(18 + 8 * grade)))


def _pale(_rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    """Faded print behind a film in bright surroundings."""
    share = (0.3, 0.18, 0.11, 0.07)[grade - 1]
    return picture.point([round(170 + (level - 170) * share) for level in range(256)])


def _noisy(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    return _grained(rng, picture, (30, 55, 85, 120)[grade - 1])


def _unspoilt(_rng: random.Random, picture: Image.Image, _grade: int) -> Image.Image:
    return picture


def _mixed(rng: random.Random, picture: Image.Image, grade: int) -> Image.Image:
    """A basement: not straight, a little out of focus, and too little light."""
    turned = picture.rotate(rng.uniform(-12, 12), resample=Image.Resampling.BICUBIC, fillcolor=_ENAMEL)
    blurred = turned.filter(ImageFilter.GaussianBlur(0.5 + 0.4 * grade))
    share = (0.5, 0.38, 0.28, 0.2)[grade - 1]
    return _grained(rng, blurred.point([round(level * share) for level in range(256)]), 2 + 2 * grade)


def _grained(rng: random.Random, picture: Image.Image, sigma: float) -> Image.Image:
    """Sensor noise: normal, a value a pixel, drawn from the frame's own seed."""
    # The mean of four even draws is nearly normal, with a deviation of 37.
    one, two, three, four = (Image.frombytes("L", SIZE, rng.randbytes(SIZE[0] * SIZE[1])) for _ in range(4))
    grain = Image.blend(Image.blend(one, two, 0.5), Image.blend(three, four, 0.5), 0.5)
    scaled = grain.point([min(255, max(0, round(128 + (level - 128) * sigma / 37))) for level in range(256)])
    return ImageChops.add(picture, scaled, 1, -128)


def _jpeg(picture: Image.Image) -> bytes:
    kept = BytesIO()
    picture.convert("RGB").save(kept, "JPEG", quality=_JPEG_QUALITY)
    return kept.getvalue()


SPOILS: dict[str, Spoil] = {
    "blur": _out_of_focus,
    "motion": _moved,
    "rotation": _turned,
    "perspective": _slanting,
    "low_light": _dark,
    "glare": _glaring,
    "low_contrast": _pale,
    "noise": _noisy,
    "small_modules": _unspoilt,
    "mixed": _mixed,
}
