"""A maker's serial number, as it is compared and as it may look. The same functions stand in `app/pwa/src/domain/serial.ts`."""

import re

_UPPER = {ord(letter): ord(letter) - 32 for letter in "abcdefghijklmnopqrstuvwxyz"}
_SERIAL = re.compile(r"[A-Z0-9][A-Z0-9\-./]{3,63}", re.ASCII)


def normal_serial(text: str) -> str:
    """A serial without blanks around it, in upper case. Only ASCII letters change, so that both languages agree."""
    return text.strip(" \t\r\n").translate(_UPPER)


def is_serial(text: str) -> bool:
    """Whether a text in normal form looks like a serial: 4 to 64 of `A-Z 0-9 - . /`, beginning with a letter or digit."""
    return _SERIAL.fullmatch(text) is not None
