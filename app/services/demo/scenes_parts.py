"""Drawn photos of small things, close: rating plate, transit bolts, hose joints, parts."""

from collections.abc import Callable

import qrcode
from PIL import Image, ImageDraw

from app.services.demo import barcode
from app.services.demo.appliances import DARK, WHITE, hose, nut, tissue
from app.services.demo.dice import Dice
from app.services.demo.scenes_unit import body_of
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, Colour, glow, gradient, lit, panel, shadow, streaked, tiles, words

STEEL: Colour = (196, 200, 204)
# What a plate says of its appliance: what it is, and three ratings.
PLATES: dict[str, tuple[str, str, str, str]] = {
    "refrigerator": ("REFRIGERATOR-FREEZER", "220 V ~  50 Hz", "1.1 A  R600a 58 g", "Class ST/T"),
    "washing_machine": ("DRUM WASHING MACHINE", "220 V ~  50 Hz", "2000 W  IPX4", "10 kg  1400 r/min"),
    "air_conditioner": ("SPLIT AIR CONDITIONER", "220 V ~  50 Hz", "3500 W  R32 0.72 kg", "T1  IPX4  1.15 kW"),
}


def rating_plate(rng: Dice, subject: Subject) -> Image.Image:
    """The plate with model, ratings and serial, the serial in Code 128 and in a QR code: both can be scanned from the photo."""
    image = streaked(gradient(SIZE, lit(body_of(subject), 1.0), lit(body_of(subject), 0.82)), 0.25, (8, 600))
    shadow(image, (170, 190, 1620, 1190), 0.35)
    panel(image, (190, 170, 1570, 1140), 26, (238, 239, 240), (214, 216, 218))
    for x, y in ((226, 206), (1534, 206), (226, 1104), (1534, 1104)):
        nut(image, (x, y), 18, STEEL)
    ink: Colour = (26, 28, 34)
    words(image, (280, 226), subject.brand, 92, ink)
    kind, *ratings = PLATES[subject.category]
    words(image, (284, 340), kind, 36, ink)
    for row, (name, value) in enumerate(
        (("MODEL", subject.model), ("RATED", ratings[0]), ("POWER", ratings[1]), ("TYPE", ratings[2]), ("GTIN", subject.gtin))
    ):
        top = 410 + row * 66
        words(image, (284, top), name, 38, (90, 94, 102))
        words(image, (480, top), value, 44, ink)
        ImageDraw.Draw(image).line((280, top + 58, 1060, top + 58), fill=(170, 172, 176), width=2)
    _qr(image, (1130, 250), f"https://id.doorstep.example/01/{subject.gtin}/21/{subject.serial}", 390)
    words(image, (284, 780), "SERIAL NO.", 38, (90, 94, 102))
    words(image, (530, 768), subject.serial, 60, ink)
    barcode.draw(image, (270, 870), subject.serial, 4, 170)
    glow(image, (rng.randrange(900, 1200), 980, 1560, 1130), (255, 255, 255), 0.5)
    return image


def transit_bolts(rng: Dice, subject: Subject) -> Image.Image:
    """The rear sheet with its empty holes, the bolts laid out below them."""
    image = streaked(gradient(SIZE, lit(STEEL, 1.05), lit(STEEL, 0.84)), 0.35, (900, 5))
    draw = ImageDraw.Draw(image)
    for ridge in (260, 560):
        draw.rounded_rectangle((160, ridge, 1600, ridge + 210), 40, outline=lit(STEEL, 0.74), width=6)
        draw.line((200, ridge + 4, 1560, ridge + 4), fill=lit(STEEL, 1.15), width=5)
    for place in range(4):
        x, y = 380 + (place % 2) * 980 + rng.randrange(-14, 14), 360 + (place // 2) * 300
        draw.ellipse((x - 52, y - 52, x + 52, y + 52), fill=lit(STEEL, 0.6))
        draw.ellipse((x - 44, y - 44, x + 44, y + 44), fill=DARK)
        draw.arc((x - 46, y - 46, x + 46, y + 46), 20, 160, fill=lit(STEEL, 1.2), width=6)
    cloth: Colour = rng.choice(((72, 104, 148), (120, 74, 70), (96, 110, 92)))
    sheet = streaked(gradient((SIZE[0], 440), lit(cloth, 1.1), lit(cloth, 0.85)), 0.7, (600, 300))
    image.paste(sheet, (0, 880))
    for place in range(4):
        _bolt(image, 300 + place * 320 + rng.randrange(-30, 30), 990 + rng.randrange(-30, 30))
    return image


def leak_check(rng: Dice, subject: Subject) -> Image.Image:
    """The tap and the inlet hose after the run, a dry tissue under the joint."""
    image = tiles(rng, SIZE, rng.choice(((224, 230, 232), (214, 222, 216), (230, 224, 214))), (360, 360))
    x = rng.randrange(640, 860)
    _tap(image, x)
    hose(image, [(x + 30, 640), (x + 36, 820), (x + 190, 980), (x + 520, 1010), (x + 820, 1180)], 76, (178, 182, 186))
    nut_box = (x - 46, 548, x + 106, 660)
    panel(image, nut_box, 18, (72, 128, 200), (40, 84, 150), sideways=True)
    for rib in range(6):
        ImageDraw.Draw(image).line((x - 34 + rib * 25, 556, x - 34 + rib * 25, 652), fill=(36, 74, 130), width=5)
    tissue(image, rng, (x + 40, 780 + rng.randrange(30)), 210)
    glow(image, (x - 120, 200, x + 40, 420), (255, 255, 255), 0.5)
    return image


def water_line(rng: Dice, subject: Subject) -> Image.Image:
    """The small valve of a refrigerator's water line, a dry tissue below."""
    image = gradient(SIZE, (222, 220, 214), (190, 188, 184))
    x = rng.randrange(700, 900)
    hose(image, [(x, 0), (x, 300), (x, 520)], 60, (186, 150, 110))
    panel(image, (x - 110, 480, x + 110, 640), 30, (222, 224, 226), (160, 162, 166))
    panel(image, (x - 30, 400, x + 170, 460), 24, (206, 60, 52), (150, 36, 32))
    hose(image, [(x, 640), (x + 20, 800), (x + 300, 930), (x + 700, 900)], 36, (240, 242, 244))
    tissue(image, rng, (x + 20, 800), 230)
    return image


def part(rng: Dice, subject: Subject) -> Image.Image:
    """The parts bag laid out on the cloth."""
    image = streaked(gradient(SIZE, (86, 108, 140), (64, 84, 116)), 0.6, (600, 450))
    hose(image, [(220, 380), (480, 220), (760, 400), (560, 620), (300, 520)], 60, (200, 202, 206))
    panel(image, (980, 180, 1440, 760), 8, WHITE, (214, 216, 218))
    words(image, (1210, 300), subject.brand, 64, (60, 66, 78), "mm")
    words(image, (1210, 400), "USER MANUAL", 44, (60, 66, 78), "mm")
    words(image, (1210, 470), subject.model, 36, (110, 116, 128), "mm")
    for place in range(rng.randrange(2, 4)):
        nut(image, (420 + place * 170, 880 + rng.randrange(-20, 20)), 56, (90, 94, 100))
    panel(image, (960, 880, 1500, 1140), 30, (206, 214, 222), (176, 186, 198))
    words(image, (1230, 1010), "SPARE", 60, (120, 130, 144), "mm")
    return image


def _bolt(image: Image.Image, x: int, y: int) -> None:
    """A transit bolt with its rubber sleeve, lying."""
    shadow(image, (x - 30, y + 30, x + 190, y + 260), 0.4)
    panel(image, (x + 34, y + 40, x + 74, y + 250), 6, (220, 222, 226), (120, 124, 130), sideways=True)
    draw = ImageDraw.Draw(image)
    for thread in range(10):
        draw.line((x + 34, y + 150 + thread * 10, x + 74, y + 156 + thread * 10), fill=(110, 114, 120), width=3)
    panel(image, (x + 10, y + 60, x + 98, y + 140), 14, (66, 68, 74), (28, 30, 34), sideways=True)
    nut(image, (x + 54, y + 30), 50, (160, 164, 170))


def _tap(image: Image.Image, x: int) -> None:
    draw = ImageDraw.Draw(image)
    for reach, tone in ((120, 0.7), (110, 1.05), (96, 0.92)):
        draw.ellipse((x - reach + 30, 300 - reach, x + reach + 30, 300 + reach), fill=lit(STEEL, tone))
    panel(image, (x - 50, 250, x + 110, 420), 30, lit(STEEL, 1.15), lit(STEEL, 0.6), sideways=True)
    panel(image, (x - 24, 400, x + 84, 560), 12, lit(STEEL, 1.2), lit(STEEL, 0.6), sideways=True)
    panel(image, (x - 150, 150, x + 210, 206), 26, lit(STEEL, 1.2), lit(STEEL, 0.7))
    panel(image, (x + 4, 180, x + 56, 270), 10, lit(STEEL, 1.1), lit(STEEL, 0.6), sideways=True)


def _qr(image: Image.Image, place: tuple[int, int], text: str, side: int) -> None:
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    small = Image.new("L", (len(rows), len(rows)), 250)
    for y, row in enumerate(rows):
        for x, black in enumerate(row):
            if black:
                small.putpixel((x, y), 20)
    scale = side // len(rows)
    image.paste(small.resize((len(rows) * scale, len(rows) * scale), Image.Resampling.NEAREST).convert("RGB"), place)


SCENES: dict[str, Callable[[Dice, Subject], Image.Image]] = {
    "rating_plate": rating_plate,
    "transit_bolts": transit_bolts,
    "leak_check": leak_check,
    "water_line": water_line,
    "part": part,
}
