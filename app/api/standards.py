"""The service standards that the office has published."""

from typing import Any

from marshmallow import fields

from app.api import policy
from app.api.here import caller
from app.api.parser import Blueprint, Schema
from app.services import standards
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("standards", __name__, url_prefix="/api/v1", description="Service standards")


class VersionSchema(Schema):
    """One published version; `GET /standards/{digest}` gives its exact bytes. Texts are by language."""

    standard_id = fields.String()
    version = fields.String()
    digest = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    categories = fields.List(fields.String())
    rules = fields.Integer()
    published_at = fields.String()
    is_newest = fields.Boolean()


class VersionsSchema(Schema):
    """At most 500 versions, by standard, the newest of each first."""

    standards = fields.List(fields.Nested(VersionSchema))


@blp.route("/standards", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, VersionsSchema)
def get_standards() -> dict[str, Any]:
    """All versions of the network's standards."""
    return {"standards": standards.published(caller().tenant_id)}
