"""The office's lists of jobs, and one job with all its evidence."""

from typing import Any

import orjson
from flask import Response
from marshmallow import fields

from app.api import policy
from app.api.fields import Base64Url, Day, Id, IntRange, OneOf, Text
from app.api.here import Caller, caller, office
from app.api.parser import Blueprint, Schema
from app.api.session import NamedSchema
from app.services import job_detail, jobs
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("jobs", __name__, url_prefix="/api/v1", description="Jobs as the office sees them")

ALL_STATIONS = "all"


class JobsQuerySchema(Schema):
    """Which jobs. Without `station_id` a supervisor of a station sees that station's jobs and those that have none; `all` shows all."""

    queue = OneOf(*jobs.QUEUES, load_default="all")
    stage = OneOf(*jobs.STAGES)
    q = Text(80)
    station_id = Id()
    day = Day()
    utc_offset_minutes = IntRange(-840, 840, strict=False)
    cursor = Base64Url(300)
    limit = IntRange(1, jobs.PAGE_MAX, strict=False, load_default=50)


class UnitNameSchema(Schema):
    """A unit in a list."""

    name = fields.String()
    category = fields.String()


SlotSchema = Schema.from_dict({"from": fields.String(), "to": fields.String()}, name="SlotSchema")
SlotSchema.__doc__ = "A slot's two ends."


class NoticeSchema(Schema):
    """What to know of a job at once: `visit_failed`, `signoff_refused`, `signoff_absent`. A known reason has its title by language."""

    code = fields.String()
    reason = fields.String(allow_none=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)


class JobRowSchema(Schema):
    """A job in a list."""

    job_id = fields.String()
    rev = fields.Integer()
    stage = fields.String()
    order_ref = fields.String(allow_none=True)
    customer_name = fields.String(allow_none=True)
    city = fields.String(allow_none=True)
    units = fields.List(fields.Nested(UnitNameSchema))
    slot = fields.Nested(SlotSchema, allow_none=True)
    station = fields.Nested(NamedSchema, allow_none=True)
    crew = fields.List(fields.Nested(NamedSchema))
    blobs_named = fields.Integer()
    blobs_missing = fields.Integer()
    received = fields.Boolean()
    notices = fields.List(fields.Nested(NoticeSchema))
    anomalies = fields.List(fields.String())
    open_findings = fields.Integer()
    ended_at = fields.String(allow_none=True)
    updated_at = fields.String()


class JobsPageSchema(Schema):
    """One page; `next` goes into `cursor` for the one after it. `counts` are of all open jobs of the chosen stations."""

    jobs = fields.List(fields.Nested(JobRowSchema))
    next = fields.String(allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class JobDetailSchema(Schema):
    """One job. `state` is the fold's (PROTOCOL F), `steps` the checklist's; the rest says who, when, and whether it is all there.

    `conformity` tells of each standard as the job is now how many rules are met, and which are excepted, broken or left out.
    `withdrawn` names those of its standards that no new job uses.
    `agreements` holds by the event's id the `text` and the `strokes` of what the customer last agreed to at a step; null for what is not
    here yet.
    """

    job_id = fields.String()
    rev = fields.Integer()
    state = fields.Dict()
    standards = fields.List(fields.Dict())
    withdrawn = fields.List(fields.Dict())
    steps = fields.List(fields.Dict())
    conformity = fields.List(fields.Dict())
    people = fields.Dict(keys=fields.String(), values=fields.String())
    station = fields.Nested(NamedSchema, allow_none=True)
    timeline = fields.List(fields.Dict())
    blobs = fields.Dict(keys=fields.String(), values=fields.Dict())
    chain = fields.Dict()
    received = fields.Boolean()
    quarantined = fields.List(fields.Dict())
    statement = fields.Dict(allow_none=True)
    strokes = fields.Dict(allow_none=True)
    agreements = fields.Dict(keys=fields.String(), values=fields.Dict())
    proof = fields.Dict(allow_none=True)
    may = fields.Dict()


@blp.route("/jobs", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(JobsQuerySchema, location="query")
@blp.response(200, JobsPageSchema)
def get_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """One page of jobs.

    `queue=review` are the ended and not yet approved ones, oldest first; `waiting` those of them whose blobs are not all here. A
    `day` orders by slot; else the newest job comes first. `q` looks into order reference and customer's name, and takes a whole job id.
    """
    who = caller()
    wanted = jobs.Wanted(
        queue=query["queue"],
        stage=query.get("stage"),
        words=query.get("q"),
        station_id=station_shown(who, query.get("station_id")),
        day=query.get("day"),
        utc_offset_minutes=query.get("utc_offset_minutes"),
        cursor=query.get("cursor"),
        limit=query["limit"],
    )
    return jobs.page(who.tenant_id, wanted)


@blp.route("/jobs/<job_id>", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.alt_response(200, schema=JobDetailSchema)
def get_job(job_id: str) -> Response:
    """One job with its standards, checklist, evidence, timeline, and whether the logs around it are intact."""
    found = job_detail.detail(office(), caller().tenant_id, job_id)
    return Response(orjson.dumps(found), content_type="application/json", headers={"Cache-Control": "no-store"})


def station_shown(who: Caller, asked: str | None) -> str | None:
    """The station whose jobs are shown, None for all: the one asked for, else a supervisor's own."""
    if asked is not None:
        return None if asked == ALL_STATIONS else asked
    return who.station_id if who.role == "supervisor" else None
