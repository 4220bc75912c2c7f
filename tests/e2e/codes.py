"""Codes as zxing draws them."""

from typing import Any

import zxingcpp
from PIL import Image


def drawn(symbology: str, text: str, scale: int) -> Image.Image:
    """A code in black on white, its finest line so many pixels wide. `symbology` is one of zxing's names."""
    # A buffer, which its types do not say.
    bars: Any = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, symbology)).to_image(scale=scale)
    return Image.frombytes("L", (bars.shape[1], bars.shape[0]), bytes(memoryview(bars)))
