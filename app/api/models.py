"""The catalogue of appliance models."""

from typing import Any

from marshmallow import fields

from app.api import policy
from app.api.here import caller
from app.api.parser import Blueprint, Schema
from app.services import people
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("models", __name__, url_prefix="/api/v1", description="The catalogue")


class ModelSchema(Schema):
    """An appliance model; `gtin` has 14 digits."""

    gtin = fields.String()
    name = fields.String()
    category = fields.String()


class ModelsSchema(Schema):
    """At most 1,000 models by name."""

    models = fields.List(fields.Nested(ModelSchema))


@blp.route("/models", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, ModelsSchema)
def get_models() -> dict[str, Any]:
    """The models that orders may name."""
    return {"models": people.models(caller().tenant_id)}
