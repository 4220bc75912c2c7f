"""Drawn photos of a split air conditioner being installed: the hole, the stand, the gauge, the joints, the terminals."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

from app.services.demo.appliances import DARK, WHITE, hose, nut, show
from app.services.demo.dice import Dice
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, Box, Colour, glow, gradient, lay_floor, lit, panel, planks, shadow, streaked, tiles, words

BRASS: Colour = (206, 170, 96)
COPPER: Colour = (190, 112, 72)
STEEL: Colour = (180, 184, 190)


def indoor_unit(image: Image.Image, box: Box, body: Colour, brand: str, display: str | None) -> None:
    """The wall unit of a split air conditioner, that fills `box`."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    shadow(image, (left + 20, bottom - high // 8, right - 20, bottom + high // 3), 0.35)
    panel(image, box, high // 6, lit(body, 1.05), lit(body, 0.88))
    panel(
        image, (left + wide // 30, bottom - high // 4, right - wide // 30, bottom - high // 12), high // 20, lit(body, 0.6), lit(body, 0.45)
    )
    ImageDraw.Draw(image).line(
        (left + wide // 40, bottom - high // 3, right - wide // 40, bottom - high // 3), fill=lit(body, 0.78), width=4
    )
    words(image, (left + wide // 20, top + high // 5), brand, max(16, wide // 26), (96, 102, 112))
    if display is not None:
        show(image, (right - wide // 6, top + high // 4, right - wide // 20, top + high // 2), display)


def outdoor_unit(image: Image.Image, box: Box, body: Colour, brand: str) -> None:
    """The outdoor unit from the front: fan behind its grille, that fills `box`."""
    left, top, right, bottom = box
    wide, high = right - left, bottom - top
    shadow(image, (left - wide // 14, bottom - high // 16, right + wide // 14, bottom + high // 12), 0.5)
    panel(image, (left, top, right, bottom - high // 30), 12, lit(body, 1.04), lit(body, 0.84))
    draw = ImageDraw.Draw(image)
    for foot in (left + wide // 8, right - wide // 4):
        draw.rectangle((foot, bottom - high // 30, foot + wide // 8, bottom), fill=DARK)
    x, y, reach = left + round(wide * 0.38), (top + bottom) // 2, round(high * 0.4)
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(52, 56, 62), outline=lit(body, 0.7), width=6)
    for blade in range(5):
        angle = blade * math.tau / 5 + 0.4
        tip, turn = 0.84 * reach, 0.5
        points = [(x, y), *((x + tip * math.cos(angle + share * turn), y + tip * math.sin(angle + share * turn)) for share in (0, 0.5, 1))]
        draw.polygon(points, fill=(96, 100, 108))
    for ring in range(1, 8):
        inner = reach * ring // 8
        draw.ellipse((x - inner, y - inner, x + inner, y + inner), outline=lit(body, 0.62), width=3)
    for spoke in range(12):
        angle = spoke * math.pi / 6
        draw.line((x, y, x + reach * math.cos(angle), y + reach * math.sin(angle)), fill=lit(body, 0.62), width=3)
    for slot in range(6):
        height = top + high // 6 + slot * high // 14
        draw.line((left + round(wide * 0.74), height, right - wide // 20, height), fill=lit(body, 0.6), width=8)
    words(image, (left + round(wide * 0.75), bottom - high // 4), brand, max(16, wide // 24), (80, 86, 96))


def cooled_room(rng: Dice, subject: Subject) -> Image.Image:
    """A room with the wall unit in its place, the floor below it clean."""
    wall: Colour = rng.choice(((222, 226, 228), (232, 226, 214), (214, 222, 216)))
    image = gradient(SIZE, wall, lit(wall, 0.88))
    lay_floor(image, 1060, planks(rng, (2600, 900), rng.choice(((186, 146, 104), (150, 118, 88)))))
    left = rng.randrange(360, 520)
    indoor_unit(image, (left, 200, left + 920, 500), WHITE, subject.brand, f"{rng.randrange(22, 27)}°")
    hose(image, [(left + 900, 330), (left + 1010, 340), (left + 1080, 350), (SIZE[0], 350)], 44, (238, 238, 234))
    panel(image, (left - 130, 760, left + 300, 1090), 20, (150, 168, 160), (112, 130, 124))
    panel(image, (left + 640, 620, left + 920, 930), 6, (198, 176, 140), (176, 150, 112))
    return image


def height_safety(rng: Dice, subject: Subject) -> Image.Image:
    """An installer's back at the open window: harness on, rope at its anchor."""
    image = gradient(SIZE, (196, 216, 236), (226, 234, 240))
    draw = ImageDraw.Draw(image)
    for place in range(7):
        left, top = place * 270 + rng.randrange(-40, 40), rng.randrange(380, 760)
        panel(image, (left, top, left + 210, SIZE[1]), 4, (176, 184, 194), (150, 158, 168))
        for floor in range(top + 40, SIZE[1], 80):
            draw.rectangle((left + 30, floor, left + 180, floor + 34), fill=(128, 140, 154))
    for frame in ((0, 0, 210, SIZE[1]), (1560, 0, SIZE[0], SIZE[1]), (0, 1120, SIZE[0], SIZE[1])):
        panel(image, frame, 4, (228, 226, 220), (206, 204, 198))
    vest: Colour = rng.choice(((64, 92, 140), (86, 96, 104)))
    x = rng.randrange(760, 960)
    panel(image, (x - 220, 520, x + 220, 1300), 120, lit(vest, 1.1), lit(vest, 0.8), sideways=True)
    draw.ellipse((x - 130, 250, x + 130, 540), fill=(232, 190, 44), outline=(170, 134, 30), width=6)
    strap: Colour = (232, 96, 36)
    for side in (-1, 1):
        draw.line((x + side * 150, 560, x - side * 110, 1060), fill=strap, width=44)
    draw.line((x - 210, 1080, x + 210, 1080), fill=strap, width=50)
    nut(image, (x, 800), 54, STEEL)
    hose(image, [(x, 800), (x + 260, 700), (1500, 560), (1640, 420)], 26, (230, 226, 214))
    nut(image, (1640, 400), 60, STEEL)
    return image


def pipe_hole(rng: Dice, subject: Subject) -> Image.Image:
    """Where the pipes go through the wall, the seal around them."""
    wall: Colour = rng.choice(((224, 222, 214), (206, 212, 214)))
    image = streaked(gradient(SIZE, lit(wall, 1.0), lit(wall, 0.9)), 0.3, (500, 400))
    x, y = rng.randrange(760, 980), rng.randrange(520, 640)
    draw = ImageDraw.Draw(image)
    for reach, tone in ((260, 0.9), (246, 1.04), (200, 0.8)):
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=lit((232, 230, 224), tone))
    for _ in range(60):
        angle, far = rng.uniform(0, math.tau), rng.uniform(120, 205)
        at = (x + far * math.cos(angle), y + far * math.sin(angle))
        draw.ellipse((at[0] - 34, at[1] - 28, at[0] + 34, at[1] + 28), fill=lit((206, 206, 200), rng.uniform(0.9, 1.05)))
    for shift, thick, colour in (
        (-70, 96, (236, 236, 232)),
        (40, 76, (230, 230, 226)),
        (100, 44, (190, 192, 196)),
        (120, 30, (60, 62, 68)),
    ):
        hose(
            image, [(x + shift // 2, y), (x + shift, y + 220), (x + shift * 2, y + 480), (x + shift * 2 + 60, SIZE[1] + 60)], thick, colour
        )
    glow(image, (x - 420, y - 420, x - 120, y - 180), (255, 255, 255), 0.3)
    return image


def outdoor_stand(rng: Dice, subject: Subject) -> Image.Image:
    """The outdoor unit on its wall bracket: three bolts at each arm, pads under the feet."""
    image = tiles(rng, SIZE, rng.choice(((176, 150, 130), (168, 170, 166), (196, 186, 170))), (190, 90))
    outdoor_unit(image, (380, 190, 1380, 900), WHITE, subject.brand)
    for x in (500, 1120):
        panel(image, (x, 860, x + 90, 1230), 6, lit(STEEL, 1.1), lit(STEEL, 0.7), sideways=True)
        panel(image, (x - 60, 880, x + 150, 930), 6, lit(STEEL, 1.1), lit(STEEL, 0.8))
        panel(image, (x - 30, 846, x + 120, 886), 8, (48, 50, 56), (28, 30, 34))
        for bolt in range(3):
            nut(image, (x + 45 + rng.randrange(-3, 3), 980 + bolt * 100), 34, (206, 208, 212))
    return image


def vacuum_gauge(rng: Dice, subject: Subject) -> Image.Image:
    """The manifold's gauge with its needle at the bottom of the scale, hoses on."""
    image = streaked(gradient(SIZE, (150, 154, 150), (118, 122, 120)), 0.4, (400, 300))
    for x, colour in ((360, (46, 96, 190)), (880, (222, 186, 40)), (1400, (196, 48, 44))):
        hose(image, [(x, 1080), (x + 20, 1180), (x - 40, SIZE[1] + 60)], 70, colour)
    panel(image, (250, 960, 1510, 1120), 40, lit(BRASS, 1.15), lit(BRASS, 0.7))
    x, y, reach = 880, 520, 430
    draw = ImageDraw.Draw(image)
    shadow(image, (x - reach + 20, y - reach + 40, x + reach + 60, y + reach + 70), 0.4)
    for share, colour in ((1.0, (52, 96, 178)), (0.95, (28, 60, 120)), (0.9, (246, 247, 248))):
        inner = round(reach * share)
        draw.ellipse((x - inner, y - inner, x + inner, y + inner), fill=colour)
    for tick in range(41):
        angle = math.radians(135 + tick * 270 / 40)
        begins = 0.72 if tick % 5 == 0 else 0.78
        ends = [(x + reach * share * math.cos(angle), y + reach * share * math.sin(angle)) for share in (begins, 0.84)]
        draw.line((*ends[0], *ends[1]), fill=DARK, width=8 if tick % 5 == 0 else 4)
        if tick % 10 == 0:
            at = (round(x + reach * 0.58 * math.cos(angle)), round(y + reach * 0.58 * math.sin(angle)))
            words(image, at, ("-0.1", "0", "0.6", "1.2", "1.8")[tick // 10], 54, DARK, "mm")
    words(image, (x, y + 150), "MPa", 56, (80, 84, 92), "mm")
    rest = math.radians(135 + rng.uniform(-1, 2))
    tail, tip = ((x + reach * share * math.cos(rest), y + reach * share * math.sin(rest)) for share in (-0.16, 0.7))
    draw.line((*tail, *tip), fill=(196, 40, 36), width=14)
    nut(image, (x, y), 34, STEEL)
    glow(image, (x - 300, y - 330, x - 20, y - 160), (255, 255, 255), 0.35)
    return image


def refrigerant_joint(rng: Dice, subject: Subject) -> Image.Image:
    """A flare joint under foam, no bubbles growing."""
    image = streaked(gradient(SIZE, (206, 208, 210), (176, 178, 182)), 0.2, (700, 500))
    y = rng.randrange(560, 700)
    hose(image, [(-60, y + 60), (300, y + 20), (560, y), (760, y)], 110, COPPER)
    hose(image, [(1080, y), (1300, y), (1540, y - 60), (SIZE[0] + 60, y - 160)], 130, (240, 240, 236))
    panel(image, (700, y - 130, 900, y + 130), 20, lit(BRASS, 1.2), lit(BRASS, 0.66))
    panel(image, (880, y - 150, 1120, y + 150), 14, lit(BRASS, 1.1), lit(BRASS, 0.6))
    draw = ImageDraw.Draw(image)
    for edge in (950, 1040):
        draw.line((edge, y - 146, edge, y + 146), fill=lit(BRASS, 0.6), width=5)
    for _ in range(260):
        at = (rng.gauss(890, 90), rng.gauss(y - 60, 70))
        reach = rng.randrange(5, 20)
        draw.ellipse((at[0] - reach, at[1] - reach, at[0] + reach, at[1] + reach), fill=(250, 250, 252), outline=(220, 226, 232))
    glow(image, (760, y - 200, 1000, y - 40), (255, 255, 255), 0.5)
    return image


def outdoor_terminals(rng: Dice, subject: Subject) -> Image.Image:
    """The terminal block with its cover off: numbers, clamp, earth screw."""
    image = streaked(gradient(SIZE, lit(STEEL, 1.12), lit(STEEL, 0.9)), 0.3, (900, 6))
    x = rng.randrange(380, 460)
    panel(image, (x, 300, x + 900, 620), 16, (60, 64, 70), (34, 36, 42))
    wires: tuple[Colour, ...] = ((150, 92, 54), (60, 104, 190), (40, 42, 46), (186, 190, 60))
    for place, (label, colour) in enumerate(zip(("1(L)", "2(N)", "3", "PE"), wires, strict=True)):
        centre = x + 130 + place * 210
        panel(image, (centre - 74, 340, centre + 74, 580), 8, (216, 218, 222), (170, 174, 180))
        nut(image, (centre, 450), 48, BRASS)
        words(image, (centre, 262), label, 56, DARK, "mm")
        hose(image, [(centre, 500), (centre + 6, 760), (x + 460 + place * 20, 960), (x + 470, 1150), (x + 480, SIZE[1] + 80)], 34, colour)
    panel(image, (x + 340, 1060, x + 620, 1140), 18, (214, 216, 220), (150, 154, 160))
    for bolt in (x + 380, x + 580):
        nut(image, (bolt, 1100), 30, STEEL)
    return image


def valves_closed(rng: Dice, subject: Subject) -> Image.Image:
    """The two service valves at the outdoor unit's side, closed, their caps on."""
    image = streaked(gradient(SIZE, (222, 220, 208), (190, 188, 176)), 0.25, (8, 700))
    for place, (y, thick) in enumerate(((420, 70), (860, 100))):
        panel(image, (420, y - 150, 820, y + 150), 14, (150, 152, 156), (110, 112, 116))
        panel(image, (760, y - thick, 1130, y + thick), 20, lit(BRASS, 1.15), lit(BRASS, 0.66))
        panel(image, (1090, y - thick - 24, 1260, y + thick + 24), 18, lit(BRASS, 1.2), lit(BRASS, 0.7), sideways=True)
        panel(image, (880, y - thick - 150, 1010, y - thick + 10), 14, lit(BRASS, 1.2), lit(BRASS, 0.7), sideways=True)
        hose(
            image, [(1240, y), (1460, y + 10), (SIZE[0] + 60, y + 40 + rng.randrange(40))], thick, COPPER if place == 0 else (240, 240, 236)
        )
    return image


SCENES: dict[str, Callable[[Dice, Subject], Image.Image]] = {
    "height_safety": height_safety,
    "pipe_hole": pipe_hole,
    "outdoor_stand": outdoor_stand,
    "vacuum_gauge": vacuum_gauge,
    "refrigerant_joint": refrigerant_joint,
    "outdoor_terminals": outdoor_terminals,
    "valves_closed": valves_closed,
}
