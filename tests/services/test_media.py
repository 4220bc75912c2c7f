"""Pictures as they are shown: re-encoded, upright, without metadata; hostile files are refused and cost little."""

import io
import struct
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageDraw

from app.problems import NotAPicture, NotFound
from app.services import media, uploads
from app.services.office import Office
from app.store.blob_store import BEGINNING_BYTES
from app.store.db import db
from tests import builders
from tests.builders import Network


@pytest.fixture
def north(app: Flask) -> Network:
    return builders.network(app)


def stored(network: Network, content: bytes) -> str:
    """A blob as if a phone had sent it; its name."""
    sha256 = builders.digest(content)
    network.office.blobs.put(network.tenant_id, sha256, content)
    uploads.register(network.tenant_id, sha256, len(content))
    return sha256


def shown(network: Network, content: bytes, kind: str = "view") -> Image.Image:
    picture = Image.open(media.derived(network.office, network.tenant_id, stored(network, content), kind))
    picture.load()
    return picture


def encoded(picture: Image.Image, form: str, **save: Any) -> bytes:
    held = io.BytesIO()
    picture.save(held, form, **save)
    return held.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has hardly any bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + png_chunk(b"IEND", b"")


def pixel(picture: Image.Image, x: int, y: int) -> bytes:
    """One pixel's channels."""
    return picture.crop((x, y, x + 1, y + 1)).tobytes()


@pytest.mark.parametrize(("kind", "side"), [("thumb", 320), ("view", 1600)])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_scaled_to_their_kind(north: Network, form: str, kind: str, side: int) -> None:
    picture = shown(north, encoded(Image.new("RGB", (2000, 1000), "red"), form), kind)
    assert (picture.format, picture.size) == ("JPEG", (side, side // 2))
    red, green, blue = pixel(picture, 5, 5)
    assert red > 240
    assert max(green, blue) < 20


def test_a_small_picture_is_not_blown_up(north: Network) -> None:
    assert shown(north, encoded(Image.new("RGB", (40, 30)), "PNG")).size == (40, 30)


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB")])
def test_pictures_stand_upright(north: Network, form: str, mode: str) -> None:
    drawn = Image.new(mode, (400, 200), "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, 60, 200), fill="black")
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = shown(north, encoded(drawn, form, exif=exif)).convert("L")
    assert picture.size == (200, 400)
    assert pixel(picture, 100, 5)[0] < 30
    assert pixel(picture, 100, 395)[0] > 220


def test_nothing_but_pixels_is_left(north: Network) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "SECRET MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    content = encoded(Image.new("RGB", (400, 200)), "JPEG", exif=exif, comment=b"SECRET COMMENT", icc_profile=b"SECRET PROFILE", quality=95)
    path = media.derived(north.office, north.tenant_id, stored(north, content), "view")
    with Image.open(path) as picture:
        picture.load()
    assert b"SECRET" not in path.read_bytes()
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_pixels_is_shown(north: Network, mode: str) -> None:
    picture = shown(north, encoded(Image.new(mode, (64, 64)), "PNG"))
    assert (picture.mode, picture.size) == ("RGB", (64, 64))


def test_what_is_see_through_is_shown_on_white(north: Network) -> None:
    assert shown(north, encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0)), "PNG")).getpixel((9, 9)) == (255, 255, 255)


def test_sixteen_bit_grey_keeps_its_shades(north: Network) -> None:
    grey = pixel(shown(north, encoded(Image.new("I;16", (20, 20), 0x8000), "PNG")), 9, 9)
    assert all(120 < part < 136 for part in grey)


def test_a_cmyk_jpeg_is_shown(north: Network) -> None:
    assert shown(north, encoded(Image.new("CMYK", (50, 50), (0, 0, 0, 0)), "JPEG")).getpixel((9, 9)) == (255, 255, 255)


HOSTILE = {
    "empty": b"",
    "one byte": b"\xff",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": encoded(Image.new("P", (10, 10)), "GIF"),
    "tiff": encoded(Image.new("RGB", (10, 10)), "TIFF"),
    "bmp": encoded(Image.new("RGB", (10, 10)), "BMP"),
    "cut jpeg": encoded(Image.effect_noise((400, 400), 90), "JPEG")[:4000],
    "cut png": encoded(Image.effect_noise((400, 400), 90), "PNG")[:4000],
    "cut webp": encoded(Image.effect_noise((400, 400), 90), "WEBP")[:4000],
    "jpeg head only": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "png of 100000 x 100000": png_header(100_000, 100_000),
    "png of 8000 x 8000": png_header(8_000, 8_000),
    "png of 30001 x 1": png_header(30_001, 1),
    "png of 0 x 0": png_header(0, 0),
    "png that lies about its size": png_header(3_000, 3_000),
    "png with 50 MB of text": b"\x89PNG\r\n\x1a\n"
    + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
    + png_chunk(b"zTXt", b"k\0\0" + zlib.compress(b"a" * 50_000_000)),
    "jpeg with broken exif": b"\xff\xd8\xff\xe1\0\x20Exif\0\0II*\0\xff\xff\xff\xff" + b"\xff" * 100,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_files_are_no_pictures(north: Network, content: bytes) -> None:
    with pytest.raises(NotAPicture):
        media.derived(north.office, north.tenant_id, stored(north, content), "thumb")
    assert list((north.office.settings.data / "derived").rglob("*.jpg*")) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (png_header(4_001, 4_000), "a PNG is shown up to 16 million pixels"),
        (encoded(Image.new("L", (4_000, 2_501)), "WEBP", method=0, quality=1), "a WEBP is shown up to 10 million pixels"),
    ],
    ids=["png", "webp"],
)
def test_what_is_too_large_to_decode_is_refused_by_its_header_with_words(north: Network, content: bytes, words: str) -> None:
    with pytest.raises(NotAPicture, match=words):
        media.derived(north.office, north.tenant_id, stored(north, content), "thumb")


@pytest.mark.parametrize("progressive", [False, True])
def test_a_progressive_jpeg_may_have_fewer_pixels(north: Network, progressive: bool) -> None:
    """Its decoder holds all of it at once; that of another makes it small while it reads."""
    content = encoded(Image.new("L", (5_000, 4_100)), "JPEG", progressive=progressive)
    if progressive:
        with pytest.raises(NotAPicture, match="20 million"):
            media.derived(north.office, north.tenant_id, stored(north, content), "thumb")
    else:
        assert shown(north, content).size == (1_600, 1_312)


def memory_of_decoding(path: Path) -> int:
    """By how many bytes the peak of a fresh process rises while it decodes a picture."""
    script = (
        "import resource, sys, pathlib\nfrom app.services import media\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "before = peak()\nmedia._decode(pathlib.Path(sys.argv[1]), 1600)\nprint(peak() - before)"
    )
    return int(subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True).stdout)


@pytest.mark.parametrize(
    ("form", "mode", "save"),
    [
        ("JPEG", "CMYK", {"progressive": True, "subsampling": 0}),
        ("PNG", "P", {"compress_level": 1, "transparency": 3}),
        ("WEBP", "RGBA", {"method": 0, "quality": 1}),
    ],
)
def test_the_largest_picture_of_each_form_stays_within_the_memory(tmp_path: Path, form: str, mode: str, save: dict[str, Any]) -> None:
    most = media.PIXELS_MAX["progressive JPEG" if save.get("progressive") else form]
    path = tmp_path / "largest"
    path.write_bytes(encoded(Image.new(mode, (most // 4_000, 4_000), 9 if mode == "P" else (9, 9, 9, 9)[: len(mode)]), form, **save))
    assert memory_of_decoding(path) < 220_000_000


def test_a_picture_with_something_behind_it_is_shown_without_it(north: Network) -> None:
    content = encoded(Image.new("RGB", (50, 50)), "JPEG") + b"PK\x03\x04<script>alert(1)</script>"
    path = media.derived(north.office, north.tenant_id, stored(north, content), "view")
    assert b"script" not in path.read_bytes()


def test_mutated_pictures_never_break_anything(north: Network, tmp_path: Path) -> None:
    """Every byte of small pictures changed in turn: shown or refused, nothing else."""
    for form in ("JPEG", "PNG", "WEBP"):
        content = encoded(Image.effect_noise((24, 24), 60).convert("RGB"), form)
        for place in range(0, len(content), 7):
            broken = bytearray(content)
            broken[place] ^= 0xFF
            path = tmp_path / "broken"
            path.write_bytes(broken)
            try:
                assert media._decode(path, 320).mode == "RGB"
            except NotAPicture:
                continue


def test_a_picture_is_made_once_and_kept(north: Network) -> None:
    sha256 = stored(north, builders.picture())
    first = media.derived(north.office, north.tenant_id, sha256, "thumb")
    made_at = first.stat().st_mtime_ns
    assert media.derived(north.office, north.tenant_id, sha256, "thumb").stat().st_mtime_ns == made_at


def test_many_who_ask_at_once_get_the_whole_picture(app: Flask, north: Network) -> None:
    sha256 = stored(north, encoded(Image.effect_noise((1500, 1500), 80), "JPEG"))
    sizes: list[tuple[int, int]] = []
    started = threading.Barrier(6)

    def ask(office: Office) -> None:
        with app.app_context():
            started.wait()
            path = media.derived(office, north.tenant_id, sha256, "thumb")
            with Image.open(path) as picture:
                picture.load()
                sizes.append(picture.size)
            db.session.remove()

    threads = [threading.Thread(target=ask, args=(north.office,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sizes == [(320, 320)] * 6
    assert len(list((north.office.settings.data / "derived").rglob("*.*"))) == 1


def test_only_the_tenants_own_verified_blobs_and_known_kinds(app: Flask, north: Network) -> None:
    south = builders.network(app, "south")
    sha256 = stored(south, builders.picture())
    for tenant_id, name, kind in (
        (north.tenant_id, sha256, "thumb"),
        (south.tenant_id, "0" * 64, "thumb"),
        (south.tenant_id, sha256, "huge"),
    ):
        with pytest.raises(NotFound):
            media.derived(north.office, tenant_id, name, kind)


@pytest.mark.parametrize(
    ("content", "holds"), [(builders.picture(), True), (b"{}", False), (b"", False), (builders.picture(form="WEBP"), True)]
)
def test_pictures_are_told_by_their_first_bytes(content: bytes, holds: bool) -> None:
    assert media.is_picture(content[:BEGINNING_BYTES]) == holds
