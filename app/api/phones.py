"""The office's page of phones, what phones say of themselves, and what was set aside."""

from datetime import datetime
from typing import Any

from flask import Response, request
from marshmallow import fields

from app import clock
from app.api import policy
from app.api.devices import PHONE_COOKIE
from app.api.fields import Base64Url, Id, IntRange, OneOf, Stamp, Text
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.api.session import NamedSchema
from app.services import build, enrol, lost_jobs, phones, quarantine, tickets
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("phones", __name__, url_prefix="/api/v1", description="Phones as the office sees them")

ENROLLERS = ("supervisor", "dispatcher", "admin")


class DevicesQuerySchema(Schema):
    """Which phones: all, or those that need a look; `q` looks into names."""

    show = OneOf(*phones.WHICH, load_default="all")
    q = Text(80)
    cursor = Base64Url(400)
    limit = IntRange(1, phones.PAGE_MAX, strict=False, load_default=50)


class ConditionSchema(Schema):
    """How a phone is: copies it keeps, whether its storage is persistent, room by a write probe, how it runs, how far its clock is off."""

    copies = IntRange(1, 2, required=True)
    persisted = fields.Boolean(required=True, allow_none=True)
    room_bytes = IntRange(0, required=True, allow_none=True)
    mode = OneOf("installed", "tab", required=True)
    clock_off_ms = IntRange(-(2**53 - 1), required=True, allow_none=True)


class AwaitedSchema(Schema):
    """A job whose blobs are not all here: how many of this phone's, and since when."""

    job_id = fields.String()
    order_ref = fields.String(allow_none=True)
    blobs = fields.Integer()
    since = fields.String()


class PhoneSchema(Schema):
    """A phone. What is pending is what it said at its last contact; `looks` says why it needs a look, the weightiest first."""

    device_id = fields.String()
    label = fields.String()
    platform = fields.String()
    user = fields.Nested(NamedSchema)
    user_disabled = fields.Boolean()
    station = fields.Nested(NamedSchema, allow_none=True)
    enrolled_at = fields.String()
    last_contact_at = fields.String(allow_none=True)
    build = fields.String(allow_none=True)
    pending_events = fields.Integer()
    pending_blobs = fields.Integer()
    pending_bytes = fields.Integer()
    pending_oldest_at = fields.String(allow_none=True)
    awaiting_blobs = fields.Integer()
    awaiting = fields.List(fields.Nested(AwaitedSchema))
    condition = fields.Nested(ConditionSchema, allow_none=True)
    condition_at = fields.String(allow_none=True)
    readmitted_at = fields.String(allow_none=True)
    confirmed_at = fields.String(allow_none=True)
    storage_lost_at = fields.String(allow_none=True)
    replaces = fields.Nested(NamedSchema, allow_none=True)
    quarantined = fields.Integer()
    revoked = fields.Boolean()
    looks = fields.List(fields.String())


class PhonesSchema(Schema):
    """One page; `next` goes into `cursor` for the one after it. `counts` are of all the network's phones, by reason for a look."""

    devices = fields.List(fields.Nested(PhoneSchema))
    next = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class AlertsSchema(Schema):
    """How many phones call for somebody, by reason."""

    overdue = fields.Integer()
    readmitted = fields.Integer()
    storage_lost = fields.Integer()
    quarantine = fields.Integer()


class UnsentSchema(Schema):
    """What a phone had not handed in at its last contact."""

    events = fields.Integer()
    blobs = fields.Integer()
    bytes = fields.Integer()
    oldest_at = fields.String(allow_none=True)


class LostPhoneSchema(Schema):
    """What the office knew of the phone that this browser was."""

    label = fields.String()
    user_name = fields.String(allow_none=True)
    last_contact_at = fields.String(allow_none=True)
    pending = fields.Nested(UnsentSchema)
    awaiting_blobs = fields.Integer()


class BeforeSchema(Schema):
    """The phone that this browser was, or null."""

    phone = fields.Nested(LostPhoneSchema, allow_none=True)


class QuarantineQuerySchema(Schema):
    """Which page."""

    cursor = Base64Url(400)
    limit = IntRange(1, quarantine.PAGE_MAX, strict=False, load_default=50)


class SetAsideSchema(Schema):
    """An event that could not be folded, as it came; `text` is the body's beginning, and hostile."""

    device_id = fields.String()
    label = fields.String()
    user = fields.Nested(NamedSchema, allow_none=True)
    epoch = fields.Integer()
    seq = fields.Integer()
    hash = fields.String()
    reason = fields.String()
    received_at = fields.String()
    seen = fields.Boolean()
    kind = fields.String(allow_none=True)
    job_id = fields.String(allow_none=True)
    bytes = fields.Integer()
    text = fields.String()


class QuarantineSchema(Schema):
    """One page, the newest first."""

    events = fields.List(fields.Nested(SetAsideSchema))
    next = fields.String(allow_none=True)


class LostSignoffSchema(Schema):
    """How the customer signed for a job that is not here any more."""

    outcome = fields.String()
    reason = fields.String(allow_none=True)
    name = fields.String(allow_none=True)


class LostStatementSchema(Schema):
    """What the customer of such a job was shown, as the phone wrote it."""

    order_ref = fields.String(allow_none=True)
    customer = fields.String(allow_none=True)
    address = fields.List(fields.String())
    units = fields.List(fields.String())


class AgainSchema(Schema):
    """A job that the same order has made since."""

    job_id = fields.String()
    order_ref = fields.String()
    stage = fields.String()


class LostJobSchema(Schema):
    """A job that phones speak of and that is not here: what its set-aside facts say. `photos` are those that have come."""

    job_id = fields.String()
    facts = fields.Integer()
    kinds = fields.Dict(keys=fields.String(), values=fields.Integer())
    people = fields.List(fields.String())
    first_at = fields.String()
    last_at = fields.String()
    photos = fields.List(fields.String())
    blobs_missing = fields.Integer()
    signoff = fields.Nested(LostSignoffSchema, allow_none=True)
    statement = fields.Nested(LostStatementSchema, allow_none=True)
    again = fields.List(fields.Nested(AgainSchema))


class LostJobsSchema(Schema):
    """Such jobs, those spoken of last first."""

    jobs = fields.List(fields.Nested(LostJobSchema))


class SeenSchema(Schema):
    """What was looked at: all that a phone's log set aside until the `received_at` of the newest one shown."""

    device_id = Id(required=True)
    until = Stamp(required=True)


@blp.route("/devices", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(DevicesQuerySchema, location="query")
@blp.response(200, PhonesSchema)
def get_devices(query: dict[str, Any]) -> dict[str, Any]:
    """The network's phones, those that need a look most first."""
    wanted = phones.Wanted(query["show"], query.get("q"), query.get("cursor"), query["limit"], build.served())
    return phones.page(caller().tenant_id, wanted)


@blp.route("/devices/alerts", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, AlertsSchema)
def get_alerts() -> dict[str, Any]:
    """How many phones hold something for more than 24 hours, came back after a restore, lost their storage, or set something aside."""
    return phones.alerts(caller().tenant_id)


@blp.route("/devices/mine/condition", methods=["PUT"])
@policy.device(uploading=True)
@blp.arguments(ConditionSchema)
@blp.response(204)
def put_condition(body: dict[str, Any]) -> Response:
    """Say how this phone is."""
    phones.note_condition(caller().device_id, body)
    return Response(status=204)


@blp.route("/devices/before", methods=["GET"])
@policy.public
@blp.response(200, BeforeSchema)
def get_before() -> dict[str, Any]:
    """Which phone this browser was before its storage was emptied, by the cookie of its enrolment, and what it had not handed in."""
    witness = request.cookies.get(PHONE_COOKIE)
    device_id = tickets.read_witness(office(), witness) if witness else None
    return {"phone": phones.before(device_id) if device_id else None}


@blp.route("/devices/<device_id>/confirm", methods=["POST"])
@policy.console(*ENROLLERS)
@blp.response(204)
def post_confirm(device_id: str) -> Response:
    """Say that a phone which came back after a restore is right."""
    phones.confirm(caller().tenant_id, device_id)
    return Response(status=204)


@blp.route("/devices/<device_id>/revoke", methods=["POST"])
@policy.console(*ENROLLERS)
@blp.response(204)
def post_revoke(device_id: str) -> Response:
    """Take a phone out of service. What it still sends is kept and flagged; it is given nothing any more."""
    enrol.revoke(caller().tenant_id, device_id)
    return Response(status=204)


@blp.route("/quarantine", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(QuarantineQuerySchema, location="query")
@blp.response(200, QuarantineSchema)
def get_quarantine(query: dict[str, Any]) -> dict[str, Any]:
    """What phones sent that could not be folded, kept as it came."""
    return quarantine.page(caller().tenant_id, query.get("cursor"), query["limit"])


@blp.route("/quarantine/lost-jobs", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, LostJobsSchema)
def get_lost_jobs() -> dict[str, Any]:
    """Jobs that phones speak of and that are not here, as after a restore from a backup that is older than they are."""
    return {"jobs": lost_jobs.spoken_of(office(), caller().tenant_id)}


@blp.route("/quarantine/seen", methods=["POST"])
@policy.console("supervisor", "admin")
@blp.arguments(SeenSchema)
@blp.response(204)
def post_seen(body: dict[str, Any]) -> Response:
    """Say that what a phone's log set aside until a moment has been looked at. It stays where it is."""
    until: datetime = clock.parse(body["until"])
    quarantine.mark_seen(caller().tenant_id, body["device_id"], until)
    return Response(status=204)
