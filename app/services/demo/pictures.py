"""Draws the photos of the demo day: for a photo role and a unit always the same JPEG, different for every other unit.

They are drawings and look like ones. They stand where a crew's photos stand, so that a reviewer of the demo has something to look at.
"""

import io
from collections.abc import Callable
from functools import cache

from PIL import Image, ImageChops

from app.services.demo import scenes_air, scenes_home, scenes_old, scenes_parts, scenes_unit
from app.services.demo.dice import Dice, dice
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, noise

PHOTO_SIZE = (1600, 1200)

Scene = Callable[[Dice, Subject], Image.Image]

SCENES: dict[str, Scene] = {
    **scenes_home.SCENES,
    **scenes_unit.SCENES,
    **scenes_parts.SCENES,
    **scenes_air.SCENES,
    **scenes_old.SCENES,
}


def photo(role: str, subject: Subject, take: int = 1) -> bytes:
    """The JPEG of a role for a unit, 1600 x 1200, about 150 to 300 KB. `take` 2 is what a second photo of the same thing shows.

    Raises `KeyError` for a role that nothing is drawn for.
    """
    rng = dice(role, subject.serial, subject.seed, take)
    return _developed(rng, SCENES[role](rng, subject), _clearness(role))


def _clearness(role: str) -> float:
    """How much of the hand's tilt a photo shows. A rating plate is held straight and read."""
    return 0.4 if role == "rating_plate" else 1.0


def _developed(rng: Dice, scene: Image.Image, tilt: float) -> bytes:
    """The scene as a phone's camera would give it: held a little askew, lit unevenly, with grain."""
    corners = _corners(rng, tilt)
    seen = scene.transform(PHOTO_SIZE, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)
    warmth = rng.choice(((255, 248, 234), (255, 253, 250), (244, 250, 255)))
    seen = ImageChops.multiply(seen, _light(rng.randrange(4), warmth))
    left, top = rng.randrange(2048 - PHOTO_SIZE[0]), rng.randrange(1536 - PHOTO_SIZE[1])
    grain = noise().crop((left, top, left + PHOTO_SIZE[0], top + PHOTO_SIZE[1])).point(_softer(rng.uniform(0.055, 0.085)))
    seen = ImageChops.add(seen, Image.merge("RGB", (grain, grain, grain)), 1.0, -128)
    out = io.BytesIO()
    seen.save(out, "JPEG", quality=84)
    return out.getvalue()


def _corners(rng: Dice, tilt: float) -> tuple[float, ...]:
    """Where the photo's corners lie in the scene: upper left, lower left, lower right, upper right."""
    wide, high = SIZE
    room = 70 * tilt
    margin = 70 - room / 2

    def near(x: float, y: float) -> tuple[float, float]:
        return (x + rng.uniform(-room / 2, room / 2), y + rng.uniform(-room / 2, room / 2))

    spots = ((margin, margin), (margin, high - margin), (wide - margin, high - margin), (wide - margin, margin))
    return tuple(part for x, y in spots for part in near(x, y))


@cache
def _light(place: int, warmth: tuple[int, int, int]) -> Image.Image:
    lamp = _lamp(place)
    return Image.merge("RGB", [lamp.point([value * part // 255 for value in range(256)]) for part in warmth])


@cache
def _lamp(place: int) -> Image.Image:
    """Uneven light: brightest in one quarter of the photo, falling off towards the far corner."""
    small = Image.new("L", (24, 18))
    x0, y0 = ((7, 5), (16, 5), (9, 12), (15, 11))[place]
    for y in range(18):
        for x in range(24):
            far = ((x - x0) ** 2 + 1.3 * (y - y0) ** 2) ** 0.5 / 22
            small.putpixel((x, y), round(255 * max(0.6, 1.0 - 0.34 * far**1.5)))
    return small.resize(PHOTO_SIZE, Image.Resampling.BICUBIC)


def _softer(strength: float) -> list[int]:
    return [round(128 + (value - 128) * strength * 2) for value in range(256)]
