"""The API's description: OpenAPI made from the schemas and the policies, and the same as a page to read."""

import re
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template
from flask_smorest import Api
from marshmallow import Schema, fields

from app.api import policy
from app.api.policy import SESSION_COOKIE, Policy

pages = Blueprint("api_docs", __name__, template_folder="templates")

_METHODS = ("get", "post", "put", "patch", "delete", "head")
_PROBLEM = "application/problem+json"
_SCHEMES = {
    "console": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE, "description": "A session made by POST /api/v1/session."},
    "device": {"type": "http", "scheme": "bearer", "description": "The access_token of a sync's reply."},
    "platform": {"type": "http", "scheme": "bearer", "description": "A platform's API key."},
}


class ProblemSchema(Schema):
    """A problem (RFC 9457); docs/PROBLEMS.md lists the slugs and their further members."""

    type = fields.String(required=True, metadata={"example": "/problems/not-found"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Dict(), metadata={"description": "Pointers and reasons, with invalid-body"})


class DescribedApi(Api):
    """An API whose errors are problems, in its description too."""

    ERROR_SCHEMA = ProblemSchema


def register(app: Flask, api: Api) -> None:
    """Add the description of everything that `api` knows."""
    document = api.spec.to_dict()
    document["components"]["securitySchemes"] = _SCHEMES
    for response in document["components"]["responses"].values():
        (content,) = response["content"].values()
        response["content"] = {_PROBLEM: content}
    for rule in app.url_map.iter_rules():
        operations = document["paths"].get(_path(rule.rule), {})
        declared = policy.of(app, rule.endpoint)
        for method in (rule.methods or set()) & {name.upper() for name in operations}:
            if declared is not None:
                _add_policy(operations[method.lower()], declared)
    app.extensions["doorstep_openapi"] = document
    app.register_blueprint(pages)


@pages.get("/api/openapi.json")
@policy.public
def openapi() -> dict[str, Any]:
    """The API as OpenAPI 3.1."""
    return _document()


@pages.get("/api/docs")
@policy.public
def page() -> str:
    """The API as a page to read."""
    calls = [
        {"method": method.upper(), "path": path, "who": operation["x-callers"], **operation}
        for path, operations in sorted(_document()["paths"].items())
        for method, operation in operations.items()
        if method in _METHODS
    ]
    return render_template("api.html", title=_document()["info"]["title"], calls=calls)


@pages.get("/api/docs.css")
@policy.public
def style() -> Response:
    """The page's looks."""
    return Response(render_template("api.css"), content_type="text/css")


def _add_policy(operation: dict[str, Any], declared: Policy) -> None:
    """Say who may call: in words, and as the schemes that prove it."""
    callers = [kind for kind in ("anyone", "device", "platform", "console") if kind in declared.kinds]
    roles = f" ({', '.join(sorted(declared.roles))})" if declared.roles else ""
    operation["x-callers"] = ", ".join(f"{kind}{roles}" if kind == "console" else kind for kind in callers)
    operation["security"] = [{kind: []} for kind in callers if kind in _SCHEMES]


def _path(rule: str) -> str:
    """A rule's address in OpenAPI's form."""
    return re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule)


def _document() -> dict[str, Any]:
    document: dict[str, Any] = current_app.extensions["doorstep_openapi"]
    return document
