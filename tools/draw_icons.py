"""Draw the app's icons: a house whose doorway holds a tick. Run once, the results are in git.

    .venv/bin/python tools/draw_icons.py

One set of shapes on a 512 grid gives the SVG and, through Pillow, the PNGs that phones ask for.
"""

from pathlib import Path

from PIL import Image, ImageDraw

ICONS = Path(__file__).parents[1] / "app/pwa/public/icons"

BLUE, PAPER, AMBER = "#1c4490", "#f6f4ef", "#f2a33a"
HOUSE = [(256, 92), (428, 236), (428, 420), (84, 420), (84, 236)]
DOOR = (180, 252, 332, 420)
TICK = [(214, 336), (246, 368), (300, 300)]
STEP = (60, 420, 452, 444)
TICK_WIDTH = 26
CORNER = 96
GRID = 512
SMOOTHING = 4


def svg() -> str:
    house = " ".join(f"{x},{y}" for x, y in HOUSE)
    tick = " ".join(f"{x},{y}" for x, y in TICK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {GRID} {GRID}">\n'
        f'  <rect width="{GRID}" height="{GRID}" rx="{CORNER}" fill="{BLUE}"/>\n'
        f'  <polygon points="{house}" fill="{PAPER}"/>\n'
        f"  {_rect(DOOR, BLUE)}\n"
        f"  {_rect(STEP, AMBER)}\n"
        f'  <polyline points="{tick}" fill="none" stroke="{AMBER}" stroke-width="{TICK_WIDTH}"'
        ' stroke-linecap="round" stroke-linejoin="round"/>\n'
        "</svg>\n"
    )


def _rect(box: tuple[int, int, int, int], fill: str) -> str:
    left, top, right, bottom = box
    return f'<rect x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" fill="{fill}"/>'


def png(size: int, *, maskable: bool = False) -> Image.Image:
    """A maskable icon fills its square and keeps the drawing inside the middle 80 %, which no mask cuts."""
    big = size * SMOOTHING
    picture = Image.new("RGBA", (big, big), BLUE if maskable else (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    scale, shift = (big / GRID * 0.72, big * 0.14) if maskable else (big / GRID, 0.0)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * scale + shift, y * scale + shift

    if not maskable:
        draw.rounded_rectangle((0, 0, big - 1, big - 1), CORNER * scale, fill=BLUE)
    draw.polygon([at(x, y) for x, y in HOUSE], fill=PAPER)
    draw.rectangle((*at(*DOOR[:2]), *at(*DOOR[2:])), fill=BLUE)
    draw.rectangle((*at(*STEP[:2]), *at(*STEP[2:])), fill=AMBER)
    draw.line([at(x, y) for x, y in TICK], fill=AMBER, width=round(TICK_WIDTH * scale), joint="curve")
    radius = TICK_WIDTH * scale / 2
    for x, y in (at(*point) for point in TICK):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=AMBER)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    ICONS.mkdir(parents=True, exist_ok=True)
    (ICONS / "doorstep.svg").write_text(svg(), encoding="utf-8")
    png(192).save(ICONS / "doorstep-192.png", optimize=True)
    png(512).save(ICONS / "doorstep-512.png", optimize=True)
    png(512, maskable=True).save(ICONS / "doorstep-maskable-512.png", optimize=True)


if __name__ == "__main__":
    main()
