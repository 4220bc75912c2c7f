"""Drawn photos of an old appliance that goes: the unit, its plate, the pipe that stays, a mark made on the way out."""

from collections.abc import Callable

from PIL import Image, ImageDraw

from app.services.demo import barcode
from app.services.demo.appliances import DARK, nut, refrigerator, washer
from app.services.demo.dice import Dice
from app.services.demo.scenes_air import indoor_unit, outdoor_unit
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, Colour, gradient, lay_floor, lit, panel, shadow, streaked, tiles, words

YELLOWED: Colour = (214, 206, 176)
BRAND = "OLD-LINE"


def old_unit(rng: Dice, subject: Subject) -> Image.Image:
    """The yellowed old unit on the landing, tied, before it is carried away."""
    image = gradient(SIZE, (196, 196, 186), (170, 170, 160))
    ImageDraw.Draw(image).rectangle((0, 520, SIZE[0], 900), fill=(128, 152, 132))
    lay_floor(image, 880, tiles(rng, (2400, 900), (150, 148, 142), (240, 160)))
    box = (500, 330, 1140, 1130)
    if subject.is_air_conditioner:
        box = (420, 560, 1340, 1130)
        outdoor_unit(image, box, YELLOWED, BRAND)
        indoor_unit(image, (300, 240, 1260, 520), YELLOWED, BRAND, None)
    elif subject.is_refrigerator:
        box = (560, 120, 1120, 1130)
        refrigerator(image, box, YELLOWED, BRAND, " ")
    else:
        washer(image, box, YELLOWED, BRAND, " ")
    draw = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = rng.randrange(box[0] + 20, box[2] - 20), rng.randrange(box[3] - 300, box[3] - 30)
        draw.line((x, y, x + rng.randrange(-6, 6), y + rng.randrange(20, 90)), fill=(142, 92, 54), width=rng.randrange(4, 12))
    for height in (box[1] + 130, box[3] - 120):
        draw.line((box[0] - 8, height, box[2] + 8, height + 14), fill=(44, 96, 170), width=22)
        draw.line((box[0] - 8, height - 6, box[2] + 8, height + 8), fill=(92, 140, 206), width=5)
    return image


def old_plate(rng: Dice, subject: Subject) -> Image.Image:
    """The old unit's plate: worn, yellowed, its serial still to be read."""
    image = streaked(gradient(SIZE, lit(YELLOWED, 1.0), lit(YELLOWED, 0.8)), 0.4, (8, 600))
    shadow(image, (230, 270, 1560, 1080), 0.3)
    panel(image, (250, 250, 1510, 1050), 14, (214, 212, 202), (190, 188, 176))
    ink: Colour = (62, 58, 54)
    words(image, (330, 300), BRAND, 84, ink)
    rows = (
        ("MODEL", f"OL-{rng.randrange(20, 90)}B"),
        ("MADE", f"20{rng.randrange(8, 15):02d}-0{rng.randrange(1, 10)}"),
        ("RATED", "220 V ~ 50 Hz"),
    )
    for row, (name, value) in enumerate(rows):
        words(image, (334, 430 + row * 84), name, 40, lit(ink, 1.8))
        words(image, (560, 424 + row * 84), value, 50, ink)
    serial = f"{rng.randrange(10_000_000, 99_999_999)}"
    words(image, (334, 700), "SERIAL NO.", 40, lit(ink, 1.8))
    words(image, (600, 690), serial, 60, ink)
    barcode.draw(image, (330, 790), serial, 4, 150)
    draw = ImageDraw.Draw(image)
    for _ in range(26):
        x, y = rng.randrange(260, 1480), rng.randrange(260, 680)
        draw.line(
            (x, y, x + rng.randrange(20, 160), y + rng.randrange(-20, 20)),
            fill=lit((206, 204, 192), rng.uniform(0.9, 1.1)),
            width=rng.randrange(2, 5),
        )
    for x, y in ((290, 290), (1470, 290), (290, 1010), (1470, 1010)):
        nut(image, (x, y), 20, (150, 140, 120))
    return image


def gas_capped(rng: Dice, subject: Subject) -> Image.Image:
    """The gas pipe at the wall: its valve across, a metal plug on the end, foam without bubbles."""
    image = tiles(rng, SIZE, rng.choice(((226, 224, 216), (216, 222, 224))), (330, 330))
    x = rng.randrange(640, 820)
    yellow: Colour = (226, 182, 44)
    panel(image, (x, 0, x + 90, 560), 8, lit(yellow, 1.1), lit(yellow, 0.7), sideways=True)
    panel(image, (x - 40, 520, x + 130, 700), 24, (206, 176, 110), (150, 122, 66))
    panel(image, (x - 170, 580, x + 70, 630), 20, (206, 52, 44), (150, 34, 30))
    panel(image, (x + 5, 690, x + 85, 860), 10, (214, 186, 120), (148, 120, 66), sideways=True)
    panel(image, (x - 20, 840, x + 110, 960), 16, (196, 200, 204), (120, 124, 130), sideways=True)
    for rib in range(6):
        ImageDraw.Draw(image).line((x - 8 + rib * 22, 850, x - 8 + rib * 22, 950), fill=(96, 100, 106), width=5)
    for _ in range(60):
        at = (x + rng.randrange(-30, 110), 815 + rng.randrange(0, 60))
        reach = rng.randrange(4, 14)
        ImageDraw.Draw(image).ellipse(
            (at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach), fill=(246, 248, 250), outline=(214, 220, 224)
        )
    words(image, (x + 220, 560), "GAS", 70, (190, 150, 40))
    return image


def mark_made(rng: Dice, subject: Subject) -> Image.Image:
    """A fresh scrape in the plaster at a door frame, a tape measure beside it."""
    wall: Colour = rng.choice(((228, 224, 214), (216, 220, 220)))
    image = streaked(gradient(SIZE, lit(wall, 1.0), lit(wall, 0.88)), 0.25, (500, 400))
    panel(image, (0, 0, 430, SIZE[1]), 4, (168, 124, 84), (136, 98, 64), sideways=True, brushed=0.3)
    draw = ImageDraw.Draw(image)
    x, y = rng.randrange(640, 820), rng.randrange(420, 560)
    for stroke in range(16):
        start = (x + rng.randrange(-40, 60), y + stroke * 14)
        end = (start[0] + rng.randrange(260, 420), start[1] + rng.randrange(20, 70))
        draw.line((*start, *end), fill=lit((176, 168, 156), rng.uniform(0.8, 1.15)), width=rng.randrange(4, 14))
    draw.polygon([(x + 60, y + 90), (x + 260, y + 120), (x + 220, y + 190), (x + 90, y + 170)], fill=(150, 142, 132))
    panel(image, (x - 80, y + 380, x + 640, y + 450), 4, (250, 214, 60), (226, 186, 40))
    for step in range(36):
        left = x - 70 + step * 20
        draw.line((left, y + 384, left, y + (420 if step % 5 else 436)), fill=DARK, width=3)
    return image


SCENES: dict[str, Callable[[Dice, Subject], Image.Image]] = {
    "old_unit": old_unit,
    "old_plate": old_plate,
    "gas_capped": gas_capped,
    "mark_made": mark_made,
}
