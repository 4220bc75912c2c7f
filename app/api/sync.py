"""`POST /api/v1/sync`: push and pull in one call, by a device's key."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, ValidationError, fields, validate

from app import clock
from app.api import policy
from app.api.errors import flatten
from app.api.fields import Text
from app.api.here import office
from app.api.parser import ERRORS_MAX, Blueprint, read_json
from app.domain.log import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, SALT_BYTES, Link, from_b64
from app.problems import BatchTooLarge, InvalidBody, ProtocolUnsupported
from app.services import sync as service

blp = Blueprint("sync", __name__, url_prefix="/api/v1", description="The phone's one call")

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


_EVENT_MEMBERS = {"seq", "prev", "body", "salt", "hash", "sig", "blobs"}
_HEX64 = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch
_HALF_PAIR = re.compile("[\ud800-\udfff]").search


def _is_event(event: Any) -> bool:
    """Whether an event is plainly of the form of `EventSchema`, with no member left out; at least as strict as that."""
    if not isinstance(event, dict) or event.keys() != _EVENT_MEMBERS:
        return False
    texts = all(isinstance(event[name], str) for name in ("prev", "body", "salt", "hash"))
    return (
        texts
        and type(event["seq"]) is int
        and 1 <= event["seq"] <= INTEGER_MAX
        and _HEX64(event["prev"]) is not None
        and _HEX64(event["hash"]) is not None
        and len(event["salt"]) <= 22
        and _HALF_PAIR(event["body"]) is None
        and (event["sig"] is None or (isinstance(event["sig"], str) and len(event["sig"]) <= 200))
        and isinstance(event["blobs"], list)
        and len(event["blobs"]) <= 8
        and all(isinstance(name, str) and _HEX64(name) for name in event["blobs"])
    )


class _Events(fields.List[dict[str, Any]]):
    """The events of a batch. The schema, which takes its time, is asked only to say what is wrong, or to fill in what was left out."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list) and all(map(_is_event, value)):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


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
    events = _Events(fields.Nested(EventSchema), required=True)
    have = fields.List(fields.Tuple((fields.String(validate=_ID), _Count())), required=True, validate=validate.Length(max=HAVE_MAX))
    pending = fields.Nested(PendingSchema, required=True)


class SyncReplySchema(Schema):
    """The reply (PROTOCOL 3)."""

    server_epoch = fields.String()
    server_time = fields.String()
    challenge = fields.String()
    access_token = fields.String()
    acked_seq = fields.Integer()
    results = fields.List(fields.Dict())
    blobs_wanted = fields.List(fields.String())
    manifest = fields.List(fields.List(fields.Raw()), allow_none=True)
    jobs = fields.List(fields.Dict())
    more = fields.Boolean()
    directives = fields.List(fields.Dict())
    receipt = fields.Dict(allow_none=True)


@blp.route("/sync", methods=["POST"])
@blp.doc(
    requestBody={"required": True, "content": {"application/json": {"schema": SyncSchema}}},
    responses={200: {"description": "What was stored and what is new", "content": {"application/json": {"schema": SyncReplySchema}}}},
)
@policy.public
def post_sync() -> Response:
    """Store a device's events and tell it what is new. The device's key, over the seal, is its login."""
    return _json(service.sync(office(), _request(_document())))


def _document() -> dict[str, Any]:
    """The request's JSON, checked against the schema.

    Raises `BatchTooLarge` and `InvalidBody`; a lone surrogate anywhere has no bytes, so it is an invalid body too.
    """
    if (request.content_length or 0) > BATCH_BYTES_MAX:
        raise BatchTooLarge
    raw = request.get_data(cache=False)
    if len(raw) > BATCH_BYTES_MAX:
        raise BatchTooLarge
    try:
        loaded: dict[str, Any] = _SCHEMA.load(read_json(raw))
    except ValidationError as error:
        raise InvalidBody(errors=flatten(error.messages, "#")[:ERRORS_MAX]) from error
    if loaded["protocol"] != 1:
        raise ProtocolUnsupported("This server speaks protocol 1.")
    if len(loaded["events"]) > BATCH_EVENTS_MAX:
        raise BatchTooLarge
    return loaded


def _request(document: dict[str, Any]) -> service.Request:
    return service.Request(
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


def _json(reply: dict[str, Any]) -> Response:
    return Response(orjson.dumps(reply), content_type="application/json")


_SCHEMA = SyncSchema()
