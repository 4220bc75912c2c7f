"""Drawn photos of the home: the path with its floor cloth, shoe covers, the front door, a site that is not ready."""

from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

from app.services.demo.appliances import DARK, hose
from app.services.demo.dice import Dice
from app.services.demo.subject import Subject
from app.services.demo.surfaces import SIZE, Colour, glow, gradient, lay_floor, lit, panel, planks, shadow, streaked, tiles, words


def path(rng: Dice, subject: Subject) -> Image.Image:
    """The way in: a corridor with the cloth laid along it."""
    wall: Colour = rng.choice(((226, 222, 212), (212, 218, 220), (230, 224, 214)))
    image = gradient(SIZE, lit(wall, 0.96), lit(wall, 0.84))
    draw = ImageDraw.Draw(image)
    far = (rng.randrange(640, 720), 330, rng.randrange(1040, 1120), 860)
    lay_floor(image, far[3] - 10, planks(rng, (2600, 900), rng.choice(((182, 140, 98), (150, 116, 84), (198, 172, 140)))))
    draw.polygon([(0, 0), (SIZE[0], 0), (far[2], far[1]), (far[0], far[1])], fill=(240, 240, 236))
    draw.polygon([(0, 0), (far[0], far[1]), (far[0], far[3]), (0, SIZE[1])], fill=lit(wall, 0.93))
    draw.polygon([(SIZE[0], 0), (far[2], far[1]), (far[2], far[3]), (SIZE[0], SIZE[1])], fill=lit(wall, 1.02))
    draw.polygon([(0, SIZE[1] - 60), (far[0], far[3] - 16), (far[0], far[3]), (0, SIZE[1])], fill=lit(wall, 0.7))
    draw.polygon([(SIZE[0], SIZE[1] - 60), (far[2], far[3] - 16), (far[2], far[3]), (SIZE[0], SIZE[1])], fill=lit(wall, 0.76))
    panel(image, (far[0] + 90, far[1] + 110, far[2] - 90, far[3] - 4), 6, (150, 108, 74), (116, 82, 56))
    draw.ellipse((far[2] - 130, 620, far[2] - 110, 640), fill=(214, 190, 120))
    _cloth(image, rng, far)
    if rng.random() < 0.5:
        x, y = rng.randrange(160, 360), rng.randrange(640, 820)
        draw.line((x, y, x + 70, y + 26), fill=lit(wall, 0.6), width=7)
        draw.line((x + 12, y + 18, x + 64, y + 40), fill=lit(wall, 0.7), width=4)
    glow(image, (700, 120, 1060, 300), (255, 255, 246), 0.8)
    return image


def shoe_covers(rng: Dice, subject: Subject) -> Image.Image:
    """Two feet with blue covers on the doormat, seen from above."""
    image = tiles(rng, SIZE, rng.choice(((206, 200, 190), (170, 166, 160), (190, 176, 156))), (420, 420))
    mat: Colour = rng.choice(((96, 44, 44), (60, 66, 76), (84, 92, 70)))
    panel(image, (240, 500, 1520, 1260), 20, lit(mat, 1.15), lit(mat, 0.9))
    mesh = streaked(image.crop((250, 510, 1510, 1250)), 0.8, (500, 300))
    image.paste(mesh, (250, 510))
    cover: Colour = rng.choice(((74, 128, 208), (92, 150, 214), (70, 120, 190)))
    for left in (rng.randrange(480, 540), rng.randrange(940, 1000)):
        _foot(image, rng, left, cover)
    return image


def front_door(rng: Dice, subject: Subject) -> Image.Image:
    """The closed front door with its number."""
    image = tiles(rng, SIZE, (206, 204, 196), (440, 300))
    steel: Colour = rng.choice(((110, 52, 44), (74, 58, 48), (92, 96, 102)))
    panel(image, (430, 30, 1330, 1330), 8, lit(steel, 0.7), lit(steel, 0.6))
    panel(image, (480, 70, 1280, 1330), 6, lit(steel, 1.2), lit(steel, 0.85), sideways=True, brushed=0.25)
    for upper, lower in ((300, 620), (680, 1220)):
        panel(image, (580, upper, 1180, lower), 14, lit(steel, 0.95), lit(steel, 1.1))
    draw = ImageDraw.Draw(image)
    draw.ellipse((868, 210, 892, 234), fill=DARK, outline=(196, 190, 170), width=4)
    panel(image, (510, 640, 570, 900), 18, (206, 200, 186), (140, 134, 122))
    draw.line((540, 760, 660, 766), fill=(214, 208, 194), width=26)
    red: Colour = (186, 34, 34)
    for left in (360, 1340):
        panel(image, (left, 200, left + 62, 900), 4, lit(red, 1.1), lit(red, 0.85))
        for spot in range(7):
            draw.ellipse((left + 14, 240 + spot * 92, left + 48, 274 + spot * 92), outline=(230, 190, 80), width=6)
    panel(image, (790, 96, 970, 180), 10, (226, 214, 170), (180, 164, 116))
    number = f"{rng.randrange(2, 29)}0{rng.randrange(1, 5)}"
    words(image, (880, 138), number, 62, (70, 54, 30), "mm")
    return image


def site(rng: Dice, subject: Subject) -> Image.Image:
    """A room that is not ready: bare cement, a capped pipe, an open socket box with loose wires."""
    cement: Colour = (158, 156, 152)
    image = streaked(streaked(gradient(SIZE, lit(cement, 1.08), lit(cement, 0.86)), 0.5, (90, 60)), 0.4, (300, 200))
    rough = streaked(Image.new("RGB", (2400, 900), lit(cement, 0.82)), 0.8, (240, 90))
    lay_floor(image, 930, rough)
    draw = ImageDraw.Draw(image)
    x = rng.randrange(380, 620)
    draw.line((x, 560, x, 930), fill=(236, 236, 230), width=46)
    draw.line((x - 12, 560, x - 12, 930), fill=(252, 252, 250), width=10)
    panel(image, (x - 34, 500, x + 34, 580), 10, (206, 60, 50), (150, 34, 30))
    y = rng.randrange(300, 420)
    panel(image, (1080, y, 1260, y + 180), 8, (70, 70, 72), (40, 40, 42))
    for colour, end in (((190, 60, 40), (1040, y + 330)), ((60, 90, 180), (1160, y + 380)), ((180, 190, 60), (1250, y + 320))):
        hose(image, [(1170, y + 100), (1190, y + 220), end], 12, colour)
    for _ in range(10):
        left, top = rng.randrange(100, 1600), rng.randrange(1010, 1260)
        draw.polygon(
            [(left, top), (left + rng.randrange(30, 90), top - 24), (left + rng.randrange(60, 130), top + 30)],
            fill=lit(cement, rng.uniform(0.5, 1.2)),
        )
    words(image, (820, 690), "H=950", 54, (120, 60, 50))
    return image


def _cloth(image: Image.Image, rng: Dice, far: tuple[int, int, int, int]) -> None:
    colour: Colour = rng.choice(((70, 104, 150), (96, 118, 92), (140, 70, 66)))
    middle = (far[0] + far[2]) // 2
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).polygon(
        [(middle - 100, far[3] + 6), (middle + 100, far[3] + 6), (middle + 430, SIZE[1]), (middle - 430, SIZE[1])], fill=255
    )
    sheet = streaked(gradient(SIZE, lit(colour, 0.9), lit(colour, 1.15)), 0.5, (700, 500))
    stripes = ImageDraw.Draw(sheet)
    for share in (-0.72, 0.72):
        stripes.line((middle + 100 * share, far[3], middle + 430 * share, SIZE[1]), fill=lit(colour, 1.7), width=14)
    for fold in range(4):
        height = far[3] + 60 + fold * fold * 42 + rng.randrange(20)
        stripes.line((middle - 420, height, middle + 420, height + rng.randrange(-12, 12)), fill=lit(colour, 0.7), width=5 + fold * 2)
    image.paste(sheet.filter(ImageFilter.BoxBlur(1)), (0, 0), mask)


def _foot(image: Image.Image, rng: Dice, left: int, cover: Colour) -> None:
    shadow(image, (left - 20, 480, left + 320, 1190), 0.5)
    draw = ImageDraw.Draw(image)
    for inset, tone in ((0, 0.7), (10, 0.9), (26, 1.02), (52, 1.12)):
        draw.ellipse((left + inset, 440 + inset, left + 290 - inset, 1120 - inset), fill=lit(cover, tone))
    for _ in range(30):
        x = left + rng.randrange(50, 240)
        away = (x - left - 145) // 3
        y = rng.randrange(600, 1000)
        draw.line((x, y, x + away, y + rng.randrange(40, 110)), fill=lit(cover, rng.choice((0.94, 1.0, 1.2))), width=rng.randrange(4, 10))
    draw.ellipse((left + 34, 420, left + 256, 640), fill=lit(cover, 0.6))
    draw.ellipse((left + 46, 400, left + 244, 616), fill=(38, 42, 54))
    cloth: Colour = (48, 56, 78)
    draw.polygon([(left + 30, 0), (left + 260, 0), (left + 246, 520), (left + 46, 520)], fill=cloth)
    draw.line((left + 110, 0, left + 120, 500), fill=lit(cloth, 1.3), width=12)
    draw.line((left + 200, 0, left + 190, 500), fill=lit(cloth, 0.7), width=12)


SCENES: dict[str, Callable[[Dice, Subject], Image.Image]] = {
    "path": path,
    "shoe_covers": shoe_covers,
    "front_door": front_door,
    "site": site,
}
