"""`POST /api/v1/sync`: push and pull in one call, by a device's key."""

from typing import Any

import orjson
from flask import Response, request
from marshmallow import Schema, fields

from app.api import policy
from app.api.here import office
from app.api.parser import Blueprint
from app.api.sync_request import SyncSchema, read_request
from app.domain.log import BATCH_BYTES_MAX
from app.problems import BatchTooLarge
from app.services import sync as service

blp = Blueprint("sync", __name__, url_prefix="/api/v1", description="The phone's one call")

_MINIMAL = "return=minimal"
_ALWAYS_TOLD = ("server_epoch", "server_time", "challenge", "acked_seq")


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
    parameters=[
        {
            "name": "Prefer",
            "in": "header",
            "schema": {"type": "string"},
            "description": "With `return=minimal` (RFC 7240) the reply has no access token, and no member that is null, false or empty.",
        }
    ],
    responses={200: {"description": "What was stored and what is new", "content": {"application/json": {"schema": SyncReplySchema}}}},
)
@policy.public
def post_sync() -> Response:
    """Store a device's events and tell it what is new. The device's key, over the seal, is its login."""
    reply = service.sync(office(), read_request(_body()))
    if not _prefers_minimal(request.headers.get("Prefer", "")):
        return _json(reply)
    response = _json({name: value for name, value in reply.items() if name in _ALWAYS_TOLD or (value and name != "access_token")})
    response.headers["Preference-Applied"] = _MINIMAL
    return response


def _prefers_minimal(said: str) -> bool:
    """Whether the caller wants to be told only what it cannot know (S18). A header that came twice is one, with commas."""
    return any(one.partition(";")[0].replace(" ", "").lower() == _MINIMAL for one in said.split(","))


def _body() -> bytes:
    """The request's bytes. Raises `BatchTooLarge`."""
    if (request.content_length or 0) > BATCH_BYTES_MAX:
        raise BatchTooLarge
    raw = request.get_data(cache=False)
    if len(raw) > BATCH_BYTES_MAX:
        raise BatchTooLarge
    return raw


def _json(reply: dict[str, Any]) -> Response:
    return Response(orjson.dumps(reply), content_type="application/json")
