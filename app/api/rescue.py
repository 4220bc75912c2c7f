"""Rescue files: what a phone gave out at `/rescue`, brought in by hand."""

from typing import Any

from flask import request
from marshmallow import fields

from app.api import policy
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.problems import InvalidBody, RequestTooLarge
from app.services import rescue
from app.services.rescue_file import FILE_BYTES_MAX
from app.services.rescue_spool import spooled

blp = Blueprint("rescue", __name__, url_prefix="/api/v1", description="What a phone in trouble gave out as a file")


class RescuedPhoneSchema(Schema):
    """The phone that made the file, when this network knows it."""

    device_id = fields.String()
    label = fields.String()
    user_name = fields.String()


class RescuedEventsSchema(Schema):
    """How many events came in, and how many were here already."""

    came_in = fields.Integer()
    known = fields.Integer()


class RescuedBlobsSchema(RescuedEventsSchema):
    """The same of photos, statements and strokes; `damaged` ones are still awaited, `nameless` ones belong to no event."""

    damaged = fields.Integer()
    nameless = fields.Integer()


class RescuedJobSchema(RescuedEventsSchema):
    """What came in for one job; without an id, what is about the phone, cannot be read, or names a job that is not here.

    `look` counts by flag what a human should look at (PROTOCOL S7, S15); `blobs_missing` is how many blobs the job still waits for.
    """

    job_id = fields.String(allow_none=True)
    customer_name = fields.String(allow_none=True)
    order_ref = fields.String(allow_none=True)
    blobs_missing = fields.Integer()
    look = fields.Dict(keys=fields.String(), values=fields.Integer())


class RescuedSchema(Schema):
    """What became of a rescue file."""

    made_at = fields.String(allow_none=True)
    phone = fields.Nested(RescuedPhoneSchema, allow_none=True)
    events = fields.Nested(RescuedEventsSchema)
    blobs = fields.Nested(RescuedBlobsSchema)
    jobs = fields.List(fields.Nested(RescuedJobSchema))


@blp.route("/rescue", methods=["POST"])
@blp.doc(requestBody={"required": True, "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}})
@policy.console("supervisor", "admin")
@blp.response(200, RescuedSchema)
def post_rescue() -> dict[str, Any]:
    """Take in a rescue file. Bringing it again, or the phone sending the same by itself, changes nothing (PROTOCOL 9)."""
    who = caller()
    request.max_content_length = FILE_BYTES_MAX
    length = request.content_length
    if length is None:
        raise InvalidBody("Content-Length must say how long the file is.")
    if length > FILE_BYTES_MAX:
        raise RequestTooLarge
    with spooled(office(), length, request.stream.read) as path:
        return rescue.import_file(office(), who.tenant_id, path, who.user_id)
