"""The pages that the `type` of a problem document leads to: what the problem means, in words."""

import inspect
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, render_template

from app import problems
from app.api import policy
from app.problems import Problem

pages = Blueprint("problem_pages", __name__, template_folder="templates")


def register(app: Flask) -> None:
    """Add the pages."""
    app.register_blueprint(pages)


@pages.get("/problems/<slug>")
@policy.public
def problem(slug: str) -> Response:
    """What a problem means."""
    found = next((one for one in _declared(Problem) if one.slug == slug), None)
    if found is None:
        raise problems.NotFound
    page = render_template("problem.html", problem=found, meaning=inspect.getdoc(found) or "")
    return Response(page, content_type="text/html; charset=utf-8", headers={"Cache-Control": "public, max-age=3600"})


def _declared(kind: type[Problem]) -> Iterator[type[Problem]]:
    for one in kind.__subclasses__():
        yield one
        yield from _declared(one)
