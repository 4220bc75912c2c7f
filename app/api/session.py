"""Signing in to the office and out again."""

from typing import Any

from flask import Response, jsonify, request
from marshmallow import fields

from app.api import policy
from app.api.fields import Text
from app.api.here import office
from app.api.parser import Blueprint, Schema
from app.problems import Unauthenticated
from app.services import accounts
from app.services.accounts import SignedIn

blp = Blueprint("session", __name__, url_prefix="/api/v1", description="Signing in to the office")


class SignInSchema(Schema):
    """Login and password, as typed."""

    login = Text(80, required=True)
    password = Text(accounts.PASSWORD_CHARACTERS_MAX, required=True)


class NamedSchema(Schema):
    """Something by id, with the name it is shown by."""

    id = fields.String()
    name = fields.String()


class SessionUserSchema(NamedSchema):
    """The user who is signed in."""

    role = fields.String()


class SessionSchema(Schema):
    """Who is signed in, in which network, at which station."""

    user = fields.Nested(SessionUserSchema)
    tenant = fields.Nested(NamedSchema)
    station = fields.Nested(NamedSchema, allow_none=True)


@blp.route("/session", methods=["POST"])
@policy.public
@blp.arguments(SignInSchema)
@blp.alt_response(200, schema=SessionSchema)
def post_session(body: dict[str, Any]) -> Response:
    """Sign in. The session lasts twelve hours in a cookie that scripts cannot read.

    Unknown logins and wrong passwords get the same answer. Ten failures of one login, or a hundred of one address, in five minutes
    are `too-many-requests` with `retry_after_s`.
    """
    policy.refuse_cross_site()
    token, user = accounts.sign_in(office(), body["login"], body["password"], request.remote_addr or "")
    response = jsonify(_session(user))
    response.set_cookie(
        policy.SESSION_COOKIE,
        token,
        max_age=int(accounts.SESSION_AGE_MAX.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/session", methods=["GET"])
@policy.console(*accounts.CONSOLE_ROLES)
@blp.response(200, SessionSchema)
def get_session() -> dict[str, Any]:
    """Who is signed in."""
    user = accounts.user_of_session(request.cookies[policy.SESSION_COOKIE])
    if user is None:
        raise Unauthenticated
    return _session(user)


@blp.route("/session", methods=["DELETE"])
@policy.console(*accounts.CONSOLE_ROLES)
@blp.response(204)
def delete_session() -> Response:
    """Sign out. The session's token is worthless from then on, wherever it was copied to."""
    accounts.sign_out(request.cookies[policy.SESSION_COOKIE])
    response = Response(status=204)
    response.delete_cookie(policy.SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
    return response


def _session(user: SignedIn) -> dict[str, Any]:
    return {
        "user": {"id": user.user_id, "name": user.name, "role": user.role},
        "tenant": {"id": user.tenant_id, "name": user.tenant_name},
        "station": {"id": user.station_id, "name": user.station_name} if user.station_id else None,
    }
