"""A sync's request: its form, and reading it fast.

The schemas say what a request looks like, to the API's description and to whoever sends one that does not look so. They take longer
than all the rest of a sync; so a request whose form is plainly theirs, as every phone's is, never meets them.
"""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, validate

from app import clock
from app.api.errors import flatten
from app.api.fields import Text, is_plain
from app.api.parser import ERRORS_MAX, read_json
from app.domain.log import BATCH_EVENTS_MAX, SALT_BYTES, Link, from_b64
from app.problems import BatchTooLarge, InvalidBody, ProtocolUnsupported
from app.services.sealed import Request

INTEGER_MAX = 2**53 - 1
HAVE_MAX = 2_000
_DIGEST = validate.Regexp(r"[0-9a-f]{64}\Z", error="Not a lower-case hex SHA-256.")
_ID = validate.Regexp(r"[A-Za-z0-9_.:-]{1,64}\Z", error="Not an id.")


def _has_bytes(text: str) -> None:
    """A body may hold anything that has bytes in UTF-8; half a surrogate pair has none."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValidationError("Half of a surrogate pair has no bytes.") from error


class _Count(fields.Integer):
    """A whole number from 0 to 2^53−1; nothing else is turned into one."""

    def __init__(self, least: int = 0, **more: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(least, INTEGER_MAX), **more)


class EventSchema(Schema):
    """One event as it travels (PROTOCOL L1 to L5)."""

    seq = _Count(1, required=True)
    prev = fields.String(required=True, validate=_DIGEST)
    body = fields.String(required=True, validate=_has_bytes)
    salt = fields.String(required=True, validate=validate.Length(max=22))
    hash = fields.String(required=True, validate=_DIGEST)
    sig = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))
    blobs = fields.List(fields.String(validate=_DIGEST), load_default=list, validate=validate.Length(max=8))


class PendingSchema(Schema):
    """What the phone says it still holds."""

    events = _Count(required=True)
    blobs = _Count(required=True)
    bytes = _Count(required=True)
    oldest_at = fields.String(load_default=None, allow_none=True)


class SyncSchema(Schema):
    """A sync request (PROTOCOL 3)."""

    protocol = fields.Integer(strict=True, required=True)
    device_id = fields.String(required=True, validate=_ID)
    epoch = _Count(1, required=True)
    build = Text(64, required=True)
    device_time = fields.String(required=True)
    challenge = fields.String(required=True, validate=validate.Length(max=400))
    seal = fields.String(required=True, validate=validate.Length(max=200))
    events = fields.List(fields.Nested(EventSchema), required=True)
    have = fields.List(fields.Tuple((fields.String(validate=_ID), _Count())), required=True, validate=validate.Length(max=HAVE_MAX))
    pending = fields.Nested(PendingSchema, required=True)


def read_request(raw: bytes) -> Request:
    """The request in these bytes.

    Raises `InvalidBody`, `ProtocolUnsupported` and `BatchTooLarge`; a lone surrogate anywhere has no bytes, so it is an invalid body too.
    """
    document = _plain_document(raw)
    if document is None:
        try:
            document = _SCHEMA.load(read_json(raw))
        except ValidationError as error:
            raise InvalidBody(errors=flatten(error.messages, "#")[:ERRORS_MAX]) from error
    if document["protocol"] != 1:
        raise ProtocolUnsupported("This server speaks protocol 1.")
    if len(document["events"]) > BATCH_EVENTS_MAX:
        raise BatchTooLarge
    return _request(document)


_REQUEST = {"protocol", "device_id", "epoch", "build", "device_time", "challenge", "seal", "events", "have", "pending"}
_PENDING = {"events", "blobs", "bytes", "oldest_at"}
_EVENT = {"seq", "prev", "body", "salt", "hash", "sig", "blobs"}
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
_ID_TEXT = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII).fullmatch


def _plain_document(raw: bytes) -> Any:
    """The request when its form is plainly `SyncSchema`'s, with no member left out or added; else None. At least as strict as that.

    What `read_json` refuses is refused by the reading here, or has a place in no such form: orjson knows no half of a surrogate pair,
    and a number that is not a whole one has another type.
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    if type(document) is not dict or document.keys() != _REQUEST:
        return None
    is_plainly = (
        type(document["protocol"]) is int
        and document["protocol"] == 1
        and _is_text(document["device_id"], 64)
        and _ID_TEXT(document["device_id"]) is not None
        and _is_count(document["epoch"], 1)
        and _is_text(document["build"], 64)
        and is_plain(document["build"])
        and type(document["device_time"]) is str
        and _is_text(document["challenge"], 400)
        and _is_text(document["seal"], 200)
        and type(document["events"]) is list
        and all(map(_is_event, document["events"]))
        and type(document["have"]) is list
        and len(document["have"]) <= HAVE_MAX
        and all(map(_is_held, document["have"]))
        and _is_pending(document["pending"])
    )
    return document if is_plainly else None


def _is_event(event: Any) -> bool:
    if type(event) is not dict or event.keys() != _EVENT:
        return False
    prev, own, sig, blobs = event["prev"], event["hash"], event["sig"], event["blobs"]
    return (
        _is_count(event["seq"], 1)
        and type(prev) is str
        and _HEX64(prev) is not None
        and type(own) is str
        and _HEX64(own) is not None
        and type(event["body"]) is str
        and _is_text(event["salt"], 22)
        and (sig is None or _is_text(sig, 200))
        and type(blobs) is list
        and len(blobs) <= 8
        and all(type(name) is str and _HEX64(name) for name in blobs)
    )


def _is_held(pair: Any) -> bool:
    return type(pair) is list and len(pair) == 2 and type(pair[0]) is str and _ID_TEXT(pair[0]) is not None and _is_count(pair[1], 0)


def _is_pending(pending: Any) -> bool:
    return (
        type(pending) is dict
        and pending.keys() == _PENDING
        and all(_is_count(pending[name], 0) for name in ("events", "blobs", "bytes"))
        and (pending["oldest_at"] is None or type(pending["oldest_at"]) is str)
    )


def _is_text(value: Any, longest: int) -> bool:
    return type(value) is str and len(value) <= longest


def _is_count(value: Any, least: int) -> bool:
    return type(value) is int and least <= value <= INTEGER_MAX


def _request(document: dict[str, Any]) -> Request:
    return Request(
        device_id=document["device_id"],
        epoch=document["epoch"],
        build=document["build"],
        device_time=_moment(document["device_time"], "#/device_time"),
        challenge=document["challenge"],
        seal=document["seal"],
        links=[_link(event, f"#/events/{index}/salt") for index, event in enumerate(document["events"])],
        have=dict(document["have"]),
        pending=document["pending"] | {"oldest_at": _optional_moment(document["pending"]["oldest_at"])},
    )


def _link(event: dict[str, Any], pointer: str) -> Link:
    try:
        salt = from_b64(event["salt"])
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise InvalidBody(errors=[{"pointer": pointer, "detail": "Not 16 bytes in base64url."}])
    return Link(event["seq"], event["prev"], event["body"], salt, event["hash"], event["sig"], tuple(event["blobs"]))


def _optional_moment(text: str | None) -> datetime | None:
    return None if text is None else _moment(text, "#/pending/oldest_at")


def _moment(text: str, pointer: str) -> datetime:
    try:
        return clock.parse(text).astimezone(UTC)
    except ValueError as error:
        raise InvalidBody(errors=[{"pointer": pointer, "detail": "Not a time of the form 2026-11-22T09:30:00.000Z."}]) from error


_SCHEMA = SyncSchema()
