"""Pictures as they are shown: small and large, re-encoded from a blob, without anything but pixels in them."""

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from app import ids
from app.problems import NotAPicture, NotFound
from app.services.office import Office
from app.services.uploads import require_readable
from app.store.spool import full_disk_is_a_problem

SIDE_MAX = 30_000
# As many pixels as each form's decoder takes about 170 MB of memory for. A JPEG is made small while it is decoded, unless it is
# progressive; a PNG or WebP has to lie there at its full size, more than once.
PIXELS_MAX = {"JPEG": 50_000_000, "progressive JPEG": 20_000_000, "PNG": 16_000_000, "WEBP": 10_000_000}
FORMATS = ("JPEG", "PNG", "WEBP")
MIME = "image/jpeg"

# Pillow's own guard stands at another number and would only warn first; the header's size is judged here.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)

# One picture at a time, so that decoding never takes more than that of one process, however many are asked for; and always the same
# thread, because the system's allocator keeps what each thread has freed for that thread.
_DECODER = ThreadPoolExecutor(1, "decoder")


@dataclass(frozen=True, slots=True)
class _Kind:
    """One size: its longest side in pixels, and the JPEG quality."""

    side: int
    quality: int


KINDS = {"thumb": _Kind(320, 78), "view": _Kind(1600, 85)}


def derived(office: Office, tenant_id: str, sha256: str, kind: str) -> Path:
    """A JPEG of a verified blob, upright and within the kind's size (`thumb` or `view`); made once and kept on this machine.

    Raises `NotFound` when the tenant has no such blob, `NotAPicture` when its bytes are no JPEG, PNG or WebP that can be decoded, and
    `Unavailable` when the blob store does not give them.
    """
    if kind not in KINDS:
        raise NotFound
    require_readable(tenant_id, sha256)
    folder = office.settings.data / "derived" / tenant_id / sha256[:2]
    target = folder / f"{sha256}.{kind}.jpg"
    if target.exists():
        return target
    with full_disk_is_a_problem():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(office.blobs.path(tenant_id, sha256), target, KINDS[kind])
    return target


def is_picture(start: bytes) -> bool:
    """Whether a blob's first bytes are those of a picture that might be shown; nothing is decoded."""
    return start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")


def _make(original: Path, target: Path, kind: _Kind) -> None:
    """Write the picture beside its place and move it there whole: two who make it at once do each other no harm."""
    own = target.with_name(f"{target.name}.{ids.token(6)}")
    try:
        _DECODER.submit(_small, original, own, kind).result()
        os.replace(own, target)
    finally:
        own.unlink(missing_ok=True)


def _small(original: Path, own: Path, kind: _Kind) -> None:
    _decode(original, kind.side).save(own, "JPEG", quality=kind.quality, optimize=True, progressive=True)


def _decode(path: Path, side: int) -> Image.Image:
    """Upright RGB pixels of at most `side` on the longest side; whatever else the file carried is gone.

    The header alone decides whether the pixels are decoded. A file that ends early or lies about itself is `NotAPicture`.
    """
    with path.open("rb") as file:
        try:
            with Image.open(file, formats=FORMATS) as picture:
                _refuse_huge(picture)
                picture.draft("RGB", (side, side))
                picture.load()
                return _on_white(picture, side)
        except NotAPicture:
            raise
        except Exception as error:
            # Decoders fail in as many ways as there are broken files, from struct.error to a recursion without end.
            raise NotAPicture from error


def _refuse_huge(picture: Image.Image) -> None:
    """Judge a picture by its header, before any of its pixels is decoded; `NotAPicture` says what is too much."""
    width, height = picture.size
    form = "progressive JPEG" if picture.format == "JPEG" and picture.info.get("progressive") else str(picture.format)
    if width * height > PIXELS_MAX[form] or max(width, height) > SIDE_MAX:
        most = f"{PIXELS_MAX[form] // 1_000_000} million pixels and {SIDE_MAX:,} on a side"
        raise NotAPicture(f"The picture has {width:,} x {height:,} pixels; a {form} is shown up to {most}. Its bytes are kept.")


def _on_white(picture: Image.Image, side: int) -> Image.Image:
    """Scaled, upright pixels alone, what was see-through on white: a new image, so that no metadata comes along.

    It is made small before anything else is done to it, and a picture of plain colours is never copied at its full size.
    """
    if picture.mode.startswith("I"):
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    wanted = "RGBA" if picture.has_transparency_data else "RGB"
    coloured = picture if picture.mode == wanted else picture.convert(wanted)
    coloured.thumbnail((side, side), Image.Resampling.LANCZOS)
    ImageOps.exif_transpose(coloured, in_place=True)
    plain = Image.new("RGB", coloured.size, "white")
    plain.paste(coloured, mask=coloured.getchannel("A") if wanted == "RGBA" else None)
    return plain
