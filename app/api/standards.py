"""The service standards that the office has published, and those it is writing."""

from typing import Any

from flask import Response
from marshmallow import fields

from app.api import policy
from app.api.fields import IntRange, OneOf, Sha256, Stamp, Text
from app.api.here import caller
from app.api.parser import Blueprint, Schema
from app.domain.standard import DOCUMENT_BYTES_MAX
from app.problems import InvalidBody
from app.services import drafts, standards
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("standards", __name__, url_prefix="/api/v1", description="Service standards")

EDITORS = ("editor", "admin")
STANDINGS = ("in_force", "scheduled", "superseded", "withdrawn", "offered")


class VersionSchema(Schema):
    """One version; `GET /standards/{digest}` gives its exact bytes. Texts are by language. One that is `offered` comes with Doorstep and
    was not published here.
    """

    standard_id = fields.String()
    version = fields.String()
    digest = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    summary = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    categories = fields.List(fields.String())
    rules = fields.Integer()
    standing = OneOf(*STANDINGS)
    published_at = fields.String()
    effective_from = fields.String()
    withdrawn_at = fields.String(allow_none=True)
    withdrawn_why = fields.String(allow_none=True)


class VersionsSchema(Schema):
    """At most 500 versions, by standard, the newest of each first."""

    standards = fields.List(fields.Nested(VersionSchema))


class FaultSchema(Schema):
    """Why a document is no standard: the place as a JSON pointer, which reason it is and what that speaks of, and both as a sentence."""

    pointer = fields.String()
    reason = fields.String()
    values = fields.Dict(keys=fields.String(), values=fields.String())
    detail = fields.String()


class DraftSchema(Schema):
    """A standard that is being written. `rev` counts its changes."""

    draft_id = fields.String()
    rev = fields.Integer()
    base_digest = fields.String(allow_none=True)
    standard_id = fields.String()
    version = fields.String()
    title = fields.Dict(keys=fields.String(), values=fields.String())
    changed_at = fields.String()
    changed_by = fields.String()
    problem = fields.Nested(FaultSchema, allow_none=True)


class DraftTextSchema(DraftSchema):
    """A draft with its text: a JSON object, no valid standard perhaps."""

    document = fields.String()


class DraftsSchema(Schema):
    """At most 200 drafts, the one changed last first."""

    drafts = fields.List(fields.Nested(DraftSchema))


class NewDraftSchema(Schema):
    """The text of a JSON object, and the version that it is to replace, if any."""

    document = Text(DOCUMENT_BYTES_MAX, least=2, required=True)
    base_digest = Sha256(allow_none=True, load_default=None)


class SaveSchema(Schema):
    """The whole text, in the place of the one that the draft had at `rev`."""

    rev = IntRange(1, required=True)
    document = Text(DOCUMENT_BYTES_MAX, least=2, required=True)


class FromSchema(Schema):
    """For visits from when on new jobs use it; null for now. An earlier moment means now."""

    effective_from = Stamp(allow_none=True, load_default=None)


class PublishDraftSchema(FromSchema):
    """What the draft has at `rev` is published."""

    rev = IntRange(1, required=True)


class PublishSchema(FromSchema):
    """A whole document as text, or the digest of one that comes with Doorstep; one of the two."""

    document = Text(DOCUMENT_BYTES_MAX, least=2, allow_none=True, load_default=None)
    digest = Sha256(allow_none=True, load_default=None)


class PublishedSchema(Schema):
    """The name of the published version."""

    digest = fields.String()


class WithdrawSchema(Schema):
    """Why; shown wherever the version is."""

    why = Text(500, least=1, required=True)


@blp.route("/standards", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, VersionsSchema)
def get_standards() -> dict[str, Any]:
    """All versions of the network's standards, and those that come with Doorstep."""
    return {"standards": standards.published(caller().tenant_id)}


@blp.route("/standards", methods=["POST"])
@policy.console(*EDITORS)
@blp.arguments(PublishSchema)
@blp.response(201, PublishedSchema)
def post_standard(body: dict[str, Any]) -> dict[str, Any]:
    """Publish a document as it is; again, it changes nothing. `standard-refused` says where and why it cannot be."""
    who = caller()
    if (body["document"] is None) == (body["digest"] is None):
        raise InvalidBody(errors=[{"pointer": "#/document", "detail": "Send a document or a digest, not both."}])
    document = standards.document(who.tenant_id, body["digest"]) if body["document"] is None else body["document"].encode()
    return {"digest": standards.publish_from(who.tenant_id, who.user_id, document, body["effective_from"])}


@blp.route("/standards/<digest>/withdraw", methods=["POST"])
@policy.console(*EDITORS)
@blp.arguments(WithdrawSchema)
@blp.response(204)
def post_withdraw(body: dict[str, Any], digest: str) -> Response:
    """Have no new job use a version any more. Jobs that pin it keep it."""
    standards.withdraw(caller().tenant_id, digest, body["why"])
    return Response(status=204)


@blp.route("/standards/<digest>/withdraw", methods=["DELETE"])
@policy.console(*EDITORS)
@blp.response(204)
def delete_withdraw(digest: str) -> Response:
    """Have new jobs use a withdrawn version again."""
    standards.withdraw(caller().tenant_id, digest, None)
    return Response(status=204)


@blp.route("/standards/drafts", methods=["GET"])
@policy.console(*EDITORS)
@blp.response(200, DraftsSchema)
def get_drafts() -> dict[str, Any]:
    """The standards that are being written."""
    return {"drafts": drafts.listed(caller().tenant_id)}


@blp.route("/standards/drafts", methods=["POST"])
@policy.console(*EDITORS)
@blp.arguments(NewDraftSchema)
@blp.response(201, DraftTextSchema)
def post_draft(body: dict[str, Any]) -> dict[str, Any]:
    """Begin a draft: with a copy of a version, or with a file."""
    who = caller()
    return drafts.begin(who.tenant_id, who.user_id, body["document"], body["base_digest"])


@blp.route("/standards/drafts/<draft_id>", methods=["GET"])
@policy.console(*EDITORS)
@blp.response(200, DraftTextSchema)
def get_draft(draft_id: str) -> dict[str, Any]:
    """A draft with its text."""
    return drafts.read(caller().tenant_id, draft_id)


@blp.route("/standards/drafts/<draft_id>", methods=["PUT"])
@policy.console(*EDITORS)
@blp.arguments(SaveSchema)
@blp.response(200, DraftSchema)
def put_draft(body: dict[str, Any], draft_id: str) -> dict[str, Any]:
    """Save a draft, valid or not; `problem` says what keeps it from being published. `draft-changed` when it is no longer at `rev`."""
    who = caller()
    return drafts.save(who.tenant_id, who.user_id, draft_id, body["rev"], body["document"])


@blp.route("/standards/drafts/<draft_id>", methods=["DELETE"])
@policy.console(*EDITORS)
@blp.response(204)
def delete_draft(draft_id: str) -> Response:
    """Throw a draft away."""
    drafts.throw_away(caller().tenant_id, draft_id)
    return Response(status=204)


@blp.route("/standards/drafts/<draft_id>/publish", methods=["POST"])
@policy.console(*EDITORS)
@blp.arguments(PublishDraftSchema)
@blp.response(201, PublishedSchema)
def post_draft_publish(body: dict[str, Any], draft_id: str) -> dict[str, Any]:
    """Publish a draft; it is gone then. `standard-refused` says where and why it cannot be published."""
    who = caller()
    return {"digest": drafts.publish(who.tenant_id, who.user_id, draft_id, body["rev"], body["effective_from"])}
