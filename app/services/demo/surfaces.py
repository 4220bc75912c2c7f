"""What the drawn photos are made of: shaded colour, tiles, planks, cardboard, metal, shadows."""

from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from app.services.demo.dice import Dice, dice

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]

SIZE = (1760, 1320)
"""What a scene is drawn on, in pixels. The camera's view of it is a little smaller."""


def lit(colour: Colour, factor: float) -> Colour:
    """The same colour, brighter (`factor` over 1) or darker."""
    red, green, blue = (min(255, max(0, round(part * factor))) for part in colour)
    return red, green, blue


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The typeface that comes with Pillow, so that a drawing needs none of the machine's."""
    return _font(size)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def noise() -> Image.Image:
    """Grey noise around 128, 2048 x 1536, the same in every process."""
    tile = Image.frombytes("L", (512, 384), dice("film").randbytes(512 * 384))
    fine = tile.filter(ImageFilter.GaussianBlur(0.5)).point([64 + value // 2 for value in range(256)])
    whole = Image.new("L", (2048, 1536))
    for place in range(16):
        turned = fine.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if place % 2 else fine
        whole.paste(turned, (512 * (place % 4), 384 * (place // 4)))
    return whole


def gradient(size: tuple[int, int], first: Colour, last: Colour, sideways: bool = False) -> Image.Image:
    """A colour that runs from the upper (or left) edge to the lower (or right) one."""
    shape = (16, 1) if sideways else (1, 16)
    small = Image.new("RGB", shape)
    for place in range(16):
        share = place / 15
        red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, last, strict=True))
        small.putpixel((place, 0) if sideways else (0, place), (red, green, blue))
    return small.resize(size, Image.Resampling.BILINEAR)


def streaked(image: Image.Image, strength: float, along: tuple[int, int]) -> Image.Image:
    """The image with noise stretched over it: brushed metal, wood, paper. `along` is the patch of noise that is stretched."""
    streaks = noise().crop((0, 0, *along)).resize(image.size, Image.Resampling.BILINEAR)
    soft = streaks.point([round(128 + (value - 128) * strength) for value in range(256)])
    return ImageChops.add(image, Image.merge("RGB", (soft, soft, soft)), 1.0, -128)


def shadow(image: Image.Image, box: Box, strength: float) -> None:
    """Darken what lies under an ellipse, softly. `strength` is 0 to 1."""
    _soft_ellipse(image, box, (16, 16, 20), strength, 6)


def glow(image: Image.Image, box: Box, colour: Colour, strength: float) -> None:
    """Light falling in an ellipse: glare on a plate, a lamp, a lit display."""
    _soft_ellipse(image, box, colour, strength, 9)


def _soft_ellipse(image: Image.Image, box: Box, colour: Colour, strength: float, softness: int) -> None:
    """Only the part of the image that the ellipse reaches is touched; its mask is drawn at an eighth of the size."""
    reach = 24 * softness
    left, top = max(0, box[0] - reach), max(0, box[1] - reach)
    right, bottom = min(image.width, box[2] + reach), min(image.height, box[3] + reach)
    small = Image.new("L", ((right - left) // 8, (bottom - top) // 8))
    inner = ((box[0] - left) // 8, (box[1] - top) // 8, (box[2] - left) // 8, (box[3] - top) // 8)
    ImageDraw.Draw(small).ellipse(inner, fill=round(255 * strength))
    mask = small.filter(ImageFilter.GaussianBlur(softness)).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    image.paste(colour, (left, top, right, bottom), mask)


def panel(image: Image.Image, box: Box, radius: int, first: Colour, last: Colour, sideways: bool = False, brushed: float = 0.0) -> None:
    """A shaded sheet with rounded corners, a bright upper edge and a dark lower one."""
    left, top, right, bottom = box
    size = (right - left, bottom - top)
    sheet = gradient(size, first, last, sideways)
    if brushed:
        sheet = streaked(sheet, brushed, (6, 900))
    mask = Image.new("L", size)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius, fill=255)
    image.paste(sheet, (left, top), mask)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle(box, radius, outline=lit(last, 0.72), width=3)
    draw.line((left + radius, top + 2, right - radius, top + 2), fill=lit(first, 1.12), width=4)


def tiles(rng: Dice, size: tuple[int, int], colour: Colour, across: tuple[int, int]) -> Image.Image:
    """A tiled wall: every tile a little different, joints between."""
    wall = Image.new("RGB", size, lit(colour, 0.78))
    draw = ImageDraw.Draw(wall)
    wide, high = across
    for row in range(size[1] // high + 1):
        for column in range(size[0] // wide + 1):
            left, top = column * wide, row * high
            tone = lit(colour, rng.uniform(0.95, 1.04))
            draw.rectangle((left + 3, top + 3, left + wide - 3, top + high - 3), fill=tone)
            draw.line((left + 4, top + 5, left + wide - 5, top + 5), fill=lit(tone, 1.06), width=3)
    return wall


def planks(rng: Dice, size: tuple[int, int], colour: Colour) -> Image.Image:
    """A wooden floor seen from above, planks running away from the viewer."""
    floor = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(floor)
    wide = size[0] // 12
    for column in range(13):
        top = -rng.randrange(400)
        while top < size[1]:
            length = rng.randrange(380, 760)
            tone = lit(colour, rng.uniform(0.86, 1.1))
            box = (column * wide, top, column * wide + wide - 3, top + length - 3)
            draw.rectangle(box, fill=tone, outline=lit(colour, 0.66), width=2)
            top += length
    return streaked(floor, 0.35, (700, 10))


def lay_floor(image: Image.Image, horizon: int, texture: Image.Image) -> None:
    """Lay a texture as the floor below `horizon`, running away from the viewer."""
    wide, high = texture.size
    lower = (SIZE[0], SIZE[1] - horizon)
    across, nearer = wide / lower[0], 2.0 / lower[1]  # the near edge shows a third of what the far edge shows
    view = (across, wide / 2 * nearer, wide / 2 - across * lower[0] / 2, 0, high * 3 / lower[1], 0, 0, nearer)
    image.paste(texture.transform(lower, Image.Transform.PERSPECTIVE, view, Image.Resampling.BILINEAR), (0, horizon))
    dark = gradient((SIZE[0], 90), (90, 90, 96), (255, 255, 255))
    strip = image.crop((0, horizon, SIZE[0], horizon + 90))
    image.paste(ImageChops.multiply(strip, dark), (0, horizon))


def words(image: Image.Image, place: tuple[int, int], text: str, size: int, colour: Colour, anchor: str = "la") -> None:
    """Write a line of text."""
    ImageDraw.Draw(image).text(place, text, fill=colour, font=font(size), anchor=anchor)
