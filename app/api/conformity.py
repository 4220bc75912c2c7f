"""How jobs kept to their standards: a report, and the same as a file."""

from typing import Any

from flask import Response, stream_with_context
from marshmallow import fields

from app.api import policy
from app.api.fields import Day, Id, IntRange, OneOf
from app.api.here import Caller, caller
from app.api.jobs import station_shown
from app.api.parser import Blueprint, Schema
from app.services import conformity_file, conformity_report
from app.services.accounts import CONSOLE_ROLES
from app.services.conformity_report import Asked

blp = Blueprint("conformity", __name__, url_prefix="/api/v1", description="How jobs kept to their standards")


class PeriodSchema(Schema):
    """Jobs approved on the days from `from` to `to`, both included, at most 366, at `utc_offset_minutes` from UTC.

    Without `station_id` a supervisor of a station sees that station's jobs and those that have none; `all` shows all.
    """

    first = Day(data_key="from", required=True)
    last = Day(data_key="to", required=True)
    utc_offset_minutes = IntRange(-840, 840, strict=False, required=True)
    station_id = Id()
    standard_id = Id()


class ReportQuerySchema(PeriodSchema):
    """Which jobs, and what they are summed by."""

    by = OneOf(*conformity_report.BY, load_default="crew")


class FileQuerySchema(PeriodSchema):
    """Which jobs; `by` changes nothing. Titles are in `language`."""

    by = OneOf(*conformity_report.BY)
    language = OneOf(*conformity_file.LANGUAGES, load_default="en")


class SumsSchema(Schema):
    """Jobs, those of them that broke no rule, and what became of the rules."""

    jobs = fields.Integer()
    conforming = fields.Integer()
    met = fields.Integer()
    excepted = fields.Integer()
    broken = fields.Integer()
    left_out = fields.Integer()


class GroupSchema(SumsSchema):
    """The sums of a person of a crew, a station, a standard or a job. A standard has its title by language; `key` is null of none."""

    key = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class RuleSumsSchema(Schema):
    """A rule that was not always met. `reasons` counts why it was left undone; those that its standard knows have a title by language."""

    standard_id = fields.String()
    step_id = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    broken = fields.Integer()
    excepted = fields.Integer()
    left_out = fields.Integer()
    reasons = fields.Dict(keys=fields.String(), values=fields.Integer())
    reason_titles = fields.Dict(keys=fields.String(), values=fields.Dict())


class RemedySchema(Schema):
    """What is owed for a broken rule. `why` is `missing` or `out_of_limits`."""

    job_id = fields.String()
    order_ref = fields.String(allow_none=True)
    standard_id = fields.String()
    step_id = fields.String()
    unit_id = fields.String(allow_none=True)
    component = fields.String(allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String())
    why = fields.String()
    remedy = fields.Dict()


class ReportSchema(Schema):
    """The worst 200 groups, the 50 rules broken most, the 200 newest remedies; `…_in_all` says how many there are."""

    total = fields.Nested(SumsSchema)
    groups = fields.List(fields.Nested(GroupSchema))
    groups_in_all = fields.Integer()
    rules = fields.List(fields.Nested(RuleSumsSchema))
    rules_in_all = fields.Integer()
    remedies = fields.List(fields.Nested(RemedySchema))
    remedies_in_all = fields.Integer()


@blp.route("/conformity", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(ReportQuerySchema, location="query")
@blp.response(200, ReportSchema)
def get_conformity(query: dict[str, Any]) -> dict[str, Any]:
    """How the jobs approved in a period kept to their standards: by crew, in which a job counts for each, station, standard or job.

    A job whose visit failed is not in it, for nobody could do what the rules ask.
    """
    who = caller()
    return conformity_report.report(who.tenant_id, _asked(who, query), query["by"])


@blp.route("/conformity.csv", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(FileQuerySchema, location="query")
@blp.response(200, {"format": "binary", "type": "string"}, content_type="text/csv")
def get_conformity_file(query: dict[str, Any]) -> Response:
    """The same jobs as CSV (UTF-8 with a byte order mark): a `summary` line of each job and standard, then one for each rule that was
    `broken`, `excepted` or `left_out`. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    who = caller()
    parts = conformity_file.lines(who.tenant_id, _asked(who, query), query["language"])
    headers = {
        "Content-Disposition": f'attachment; filename="conformity-{query["first"]}-{query["last"]}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(stream_with_context(parts), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(who: Caller, query: dict[str, Any]) -> Asked:
    return Asked(
        first=query["first"],
        last=query["last"],
        utc_offset_minutes=query["utc_offset_minutes"],
        station_id=station_shown(who, query.get("station_id")),
        standard_id=query.get("standard_id"),
    )
