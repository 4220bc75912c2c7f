"""Enrolling a phone (PROTOCOL E)."""

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from app.api import policy
from app.api.fields import Text
from app.api.here import office
from app.api.parser import Blueprint
from app.services import enrol as service
from app.services.keys import ALGORITHMS

blp = Blueprint("devices", __name__, url_prefix="/api/v1", description="Phones and their keys")


class KeySchema(Schema):
    """A public key as JWK; members that are not the key's are left out."""

    class Meta:
        unknown = EXCLUDE

    kty = Text(8, required=True)
    crv = Text(16, required=True)
    x = Text(100, required=True)
    y = Text(100)


class EnrolSchema(Schema):
    """What a phone sends to be enrolled."""

    code = Text(64, required=True)
    alg = fields.String(required=True, validate=validate.OneOf(ALGORITHMS))
    public_key = fields.Nested(KeySchema, required=True)
    label = Text(80, required=True)
    platform = Text(200, required=True)
    proof = Text(200, required=True)


class EnrolledSchema(Schema):
    """What an enrolled phone is told."""

    device_id = fields.String()
    epoch = fields.Integer()
    certificate = fields.Dict()
    user = fields.Dict()
    tenant = fields.Dict()
    server_epoch = fields.String()
    server_time = fields.String()
    challenge = fields.String()


@blp.route("/devices/enrol", methods=["POST"])
@policy.public
@blp.arguments(EnrolSchema)
@blp.response(200, EnrolledSchema)
def post_enrol(body: dict[str, Any]) -> dict[str, Any]:
    """Spend a one-time code and make this key a device of the installer it was made for."""
    return service.enrol(office(), **body)
