"""The proof of an approved job."""

from dataclasses import asdict
from typing import Any

from flask import Response
from marshmallow import fields

from app.api import policy
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.services import labels, proofs
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("proofs", __name__, url_prefix="/api/v1", description="Sealed proofs")


class ProofSchema(Schema):
    """A proof. `document` is the exact text that `sha256` is of; the whole reply, kept as a file, is what is checked later."""

    proof_id = fields.String()
    document = fields.String()
    sha256 = fields.String()
    sig = fields.String()
    key_id = fields.String()
    public_key = fields.Dict()
    sealed_at = fields.String()
    verify_url = fields.String()


@blp.route("/jobs/<job_id>/proof", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, ProofSchema)
def get_proof(job_id: str) -> dict[str, Any]:
    """The sealed proof of a job (PROTOCOL R3)."""
    return asdict(proofs.of_job(office(), caller().tenant_id, job_id))


@blp.route("/jobs/<job_id>/proof/qr.svg", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, {"format": "binary", "type": "string"}, content_type="image/svg+xml")
def get_proof_qr(job_id: str) -> Response:
    """The QR code that opens `/verify` with the proof's signature in the fragment."""
    return svg(labels.proof_svg(office(), caller().tenant_id, job_id))


def svg(drawn: str) -> Response:
    """An SVG as a response that can do nothing but be looked at."""
    headers = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"}
    return Response(drawn, content_type="image/svg+xml; charset=utf-8", headers=headers)
