"""Orders in; jobs to crews, and called off."""

from typing import Any

from flask import Response
from marshmallow import fields

from app.api import policy
from app.api.fields import Id, IntRange, ListOf, OneOf, Stamp, Text
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.services import dispatch, orders

blp = Blueprint("orders", __name__, url_prefix="/api/v1", description="Orders, and jobs on their way to crews")

PLANNERS = ("dispatcher", "supervisor", "admin")

SlotSchema = Schema.from_dict({"from": Stamp(required=True), "to": Stamp(required=True)}, name="OrderSlotSchema")
SlotSchema.__doc__ = "The promised time band, at most 12 hours."


class CustomerSchema(Schema):
    """Who gets the units. `language` is what the statement is shown in."""

    name = Text(80, least=1, required=True)
    phone = Text(40, required=True)
    language = OneOf("en", "zh-Hans", required=True)


class AddressSchema(Schema):
    """Where. `access` says how one gets in: floor, lift, gate."""

    lines = ListOf(Text(120, least=1), 4, least=1, required=True)
    city = Text(80, least=1, required=True)
    postcode = Text(20, allow_none=True, load_default=None)
    lat_e6 = IntRange(-90_000_000, 90_000_000, allow_none=True, load_default=None)
    lon_e6 = IntRange(-180_000_000, 180_000_000, allow_none=True, load_default=None)
    access = Text(300, allow_none=True, load_default=None)


class ComponentSchema(Schema):
    """A separately labelled part of a unit, such as the outdoor half."""

    name = Text(80, least=1, required=True)
    serial = Text(64, allow_none=True, load_default=None)
    part = OneOf(
        *orders.PARTS, allow_none=True, load_default=None, metadata={"description": "Which part it is, as service standards call it."}
    )


class UnitSchema(Schema):
    """One appliance. `gtin` has 8, 12, 13 or 14 digits and is in the catalogue."""

    gtin = Text(14, required=True)
    serial = Text(64, allow_none=True, load_default=None)
    components = ListOf(fields.Nested(ComponentSchema), orders.COMPONENTS_MAX, load_default=list)


class OrderSchema(Schema):
    """An order. The same `order_ref` with the same content is the same job, however often it is sent."""

    order_ref = Text(80, least=1, required=True)
    services = ListOf(OneOf(*orders.SERVICES), len(orders.SERVICES), least=1, required=True)
    customer = fields.Nested(CustomerSchema, required=True)
    address = fields.Nested(AddressSchema, required=True)
    units = ListOf(fields.Nested(UnitSchema), orders.UNITS_MAX, least=1, required=True)
    slot = fields.Nested(SlotSchema, allow_none=True, load_default=None)
    note = Text(1000, allow_none=True, load_default=None)


class JobIdSchema(Schema):
    """The job of an order."""

    job_id = fields.String()


class DispatchSchema(Schema):
    """Who goes, from which station, and when. What is left out stays as it is."""

    crew = ListOf(Id(), dispatch.CREW_MAX, least=1, required=True)
    station_id = Id(allow_none=True, load_default=None)
    slot = fields.Nested(SlotSchema, allow_none=True, load_default=None)


class RevSchema(Schema):
    """The job's rev after the decision."""

    rev = fields.Integer()


class CancelSchema(Schema):
    """Why a job is called off."""

    reason = Text(500, least=1, required=True)


@blp.route("/orders", methods=["POST"])
@policy.platform_or_console(*PLANNERS)
@blp.arguments(OrderSchema)
@blp.response(201, JobIdSchema)
@blp.alt_response(200, schema=JobIdSchema, description="The job that this order has made before")
def post_order(body: dict[str, Any]) -> Any:
    """Take in an order and make its job; 200 when it was taken in before with the same content.

    `order-conflict` when the reference is known with another content, `unknown-gtin` when a model is not in the catalogue,
    `invalid-body` with pointers for everything else that is wrong.
    """
    who = caller()
    source = orders.from_platform(who.user_id, who.name) if who.kind == "platform" else orders.from_console(who.user_id)
    taken = orders.take_in(office(), who.tenant_id, source, body)
    return {"job_id": taken.job_id}, 201 if taken.is_new else 200


@blp.route("/jobs/<job_id>/dispatch", methods=["POST"])
@policy.console(*PLANNERS)
@blp.arguments(DispatchSchema)
@blp.response(200, RevSchema)
def post_dispatch(body: dict[str, Any], job_id: str) -> dict[str, Any]:
    """Give a job to a crew and pin the newest standards. `job-state` when it is cancelled, approved or sealed."""
    who = caller()
    plan = dispatch.Plan(body["crew"], body["station_id"], body["slot"])
    return {"rev": dispatch.dispatch(office(), who.tenant_id, who.user_id, job_id, plan)}


@blp.route("/jobs/<job_id>/cancel", methods=["POST"])
@policy.console(*PLANNERS)
@blp.arguments(CancelSchema)
@blp.response(204)
def post_cancel(body: dict[str, Any], job_id: str) -> Response:
    """Call a job off. Evidence that its crew has, or still sends, is kept and flagged."""
    who = caller()
    dispatch.cancel(office(), who.tenant_id, who.user_id, job_id, body["reason"])
    return Response(status=204)
