"""Enrolling a phone, and letting one in again that a restored database does not know (PROTOCOL E)."""

from typing import Any

from flask import Response, jsonify, request
from marshmallow import EXCLUDE, Schema, fields, validate

from app.api import policy
from app.api.fields import OneOf, Text
from app.api.here import office
from app.api.parser import Blueprint
from app.services import enrol as service
from app.services import readmit, tickets
from app.services.keys import ALGORITHMS

# The browser keeps it when everything else was emptied, so that the office learns which phone this was.
PHONE_COOKIE = "__Host-doorstep-phone"

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


class CertificateSchema(Schema):
    """The server's signed word about a phone (PROTOCOL E4)."""

    text = Text(1_000, required=True)
    sig = Text(200, required=True)
    key_id = Text(64, required=True)


class ReadmitSchema(Schema):
    """What a phone shows to be let in again."""

    certificate = fields.Nested(CertificateSchema, required=True)
    alg = OneOf(*ALGORITHMS, required=True)
    public_key = fields.Nested(KeySchema, required=True)
    proof = Text(200, required=True)


class ReadmittedSchema(Schema):
    """What a phone that was let in again is told."""

    device_id = fields.String()
    epoch = fields.Integer()
    server_epoch = fields.String()
    server_time = fields.String()
    challenge = fields.String()


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
@blp.alt_response(200, schema=EnrolledSchema)
def post_enrol(body: dict[str, Any]) -> Response:
    """Spend a one-time code and make this key a device of the installer it was made for.

    The cookie that comes along says which phone this browser is; one that it had before says which it was.
    """
    reply = service.enrol(office(), **body, before=request.cookies.get(PHONE_COOKIE))
    response = jsonify(reply)
    response.set_cookie(
        PHONE_COOKIE,
        tickets.witness(office(), reply["device_id"]),
        max_age=tickets.WITNESS_AGE_MAX_S,
        path="/",
        secure=True,
        httponly=True,
        samesite="Strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/devices/readmit", methods=["POST"])
@policy.public
@blp.arguments(ReadmitSchema)
@blp.response(200, ReadmittedSchema)
def post_readmit(body: dict[str, Any]) -> dict[str, Any]:
    """Let a phone in again that was enrolled after the backup this database comes from. What it hands in is flagged until confirmed."""
    return readmit.readmit(office(), **body)
