"""Field types of request bodies and parameters: each is bounded, and none lets NUL or half a surrogate pair in."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate

from app import clock

INTEGER_MAX = 2**53 - 1
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def is_plain(text: str) -> bool:
    """Whether a text can be kept anywhere: no NUL, no half of a surrogate pair."""
    return _UNKEEPABLE.search(text) is None


def is_id(text: str) -> bool:
    """Whether a text has the form of an id."""
    return _ID.fullmatch(text) is not None


class Text(fields.String):
    """A text of `least` to `most` characters."""

    def __init__(self, most: int, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=least or None, max=most), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not is_plain(text):
            raise ValidationError("The text holds a character that cannot be kept.")
        return text


class _Pattern(fields.String):
    """A text of one exact form."""

    pattern: re.Pattern[str]
    why: str

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if not self.pattern.fullmatch(text):
            raise ValidationError(self.why)
        return text


class Id(_Pattern):
    """An id: 1 to 64 characters of `A-Z a-z 0-9 _ . : -`."""

    pattern = _ID
    why = "Not an id."


class Sha256(_Pattern):
    """A hash: 64 lower-case hexadecimal digits."""

    pattern = _SHA256
    why = "Not a SHA-256 in lower-case hexadecimal."


class Base64Url(_Pattern):
    """Base64url without padding, at most `most` characters; kept as text."""

    pattern = _BASE64URL
    why = "Not base64url without padding."

    def __init__(self, most: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=most), **kwargs)


class Stamp(fields.String):
    """A moment in the wire form, `2026-11-22T09:30:00.000Z`; kept as that text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        try:
            clock.parse(text)
        except ValueError as error:
            raise ValidationError("Not a time such as 2026-11-22T09:30:00.000Z.") from error
        return text

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return clock.stamp(value) if isinstance(value, datetime) else value


class Day(fields.Field[date]):
    """A day of the calendar, `2026-11-22`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError("Not a day such as 2026-11-22.")


class IntRange(fields.Integer):
    """A whole number within both limits, which are inclusive. In JSON it must be a number, in an address its digits."""

    def __init__(self, low: int = 0, high: int = INTEGER_MAX, *, strict: bool = True, **kwargs: Any) -> None:
        super().__init__(strict=strict, validate=validate.Range(low, high), **kwargs)

    def _validated(self, value: Any) -> int:
        """Digits are read only as far as they can matter, so that a number of megabytes costs nothing."""
        if isinstance(value, bool) or (isinstance(value, str) and (self.strict or len(value) > 20)):
            raise self.make_error("invalid", input=value)
        validated: int = super()._validated(value)
        return validated


class OneOf(fields.String):
    """One of a few words."""

    def __init__(self, *words: str, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(words), **kwargs)


class ListOf(fields.List[Any]):
    """A list of at most `most` members."""

    def __init__(self, inner: fields.Field[Any], most: int, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, validate=validate.Length(min=least or None, max=most), **kwargs)
