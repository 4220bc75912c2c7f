"""Code 128 (ISO/IEC 15417), set B, for the rating plates of the drawn photos. A scanner reads it."""

from PIL import Image, ImageDraw

# The widths of bars and spaces, six for each of the values 0 to 105, and seven for the stop.
_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
_STOP = "2331112"
_START_B = 104


def modules(text: str) -> list[bool]:
    """The narrow strips of a text's bar code, True where black, without the quiet zones.

    Raises `ValueError` for anything outside printable ASCII.
    """
    if not text or not all(" " <= character <= "~" for character in text):
        raise ValueError("printable ASCII only")
    values = [_START_B, *(ord(character) - 32 for character in text)]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(_WIDTHS[6 * value : 6 * value + 6] for value in [*values, check]) + _STOP
    return [place % 2 == 0 for place, width in enumerate(widths) for _ in range(int(width))]


def draw(image: Image.Image, place: tuple[int, int], text: str, module: int, height: int) -> int:
    """Draw a text's bar code with its quiet zones, `module` pixels a strip, and return its width in pixels."""
    strips = modules(text)
    pen = ImageDraw.Draw(image)
    left, top = place
    wide = (len(strips) + 20) * module
    pen.rectangle((left, top, left + wide, top + height), fill=(250, 250, 248))
    for at, black in enumerate(strips, start=10):
        if black:
            pen.rectangle((left + at * module, top + module, left + (at + 1) * module - 1, top + height - module), fill=(18, 18, 20))
    return wide
