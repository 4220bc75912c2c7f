"""GS1's ways of writing a GTIN and a serial: element strings and Digital Link paths (GS1 General Specifications, section 3).

The same functions stand in `app/pwa/src/domain/gs1.ts`. Values are attacker's text until `scan.parse` has judged them.
"""

import re

FNC1 = "\x1d"

_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
_BRACKETED = re.compile(r"\(([0-9]{2,4})\)([^()]+)", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})", re.ASCII)
# Lengths of the identifiers that need no separator behind them, by their first two digits: of the identifier, of its value.
_FIXED = {"00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2, "41": 13}
_FIXED |= {f"{number}": 6 for number in (*range(11, 20), *range(31, 37))}
_NAME_LENGTHS = {"23": 3, "24": 3, "25": 3, "40": 3, "41": 3, "42": 3, "71": 3}
_NAME_LENGTHS |= dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43", "70", "72", "80", "81", "82"), 4)
# The qualifiers that may stand behind a GTIN in a Digital Link.
_QUALIFIERS = ("22", "10", "21", "235")


def gtin_is_valid(gtin: str) -> bool:
    """Whether a text is a GTIN of 8, 12, 13 or 14 digits whose check digit is right."""
    if _GTIN.fullmatch(gtin) is None:
        return False
    weighted = (int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(gtin)))
    return sum(weighted) % 10 == 0


def gtin14(gtin: str) -> str | None:
    """A GTIN padded to 14 digits, or None when the text is none."""
    return gtin.rjust(14, "0") if gtin_is_valid(gtin) else None


def elements(text: str) -> dict[str, str] | None:
    """The identifiers and values of an element string, with FNC1 between them or in brackets; None when it is none.

    An identifier that stands there twice makes it none.
    """
    pairs = _bracketed(text) if text.startswith("(") else _plain(text)
    found = dict(pairs) if pairs else {}
    return found if pairs and len(found) == len(pairs) else None


def link_elements(path: str) -> dict[str, str] | None:
    """The identifiers and values at the end of a Digital Link's path, or None when there is no GTIN in it.

    The GTIN may stand behind any other folders; behind it come only qualifiers, each with a value.
    """
    parts = path.rstrip("/").split("/")
    found: dict[str, str] = {}
    while len(parts) >= 2:
        value = _unescaped(parts.pop())
        name = parts.pop()
        if value is None or name in found or name not in ("01", *_QUALIFIERS):
            return None
        found[name] = value
        if name == "01":
            return found
    return None


def _bracketed(text: str) -> list[tuple[str, str]] | None:
    pairs = _BRACKETED.findall(text)
    return pairs if "".join(f"({name}){value}" for name, value in pairs) == text else None


def _plain(text: str) -> list[tuple[str, str]] | None:
    pairs: list[tuple[str, str]] = []
    rest = text.removeprefix(FNC1)
    while rest:
        first = rest[:2]
        name = rest[: _NAME_LENGTHS.get(first, 2)]
        behind = rest[len(name) :]
        size = _FIXED.get(first)
        value = behind.partition(FNC1)[0] if size is None else behind[:size]
        if not (name.isascii() and name.isdigit()) or value == "" or FNC1 in value or (size is not None and len(value) < size):
            return None
        pairs.append((name, value))
        rest = behind[len(value) :].removeprefix(FNC1)
    return pairs


def _unescaped(value: str) -> str | None:
    """A path segment without its percent escapes, or None when an escape is cut or not ASCII."""
    if "%" in _ESCAPE.sub("", value) or any(int(code, 16) > 0x7E for code in _ESCAPE.findall(value)):
        return None
    return _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), value)
