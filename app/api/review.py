"""Findings, approval."""

from typing import Any

from flask import Response
from marshmallow import ValidationError, fields, validates_schema

from app.api import policy
from app.api.fields import Id, IntRange, OneOf, Text
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.services import review

blp = Blueprint("review", __name__, url_prefix="/api/v1", description="The supervisor's verdicts")

REVIEWERS = ("supervisor", "admin")
_ABOUT_STEP = ("step_id", "unit_id", "component")


class MarkSchema(Schema):
    """A rectangle on a photo, in thousandths of its width and height."""

    x = IntRange(0, 1000, required=True)
    y = IntRange(0, 1000, required=True)
    w = IntRange(0, 1000, required=True)
    h = IntRange(0, 1000, required=True)


class FindingSchema(Schema):
    """What is wrong with one photo, or with one answer."""

    photo_id = Id(allow_none=True, load_default=None)
    step_id = Id(allow_none=True, load_default=None)
    unit_id = Id(allow_none=True, load_default=None)
    component = Id(allow_none=True, load_default=None)
    reason = OneOf(*review.REASONS, required=True)
    note = Text(1000, allow_none=True, load_default=None)
    mark = fields.Nested(MarkSchema, allow_none=True, load_default=None)

    @validates_schema
    def one_target(self, data: dict[str, Any], **kwargs: Any) -> None:
        """A finding is about a photo or about a step."""
        if (data.get("photo_id") is None) == (data.get("step_id") is None):
            raise ValidationError("Name a photo_id or a step_id, not both.", "photo_id")
        if data.get("mark") is not None and data.get("photo_id") is None:
            raise ValidationError("Only a photo can have a mark.", "mark")


class OpenedSchema(Schema):
    """The finding that was opened."""

    finding_id = fields.String()


class CloseSchema(Schema):
    """How a finding ends."""

    verdict = OneOf(*review.VERDICTS, required=True)
    note = Text(1000, allow_none=True, load_default=None)


class ApproveSchema(Schema):
    """The approval of the job as it was shown at `rev`."""

    rev = IntRange(1, required=True)
    note = Text(1000, allow_none=True, load_default=None)


class SealedSchema(Schema):
    """The proof that the approval sealed."""

    proof_id = fields.String()


@blp.route("/jobs/<job_id>/findings", methods=["POST"])
@policy.console(*REVIEWERS)
@blp.arguments(FindingSchema)
@blp.response(201, OpenedSchema)
def post_finding(body: dict[str, Any], job_id: str) -> dict[str, Any]:
    """Say what is wrong with one photo or one answer, and send the job back to its crew in one go."""
    who = caller()
    return {"finding_id": review.open_finding(office(), who.tenant_id, who.user_id, job_id, body)}


@blp.route("/jobs/<job_id>/findings/<finding_id>/close", methods=["POST"])
@policy.console(*REVIEWERS)
@blp.arguments(CloseSchema)
@blp.response(204)
def post_close(body: dict[str, Any], job_id: str, finding_id: str) -> Response:
    """End a finding: accept what the crew answered, or withdraw it."""
    who = caller()
    review.close_finding(office(), who.tenant_id, who.user_id, job_id, finding_id, verdict=body["verdict"], note=body["note"])
    return Response(status=204)


@blp.route("/jobs/<job_id>/approve", methods=["POST"])
@policy.console(*REVIEWERS)
@blp.arguments(ApproveSchema)
@blp.response(200, SealedSchema)
def post_approve(body: dict[str, Any], job_id: str) -> dict[str, Any]:
    """Approve a job and seal its proof.

    `job-state` with `why`: `changed` (the job went on since `rev`), `not_ended`, `blobs_missing`, `open_findings`, or the stage it is in.
    """
    who = caller()
    return {"proof_id": review.approve(office(), who.tenant_id, who.user_id, job_id, rev=body["rev"], note=body["note"])}
