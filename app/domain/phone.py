"""Telephone numbers as orders bring them, and the one form they are kept in."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s().\-/·]+")
_NUMBER = re.compile(r"\+?[0-9]{6,20}", re.ASCII)
_CHINESE_MOBILE = re.compile(r"(?:\+?86)?(1[3-9][0-9]{9})", re.ASCII)


def normal_phone(text: str) -> str | None:
    """A number as it can be dialled, or None when the text is none.

    Full-width digits, blanks and separators are read away, `00` becomes `+`, and a Chinese mobile number gets its `+86`. Another
    number without a `+` stays a local one. It has 6 to 20 digits.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    if number.startswith("00"):
        number = f"+{number[2:]}"
    mobile = _CHINESE_MOBILE.fullmatch(number)
    if mobile:
        return f"+86{mobile[1]}"
    return number if _NUMBER.fullmatch(number) else None
