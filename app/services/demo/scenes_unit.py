"""Drawn photos in which the whole unit is seen: placed, running, old, in its box, damaged."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from app.services.demo import barcode
from app.services.demo.appliances import CARDBOARD, GRAPHITE, WHITE, refrigerator, show, washer
from app.services.demo.dice import Dice, dice
from app.services.demo.rooms import bathroom, kitchen
from app.services.demo.scenes_air import cooled_room
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, Colour, glow, gradient, lay_floor, lit, panel, planks, shadow, streaked, words

BODIES: tuple[Colour, ...] = (WHITE, (206, 210, 214), (150, 155, 162), WHITE)


def body_of(subject: Subject) -> Colour:
    """The colour of a unit: the same in all its photos."""
    pick = dice(subject.serial)
    return pick.choice((GRAPHITE, (168, 172, 178), (206, 204, 198))) if subject.is_refrigerator else pick.choice(BODIES)


def final_place(rng: Dice, subject: Subject) -> Image.Image:
    """The unit where it stays, the floor clean around it."""
    if subject.is_air_conditioner:
        return cooled_room(rng, subject)
    image = kitchen(rng) if subject.is_refrigerator else bathroom(rng)
    if subject.is_refrigerator:
        left = rng.randrange(520, 700)
        refrigerator(image, (left, 70, left + 560, 1150), body_of(subject), subject.brand, "4  -18")
    else:
        left = rng.randrange(480, 640)
        washer(image, (left, 330, left + 640, 1120), body_of(subject), subject.brand, rng.choice(("0:45", "End", "- -")))
    return image


def placed(rng: Dice, subject: Subject) -> Image.Image:
    """A refrigerator in its niche from the front, with the gaps to left, right and above."""
    image = kitchen(rng)
    wood = rng.choice(((214, 204, 188), (168, 136, 104), (226, 226, 222)))
    gap = rng.randrange(26, 60)
    for side in ((180, 0, 580 - gap, 1180), (1180 + gap, 0, 1600, 1180)):
        panel(image, side, 4, lit(wood, 1.05), lit(wood, 0.85))
        ImageDraw.Draw(image).line((side[0], 620, side[2], 620), fill=lit(wood, 0.6), width=5)
    ImageDraw.Draw(image).rectangle((580 - gap, 0, 1180 + gap, 1150), fill=(58, 58, 62))
    panel(image, (560 - gap, 0, 1200 + gap, 96), 4, lit(wood, 1.05), lit(wood, 0.8))
    refrigerator(image, (580, 160, 1180, 1160), body_of(subject), subject.brand, "- -")
    return image


def running(rng: Dice, subject: Subject) -> Image.Image:
    """The lit panel of a refrigerator with its set temperatures."""
    body = body_of(subject)
    image = streaked(gradient(SIZE, lit(body, 1.15), lit(body, 0.8), sideways=True), 0.4, (6, 900))
    _panel_frame(image, body)
    for place, (label, value) in enumerate((("FRIDGE", "4°C"), ("FREEZER", "-18°C"))):
        left = 420 + place * 480
        show(image, (left, 470, left + 430, 760), value)
        words(image, (left + 215, 815), label, 40, (170, 190, 205), "mm")
    words(image, (SIZE[0] // 2, 400), subject.brand, 56, (190, 200, 210), "mm")
    glow(image, (500, 460, 1260, 780), (160, 220, 255), 0.14)
    glow(image, (rng.randrange(100, 300), 40, 700, 300), (255, 255, 255), 0.35)
    return image


def fault(rng: Dice, subject: Subject) -> Image.Image:
    """The control panel with a fault code."""
    body = body_of(subject)
    image = gradient(SIZE, lit(body, 1.1), lit(body, 0.78))
    _panel_frame(image, body)
    show(image, (560, 470, 1200, 800), rng.choice(("E4", "F2", "Err3", "E10")))
    glow(image, (520, 430, 1240, 840), (255, 110, 90), 0.16)
    words(image, (SIZE[0] // 2, 890), subject.model, 48, (150, 160, 170), "mm")
    return image


def box(rng: Dice, subject: Subject) -> Image.Image:
    """The unopened box from a corner: two sides, arrows, label with bar code."""
    image = gradient(SIZE, (214, 212, 206), (196, 194, 188))
    lay_floor(image, 760, planks(rng, (2600, 1100), (176, 142, 104)))
    shadow(image, (380, 960, 1480, 1270), 0.6)
    draw = ImageDraw.Draw(image)
    edge = rng.randrange(820, 960)
    draw.polygon([(440, 190), (edge, 110), (1390, 180), (edge + 10, 290)], fill=lit(CARDBOARD, 1.16))
    _face(image, (440, 190, edge + 10, 290, 1050, 1225), 1.0)
    _face(image, (edge + 10, 290, 1390, 180, 1225, 1035), 0.8)
    draw.line((640, 232, 1170, 152), fill=lit(CARDBOARD, 1.3), width=46)
    for left in (edge - 250, edge + 170):
        _arrows(draw, left, 470)
    panel(image, (edge + 60, 700, edge + 400, 930), 4, (248, 248, 246), (226, 226, 222))
    words(image, (edge + 80, 716), subject.model, 34, (30, 30, 34))
    barcode.draw(image, (edge + 74, 770), subject.gtin[-6:], 2, 100)
    words(image, (480, 930), subject.brand, 72, lit(CARDBOARD, 0.5))
    return image


def box_damage(rng: Dice, subject: Subject) -> Image.Image:
    """A crushed and pierced place in the cardboard, close."""
    image = streaked(gradient(SIZE, lit(CARDBOARD, 1.08), lit(CARDBOARD, 0.86)), 0.3, (900, 4))
    draw = ImageDraw.Draw(image)
    x, y = rng.randrange(740, 1020), rng.randrange(560, 760)
    shadow(image, (x - 430, y - 300, x + 430, y + 320), 0.45)
    for reach, tone in ((330, 0.82), (230, 0.62), (130, 0.36)):
        rim = [(x + rng.uniform(0.6, 1.15) * reach * dx, y + rng.uniform(0.5, 1.0) * reach * dy) for dx, dy in _star()]
        draw.polygon(rim, fill=lit(CARDBOARD, tone))
        draw.line([*rim, rim[0]], fill=lit(CARDBOARD, tone + 0.5), width=5)
    for _ in range(9):
        start = (x + rng.randrange(-300, 300), y + rng.randrange(-220, 220))
        draw.line((*start, start[0] + rng.randrange(-180, 180), start[1] + rng.randrange(-90, 90)), fill=lit(CARDBOARD, 0.66), width=5)
    draw.rectangle((0, 130, SIZE[0], 190), fill=(226, 222, 204))
    draw.line((0, 136, SIZE[0], 136), fill=(246, 244, 232), width=4)
    words(image, (120, 1120), subject.model, 96, lit(CARDBOARD, 0.5))
    return image


def unit_damage(rng: Dice, subject: Subject) -> Image.Image:
    """A dent with scratches in the sheet metal, with a coin for scale."""
    body = body_of(subject)
    image = gradient(SIZE, lit(body, 1.06), lit(body, 0.84))
    x, y = rng.randrange(640, 1060), rng.randrange(460, 720)
    shadow(image, (x - 190, y - 130, x + 130, y + 90), 0.42)
    glow(image, (x - 60, y + 50, x + 190, y + 150), (255, 255, 255), 0.8)
    draw = ImageDraw.Draw(image)
    draw.arc((x - 200, y - 140, x + 190, y + 150), 150, 330, fill=lit(body, 0.66), width=4)
    draw.arc((x - 196, y - 134, x + 194, y + 156), 340, 120, fill=(252, 252, 252), width=4)
    for _ in range(rng.randrange(5, 9)):
        start = (x + rng.randrange(-160, 120), y + rng.randrange(-90, 90))
        end = (start[0] + rng.randrange(60, 300), start[1] + rng.randrange(-50, 60))
        draw.line((*start, *end), fill=lit(body, 0.5), width=rng.randrange(2, 6))
        draw.line((start[0], start[1] + 5, end[0], end[1] + 5), fill=(250, 250, 250), width=2)
    draw.line((0, 1120, SIZE[0], 1090), fill=lit(body, 0.6), width=10)
    coin = (x - 420, y + 180)
    shadow(image, (coin[0] - 90, coin[1] - 70, coin[0] + 110, coin[1] + 120), 0.4)
    for reach, tone in ((86, 0.7), (80, 1.05), (66, 0.9), (60, 1.0)):
        draw.ellipse((coin[0] - reach, coin[1] - reach, coin[0] + reach, coin[1] + reach), fill=lit((206, 200, 182), tone))
    words(image, coin, "1", 84, (150, 142, 120), "mm")
    return image


def _panel_frame(image: Image.Image, body: Colour) -> None:
    panel(image, (300, 320, 1460, 960), 46, (52, 56, 64), (26, 28, 34))
    ImageDraw.Draw(image).line((0, 1180, SIZE[0], 1176), fill=lit(body, 0.5), width=14)


def _face(image: Image.Image, corners: tuple[int, int, int, int, int, int], tone: float) -> None:
    """One side of a box: a shaded quadrangle with upper corners (x, y), (x, y) and the two lower heights."""
    x1, y1, x2, y2, low1, low2 = corners
    left, top = min(x1, x2), min(y1, y2)
    size = (max(x1, x2) - left, max(low1, low2) - top)
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).polygon([(x - left, y - top) for x, y in ((x1, y1), (x2, y2), (x2, low2), (x1, low1))], fill=255)
    sheet = streaked(gradient(size, lit(CARDBOARD, tone * 1.1), lit(CARDBOARD, tone * 0.86)), 0.22, (450, 4))
    image.paste(sheet, (left, top), mask)
    ImageDraw.Draw(image).line((x2, y2, x2, low2), fill=lit(CARDBOARD, tone * 0.7), width=4)


def _arrows(draw: ImageDraw.ImageDraw, left: int, top: int) -> None:
    ink = lit(CARDBOARD, 0.42)
    for x in (left, left + 70):
        draw.polygon([(x, top + 50), (x + 24, top), (x + 48, top + 50)], fill=ink)
        draw.rectangle((x + 14, top + 50, x + 34, top + 130), fill=ink)
    draw.rectangle((left - 10, top + 144, left + 128, top + 156), fill=ink)


def _star() -> list[tuple[float, float]]:
    return [
        (1, 0),
        (0.8, 0.5),
        (0.4, 0.9),
        (0, 1),
        (-0.5, 0.8),
        (-0.9, 0.4),
        (-1, 0),
        (-0.8, -0.6),
        (-0.4, -0.9),
        (0.1, -1),
        (0.6, -0.8),
        (0.9, -0.4),
    ]


SCENES: dict[str, Callable[[Dice, Subject], Image.Image]] = {
    "final_place": final_place,
    "placed": placed,
    "running": running,
    "fault": fault,
    "box": box,
    "box_damage": box_damage,
    "unit_damage": unit_damage,
}
