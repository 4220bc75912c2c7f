"""The API's description: OpenAPI made from the schemas, and the same as a page to read."""

from typing import Any

from flask import Blueprint, Flask, current_app, render_template
from flask_smorest import Api

from app.api import policy

pages = Blueprint("api_docs", __name__, template_folder="templates")

_METHODS = ("get", "post", "put", "patch", "delete", "head")


def register(app: Flask, api: Api) -> None:
    """Add the description of everything that `api` knows."""
    app.extensions["doorstep_openapi"] = api.spec.to_dict()
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
        {"method": method.upper(), "path": path, "tag": operation.get("tags", [""])[0], **operation}
        for path, operations in sorted(_document()["paths"].items())
        for method, operation in operations.items()
        if method in _METHODS
    ]
    return render_template("api.html", title=_document()["info"]["title"], calls=calls)


def _document() -> dict[str, Any]:
    document: dict[str, Any] = current_app.extensions["doorstep_openapi"]
    return document
