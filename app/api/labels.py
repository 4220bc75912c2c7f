"""Unit labels to print."""

from pathlib import Path
from typing import Any

from flask import Response, render_template, request, send_file

from app.api import policy
from app.api.fields import Id
from app.api.here import caller, office
from app.api.parser import Blueprint, Schema
from app.api.proofs import svg
from app.services import labels
from app.services.accounts import CONSOLE_ROLES

blp = Blueprint("labels", __name__, template_folder="templates", description="Labels to print")

_STYLES = Path(__file__).parent / "templates" / "labels.css"
_WORDS = {
    "en": {
        "title": "Unit labels",
        "how": "Print on A4, at 100 %. One label on the box, where the crew can scan it.",
        "order": "Order",
        "parts": "Parts",
        "empty": "This job has no units.",
    },
    "zh-Hans": {
        "title": "机器标签",
        "how": "用 A4 纸按 100% 打印。贴在外箱上师傅扫得到的位置，每台一张。",
        "order": "订单",
        "parts": "部件",
        "empty": "此工单没有机器。",
    },
}


class LabelsQuerySchema(Schema):
    """Which job's labels."""

    job_id = Id(required=True)


@blp.route("/console/labels", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.arguments(LabelsQuerySchema, location="query")
@blp.doc(responses={"200": {"description": "A page to print", "content": {"text/html": {}}}})
def get_labels(query: dict[str, Any]) -> Response:
    """A page of a job's labels, A4. It says nothing about the customer."""
    language = request.accept_languages.best_match(("en", "zh-Hans", "zh-CN", "zh"), default="en") or "en"
    chosen = "en" if language == "en" else "zh-Hans"
    page = render_template("labels.html", sheet=labels.sheet(caller().tenant_id, query["job_id"]), words=_WORDS[chosen], language=chosen)
    return Response(page, content_type="text/html; charset=utf-8", headers={"Cache-Control": "no-store"})


@blp.route("/console/labels.css", methods=["GET"])
@policy.public
@blp.doc(responses={"200": {"description": "The page's styles", "content": {"text/css": {}}}})
def get_labels_css() -> Response:
    """The styles of the page of labels."""
    return send_file(_STYLES, mimetype="text/css", max_age=3600)


@blp.route("/api/v1/jobs/<job_id>/labels/<unit_id>.svg", methods=["GET"])
@policy.console(*CONSOLE_ROLES)
@blp.response(200, {"format": "binary", "type": "string"}, content_type="image/svg+xml")
def get_label(job_id: str, unit_id: str) -> Response:
    """The QR code of one unit's label."""
    return svg(labels.label_svg(office(), caller().tenant_id, job_id, unit_id))
