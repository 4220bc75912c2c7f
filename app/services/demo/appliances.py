"""The machines that stand in the drawn photos: a washing machine and a refrigerator, seen from the front, and their small parts."""

import math

from PIL import Image, ImageDraw

from app.services.demo.dice import Dice
from app.services.demo.surfaces import Box, Colour, gradient, lit, panel, shadow, words

WHITE: Colour = (236, 238, 240)
GRAPHITE: Colour = (112, 117, 124)
CHROME: Colour = (190, 194, 200)
DARK: Colour = (34, 37, 44)
CARDBOARD: Colour = (190, 150, 104)


def washer(image: Image.Image, box: Box, body: Colour, brand: str, display: str) -> None:
    """A front-loading washing machine that fills `box`."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    shadow(image, (left - wide // 10, bottom - high // 14, right + wide // 10, bottom + high // 12), 0.55)
    draw = ImageDraw.Draw(image)
    for foot in (left + wide // 10, right - wide // 10 - wide // 14):
        draw.rectangle((foot, bottom - 12, foot + wide // 14, bottom + high // 60), fill=DARK)
    panel(image, (left, top, right, bottom - 8), wide // 26, lit(body, 1.05), lit(body, 0.86))
    head = top + high // 6
    panel(image, (left + 4, top + 4, right - 4, head), wide // 30, lit(body, 0.98), lit(body, 0.82))
    panel(image, (left + wide // 20, top + high // 36, left + wide // 3, head - high // 40), 8, lit(body, 1.06), lit(body, 0.92))
    words(image, (left + wide // 14, top + high // 18), brand, max(14, wide // 22), (70, 76, 88))
    _knob(image, (left + wide // 2, (top + head) // 2), high // 18)
    screen = (right - wide // 3, top + high // 32, right - wide // 20, head - high // 36)
    show(image, screen, display)
    _porthole(image, ((left + right) // 2, head + round((bottom - head) * 0.46)), round(wide * 0.34))
    flap = (right - wide // 5, bottom - high // 9, right - wide // 16, bottom - high // 26)
    panel(image, flap, 8, lit(body, 1.0), lit(body, 0.88))


def refrigerator(image: Image.Image, box: Box, body: Colour, brand: str, display: str) -> None:
    """A refrigerator with two doors above and drawers below, that fills `box`."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    shadow(image, (left - wide // 12, bottom - high // 22, right + wide // 12, bottom + high // 20), 0.55)
    middle, split = (left + right) // 2, top + round(high * 0.6)
    panel(image, (left, top, right, bottom), 10, lit(body, 0.7), lit(body, 0.55))
    for door in ((left + 4, top + 6, middle - 3, split - 4), (middle + 3, top + 6, right - 4, split - 4)):
        panel(image, door, 8, lit(body, 1.18), lit(body, 0.82), sideways=True, brushed=0.4)
    for upper, lower in ((split + 4, (split + bottom) // 2 - 3), ((split + bottom) // 2 + 3, bottom - high // 40)):
        panel(image, (left + 4, upper, right - 4, lower), 8, lit(body, 1.14), lit(body, 0.84), sideways=True, brushed=0.4)
        panel(image, (left + 10, upper + 4, right - 10, upper + high // 60), 4, lit(body, 0.6), lit(body, 0.8))
    draw = ImageDraw.Draw(image)
    for handle in (middle - wide // 26, middle + wide // 26):
        draw.line((handle, top + high // 8, handle, split - high // 14), fill=lit(body, 0.5), width=max(4, wide // 60))
    show(image, (left + wide // 6, top + high // 6, left + wide // 6 + wide // 5, top + high // 6 + high // 16), display)
    words(image, (left + wide // 6, top + high // 14), brand, max(14, wide // 24), lit(body, 1.5))


def show(image: Image.Image, box: Box, text: str) -> None:
    """A lit display with a short text in it."""
    left, top, right, bottom = box
    panel(image, box, max(4, (bottom - top) // 8), (28, 32, 42), (12, 14, 20))
    size = max(14, round(min((bottom - top) * 0.62, (right - left) * 1.5 / max(3, len(text)))))
    words(image, ((left + right) // 2, (top + bottom) // 2), text, size, (150, 226, 255), "mm")


def hose(image: Image.Image, points: list[tuple[int, int]], thick: int, colour: Colour) -> None:
    """A round hose along a smooth curve through `points`, with light along its upper side."""
    path = _curve(points)
    draw = ImageDraw.Draw(image)
    for width, tone, shift in ((thick, 0.62, 0), (thick * 3 // 4, 0.95, -thick // 14), (thick // 4, 1.25, -thick // 6)):
        line = [(x + shift, y + shift) for x, y in path]
        draw.line(line, fill=lit(colour, tone), width=width, joint="curve")
    for place in range(0, len(path) - 1, 3):
        x, y = path[place]
        draw.ellipse((x - thick // 2, y - thick // 8, x + thick // 2, y + thick // 8), outline=lit(colour, 0.7))


def nut(image: Image.Image, centre: tuple[int, int], radius: int, colour: Colour) -> None:
    """A ribbed hose nut or a bolt's head, seen from above."""
    x, y = centre
    for share, tone in ((1.0, 0.5), (0.92, 0.95), (0.62, 0.7), (0.5, 1.1)):
        reach = round(radius * share)
        ImageDraw.Draw(image).ellipse((x - reach, y - reach, x + reach, y + reach), fill=lit(colour, tone))
    for step in range(12):
        angle = step * math.pi / 6
        start, end = (
            (x + radius * 0.7 * math.cos(angle), y + radius * 0.7 * math.sin(angle)),
            (x + radius * math.cos(angle), y + radius * math.sin(angle)),
        )
        ImageDraw.Draw(image).line((*start, *end), fill=lit(colour, 0.6), width=max(2, radius // 12))


def tissue(image: Image.Image, rng: Dice, centre: tuple[int, int], reach: int) -> None:
    """A crumpled white paper tissue."""
    x, y = centre
    shadow(image, (x - reach, y - reach // 3, x + reach + 30, y + reach * 2 // 3), 0.4)
    rim = [
        (
            x + rng.uniform(0.86, 1.03) * reach * math.cos(step * math.pi / 14),
            y + rng.uniform(0.5, 0.6) * reach * math.sin(step * math.pi / 14),
        )
        for step in range(28)
    ]
    draw = ImageDraw.Draw(image)
    draw.polygon(rim, fill=(246, 246, 243))
    for place in range(0, 28, 2):
        draw.polygon(
            [rim[place], rim[(place + 1) % 28], (x + rng.randint(-20, 20), y + rng.randint(-12, 12))],
            fill=lit((240, 240, 238), rng.uniform(0.9, 1.04)),
        )


def _knob(image: Image.Image, centre: tuple[int, int], radius: int) -> None:
    x, y = centre
    draw = ImageDraw.Draw(image)
    for share, colour in ((1.0, (120, 124, 132)), (0.9, (214, 217, 222)), (0.7, (236, 238, 240))):
        reach = round(radius * share)
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    draw.line((x, y - radius // 3, x, y - radius * 4 // 5), fill=(60, 64, 72), width=max(3, radius // 8))


def _porthole(image: Image.Image, centre: tuple[int, int], radius: int) -> None:
    x, y = centre
    draw = ImageDraw.Draw(image)
    for share, tone in ((1.0, 0.55), (0.97, 1.0), (0.9, 0.8), (0.84, 0.45)):
        reach = round(radius * share)
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=lit(CHROME, tone))
    reach = round(radius * 0.78)
    mask = Image.new("L", (2 * reach, 2 * reach))
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * reach - 1, 2 * reach - 1), fill=255)
    image.paste(gradient((2 * reach, 2 * reach), (96, 108, 124), (22, 26, 34)), (x - reach, y - reach), mask)
    for ring in range(4):
        inner = reach - 14 - ring * reach // 7
        draw.arc(
            (x - inner, y - inner, x + inner, y + inner),
            200,
            310,
            fill=(150 - 22 * ring, 160 - 22 * ring, 176 - 22 * ring),
            width=max(3, reach // 26),
        )
    draw.rounded_rectangle((x + round(radius * 0.82), y - radius // 5, x + round(radius * 0.97), y + radius // 5), 8, fill=(150, 154, 160))


def _curve(points: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """A Catmull-Rom curve through the points, twelve pieces between each two."""
    padded = [points[0], *points, points[-1]]
    path: list[tuple[float, float]] = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(12):
            t = step / 12
            path.append((_blend(p0[0], p1[0], p2[0], p3[0], t), _blend(p0[1], p1[1], p2[1], p3[1], t)))
    return [*path, points[-1]]


def _blend(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
