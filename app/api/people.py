"""People, stations; new enrolment codes."""

from typing import Any

from marshmallow import fields

from app.api import policy
from app.api.fields import Id, OneOf, Stamp
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.api.phones import ENROLLERS
from app.api.session import NamedSchema
from app.services import labels, people
from app.services.accounts import CONSOLE_ROLES, EVERY_ROLE

blp = Blueprint("people", __name__, url_prefix="/api/v1", description="People and their phones")


class PeopleQuerySchema(Schema):
    """Which people."""

    role = OneOf(*EVERY_ROLE)


class DeviceSchema(Schema):
    """A phone. What is pending is what it said at its last contact."""

    device_id = fields.String()
    label = fields.String()
    platform = fields.String()
    enrolled_at = fields.String()
    last_contact_at = fields.String(allow_none=True)
    pending_events = fields.Integer()
    pending_blobs = fields.Integer()
    pending_oldest_at = fields.String(allow_none=True)
    revoked = fields.Boolean()


class PersonSchema(NamedSchema):
    """A user with their phones."""

    login = fields.String()
    role = fields.String()
    station = fields.Nested(NamedSchema, allow_none=True)
    disabled = fields.Boolean()
    devices = fields.List(fields.Nested(DeviceSchema))


class PeopleSchema(Schema):
    """At most 1,000 people by name."""

    people = fields.List(fields.Nested(PersonSchema))


class StationsSchema(Schema):
    """At most 1,000 stations by name."""

    stations = fields.List(fields.Nested(NamedSchema))


class NewCodeSchema(Schema):
    """For whom an enrolment code is."""

    user_id = Id(required=True)


class CodeSchema(Schema):
    """A one-time code, shown once."""

    code = fields.String()
    url = fields.String()
    qr_svg = fields.String()
    expires_at = Stamp()


@blp.route("/people", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(PeopleQuerySchema, location="query")
@blp.response(200, PeopleSchema)
def get_people(query: dict[str, Any]) -> dict[str, Any]:
    """The network's people with their phones."""
    return {"people": people.people(caller().tenant_id, query.get("role"))}


@blp.route("/stations", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, StationsSchema)
def get_stations() -> dict[str, Any]:
    """The network's stations."""
    return {"stations": people.stations(caller().tenant_id)}


@blp.route("/enrolment-codes", methods=["POST"])
@policy.console(*ENROLLERS)
@blp.arguments(NewCodeSchema)
@blp.response(201, CodeSchema)
def post_enrolment_code(body: dict[str, Any]) -> dict[str, Any]:
    """A one-time code for an installer's phone, valid for ten minutes (PROTOCOL E1)."""
    who = caller()
    return labels.new_enrolment(office(), who.tenant_id, body["user_id"], who.user_id)
