"""The rooms that units stand in, in the drawn photos."""

from PIL import Image, ImageDraw

from app.services.demo.appliances import DARK
from app.services.demo.dice import Dice
from app.services.demo.surfaces import SIZE, gradient, lay_floor, lit, panel, planks, tiles


def bathroom(rng: Dice) -> Image.Image:
    """A tiled bathroom with a socket and a tap."""
    image = tiles(rng, SIZE, rng.choice(((226, 232, 234), (214, 226, 222), (232, 226, 214))), rng.choice(((220, 220), (300, 160))))
    lay_floor(image, 960, tiles(rng, (2600, 900), rng.choice(((150, 150, 150), (120, 116, 110), (186, 178, 166))), (260, 180)))
    draw = ImageDraw.Draw(image)
    x = rng.randrange(1240, 1420)
    panel(image, (x, 210, x + 90, 300), 10, (244, 244, 242), (216, 216, 214))
    draw.ellipse((x + 24, 236, x + 36, 248), fill=DARK)
    draw.ellipse((x + 54, 236, x + 66, 248), fill=DARK)
    draw.line((x + 45, 262, x + 45, 280), fill=DARK, width=8)
    tap = rng.randrange(240, 360)
    draw.line((tap, 0, tap, 250), fill=(150, 156, 164), width=34)
    draw.line((tap - 6, 0, tap - 6, 250), fill=(214, 218, 224), width=8)
    panel(image, (tap - 50, 200, tap + 50, 270), 20, (204, 208, 214), (150, 154, 160))
    draw.line((tap, 268, tap + 90, 520, tap + 240, 640), fill=(196, 198, 200), width=24, joint="curve")
    return image


def kitchen(rng: Dice) -> Image.Image:
    """A kitchen with cupboards at the right."""
    wall = rng.choice(((224, 220, 210), (208, 214, 216), (232, 228, 222)))
    image = gradient(SIZE, wall, lit(wall, 0.86))
    lay_floor(image, 1010, planks(rng, (2600, 900), rng.choice(((186, 146, 104), (150, 118, 88), (198, 176, 148)))))
    wood = rng.choice(((240, 240, 236), (120, 138, 132), (196, 166, 130)))
    panel(image, (1330, 560, 1900, 1040), 6, lit(wood, 1.02), lit(wood, 0.84))
    panel(image, (1310, 520, 1900, 566), 4, (92, 92, 96), (60, 60, 64))
    panel(image, (1330, 40, 1900, 330), 6, lit(wood, 1.04), lit(wood, 0.88))
    ImageDraw.Draw(image).line((1560, 570, 1560, 1036), fill=lit(wood, 0.66), width=5)
    return image
